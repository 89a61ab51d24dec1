// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "leat/base/time.hpp"

namespace leat::io::blocking_sockets {

/// Owns a descriptor.
class descriptor {
 public:
  descriptor() noexcept = default;
  explicit descriptor(int owned) noexcept : value_(owned) {}
  descriptor(descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) {
      close();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  ~descriptor() { close(); }

  [[nodiscard]] int get() const noexcept { return value_; }
  [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }
  void close() noexcept {
    if (value_ >= 0) ::close(std::exchange(value_, -1));
  }

 private:
  int value_ = -1;
};

/// Waits until one of `sockets` is ready, or `until` has come. Returns whether one is; their
/// `revents` say which. Interrupted waits go on.
[[nodiscard]] bool wait_ready(std::span<pollfd> sockets, deadline until);

}  // namespace leat::io::blocking_sockets
