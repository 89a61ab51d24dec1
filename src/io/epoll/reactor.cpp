// SPDX-License-Identifier: MIT
#include "io/epoll/reactor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "leat/base/error.hpp"

#include "io/epoll/descriptor.hpp"

namespace leat::io::epoll_backend {
namespace {

// Enough that a busy loop asks seldom; what does not fit comes with the next batch, because the
// kernel hands events out in turn.
constexpr int largest_batch = 256;

owned_file made(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::system_category(), what);
  return owned_file(fd);
}

}  // namespace

// The timer and the door report edges, too, so they need not be read: each expiry and each write
// is a new one.
epoll_reactor::epoll_reactor()
    : set_(made(::epoll_create1(EPOLL_CLOEXEC), "cannot make an epoll set")),
      timer_(made(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
                  "cannot make a timer")),
      door_(made(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "cannot make an eventfd")) {
  watch(timer_.get(), EPOLLIN, this);
  watch(door_.get(), EPOLLIN, nullptr);
}

epoll_reactor::~epoll_reactor() = default;

void epoll_reactor::wait(deadline until, bool /*expects_wake*/) {
  if (until.at() < rings_at_) set_timer(until.at());
  if (host_ == nullptr) [[likely]] {
    take_events(-1);
  } else {
    host_->wait();
    take_events(0);
  }
}

void epoll_reactor::poll() {
  if (host_ != nullptr) [[unlikely]] {
    host_->poll();
  }
  take_events(0);
}

void epoll_reactor::wake() noexcept {
  const std::uint64_t one = 1;
  // Fails only when nobody has taken 2^64 wakes, and then there is one to come.
  static_cast<void>(!::write(door_.get(), &one, sizeof one));
}

void epoll_reactor::watch(int fd, std::uint32_t events, void* of) {
  epoll_event wanted{};
  wanted.events = events | EPOLLET;
  wanted.data.ptr = of;
  if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) {
    throw std::system_error(errno, std::system_category(), "cannot watch a descriptor");
  }
}

void epoll_reactor::forget(int fd) noexcept {
  ::epoll_ctl(set_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void epoll_reactor::take_events(int timeout) noexcept {
  std::array<epoll_event, largest_batch> events;
  // Interrupted by a signal, it has taken nothing; the loop comes back.
  const int count = ::epoll_wait(set_.get(), events.data(), largest_batch, timeout);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.ptr == this) {
      rings_at_ = time_point::max();
    } else if (event.data.ptr != nullptr) {
      static_cast<descriptor*>(event.data.ptr)->happened(event.events);
    }
  }
}

// By an absolute time, which the loop knows without reading the clock, and to the nanosecond,
// which a timeout of epoll_wait() is not.
void epoll_reactor::set_timer(time_point at) noexcept {
  rings_at_ = at;
  // Zero would switch it off.
  const auto since_boot = std::max<std::int64_t>(at.time_since_epoch().count(), 1);
  itimerspec setting{};
  setting.it_value.tv_sec = since_boot / 1'000'000'000;
  setting.it_value.tv_nsec = since_boot % 1'000'000'000;
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

epoll_reactor& epoll_reactor::of(loop& of) {
  auto* const found = dynamic_cast<epoll_reactor*>(&of.outside());
  if (found == nullptr) {
    throw invalid_argument(
        "this loop has no sockets: a loop on virtual time needs a network of its own, "
        "such as testing::memory_network");
  }
  return *found;
}

}  // namespace leat::io::epoll_backend
