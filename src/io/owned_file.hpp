// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

#include <unistd.h>

namespace leat::io {

/// A descriptor of the system that is closed at its end.
class owned_file {
 public:
  owned_file() noexcept = default;
  explicit owned_file(int fd) noexcept : fd_(fd) {}
  owned_file(owned_file&& other) noexcept : fd_(other.release()) {}
  owned_file& operator=(owned_file&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = other.release();
    }
    return *this;
  }
  ~owned_file() { close(); }

  /// -1 if there is none.
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void close() noexcept {
    if (fd_ >= 0) ::close(release());
  }

 private:
  int fd_ = -1;
};

}  // namespace leat::io
