// SPDX-License-Identifier: MIT
#include "route/ip_address.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace leat::route {

std::optional<ip_address> ip_address::parse(std::string_view text) {
  const std::string terminated(text);
  ip_address found;
  if (::inet_pton(AF_INET, terminated.c_str(), found.bytes_.data()) == 1) {
    found.size_ = 4;
    return found;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), found.bytes_.data()) != 1) return std::nullopt;
  found.size_ = 16;
  constexpr std::size_t prefix = 12;
  const auto is_zero = [](std::byte each) { return each == std::byte{0}; };
  const auto begin = found.bytes_.begin();
  if (std::all_of(begin, begin + prefix - 2, is_zero) &&
      found.bytes_[prefix - 2] == std::byte{0xff} && found.bytes_[prefix - 1] == std::byte{0xff}) {
    std::copy(begin + prefix, found.bytes_.end(), begin);
    found.size_ = 4;
  }
  return found;
}

bool ip_address::is_loopback() const noexcept {
  if (is_v4()) return bytes_[0] == std::byte{127};
  const auto last = bytes_.end() - 1;
  return *last == std::byte{1} &&
         std::all_of(bytes_.begin(), last, [](std::byte each) { return each == std::byte{0}; });
}

bool ip_address::is_in(const ip_address& network, unsigned bits) const noexcept {
  if (size_ != network.size_ || bits > 8 * unsigned{size_}) return false;
  for (unsigned i = 0; i < size_ && bits != 0; ++i) {
    const unsigned here = std::min(bits, 8U);
    const auto mask = static_cast<std::byte>(0xffU << (8 - here));
    if ((bytes_[i] & mask) != (network.bytes_[i] & mask)) return false;
    bits -= here;
  }
  return true;
}

}  // namespace leat::route
