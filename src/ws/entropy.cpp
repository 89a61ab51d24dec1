// SPDX-License-Identifier: MIT
#include "ws/entropy.hpp"

#include <cerrno>
#include <system_error>

#include <sys/random.h>

namespace leat::ws {
namespace {

// Up to 256 bytes come whole once the system has started.
void draw(void* into, std::size_t size) {
  if (::getrandom(into, size, 0) != static_cast<ssize_t>(size)) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
}

}  // namespace

std::array<std::byte, 16> random_nonce() {
  std::array<std::byte, 16> drawn{};
  draw(drawn.data(), drawn.size());
  return drawn;
}

std::uint32_t random_mask() {
  // A system call for each frame would cost more than the frame.
  thread_local std::array<std::uint32_t, 64> kept{};
  thread_local std::size_t left = 0;
  if (left == 0) {
    draw(kept.data(), sizeof kept);
    left = kept.size();
  }
  return kept[--left];
}

double random_fraction() {
  return static_cast<double>(random_mask()) * 0x1p-32;
}

}  // namespace leat::ws
