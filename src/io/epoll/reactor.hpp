// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "leat/io/loop.hpp"

#include "io/owned_file.hpp"

namespace leat::io::epoll_backend {

/// Another event loop that waits in place of the reactor, and watches its set as one of its own
/// descriptors. So what belongs to that loop runs on this one's thread.
class host_loop {
 public:
  host_loop() = default;
  host_loop(const host_loop&) = delete;
  host_loop& operator=(const host_loop&) = delete;
  virtual ~host_loop() = default;

  /// Waits until something of its own happened or the set has events.
  virtual void wait() = 0;
  /// Handles what of its own has happened.
  virtual void poll() = 0;
};

/// The loop's reactor: one epoll set, in which each descriptor stands from its opening to its
/// close, a timer, and a door for other threads.
///
/// Events are taken in batches. Each wakes whoever waits for it through the ready queue, so no
/// task runs before the batch has been dealt with.
class epoll_reactor final : public reactor {
 public:
  epoll_reactor();
  ~epoll_reactor() override;

  void wait(deadline until, bool expects_wake) override;
  void poll() override;
  void wake() noexcept override;

  /// Reports changes of `fd` to `of`, once each. Null is the reactor itself.
  /// Errors: `std::system_error`.
  void watch(int fd, std::uint32_t events, void* of);
  void forget(int fd) noexcept;

  /// Readable while there are events.
  [[nodiscard]] int set() const noexcept { return set_.get(); }

  /// Null, or who waits in its place.
  [[nodiscard]] host_loop* host() const noexcept { return host_.get(); }
  void set_host(std::unique_ptr<host_loop> host) noexcept { host_ = std::move(host); }

  /// The reactor of `of`, or of the loop that runs on this thread.
  /// Errors: `invalid_argument`, if that loop has no sockets (a loop on virtual time).
  [[nodiscard]] static epoll_reactor& of(loop& of);
  [[nodiscard]] static epoll_reactor& current() { return of(loop::current()); }

 private:
  void take_events(int timeout) noexcept;
  void set_timer(time_point at) noexcept;

  owned_file set_;
  owned_file timer_;
  owned_file door_;
  // When the timer rings, at the latest: a time that is no longer needed is not taken back.
  time_point rings_at_ = time_point::max();
  std::unique_ptr<host_loop> host_;  // before the set goes
};

}  // namespace leat::io::epoll_backend
