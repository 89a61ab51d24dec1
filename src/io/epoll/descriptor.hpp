// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "leat/io/readiness.hpp"

#include "io/owned_file.hpp"

namespace leat::io::epoll_backend {

class epoll_reactor;

/// Whether one direction of a descriptor may be able to go on, and who waits until it is.
class direction final : public readiness {
 public:
  /// False only if a call to the kernel would be in vain.
  [[nodiscard]] bool is_ready() const noexcept override { return is_ready_; }

  /// The kernel has said that it would block; from then on it reports when that changes.
  void would_block() noexcept { is_ready_ = false; }

  void became_ready() noexcept {
    is_ready_ = true;
    wake();
  }

 private:
  bool is_ready_ = true;  // nobody has asked the kernel yet
};

/// An open file that is watched from now until it is closed.
///
/// The kernel reports edges: each change once. So what it has reported is kept here, and asked
/// for again only after it has said that it would block.
///
/// Lifetime: ends before its loop. Thread-safety: one loop.
class descriptor {
 public:
  /// Watches `file`, which does not block, on the loop of this thread.
  /// Errors: `std::system_error`; `invalid_argument`, if that loop has no sockets.
  explicit descriptor(owned_file file);
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }

  /// -1 once it is closed.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }
  [[nodiscard]] bool is_open() const noexcept { return file_.is_open(); }

  /// Whether a read that has given less than there was room for has taken everything. After the
  /// end of the stream, an error or urgent data there is something left, and no edge to come.
  [[nodiscard]] bool may_trust_short_reads() const noexcept { return may_trust_short_reads_; }

  /// Closes it. Whoever waits is woken, and fails with EBADF. Closing again does nothing.
  void close() noexcept;

  /// The kernel has reported these events.
  void happened(std::uint32_t events) noexcept;

  direction input;
  direction output;

 private:
  epoll_reactor& reactor_;
  owned_file file_;
  bool may_trust_short_reads_ = true;
};

}  // namespace leat::io::epoll_backend
