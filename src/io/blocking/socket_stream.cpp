// SPDX-License-Identifier: MIT
#include "io/blocking/socket_stream.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/io/error.hpp"

#include "io/blocking/socket.hpp"
#include "io/resolver.hpp"

namespace leat::io {
namespace blocking_sockets {

bool wait_ready(std::span<pollfd> sockets, deadline until) {
  for (;;) {
    timespec left{};
    if (!until.is_never()) {
      const auto rest = std::max(until.at() - std::chrono::steady_clock::now(), duration::zero());
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rest);
      left.tv_sec = static_cast<std::time_t>(seconds.count());
      left.tv_nsec = static_cast<long>((rest - seconds).count());
    }
    const int ready =
        ::ppoll(sockets.data(), sockets.size(), until.is_never() ? nullptr : &left, nullptr);
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR)
      throw io_error(errc::read_failed, "poll failed", {errno, std::system_category()});
  }
}

namespace {

/// A time that has not passed yet, and is at most a tick away: reading the clock of the last tick
/// costs a third of reading the time.
time_point latest_now() noexcept {
  constexpr auto longest_tick = std::chrono::milliseconds(10);  // of Linux, at 100 Hz
  timespec tick{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &tick);
  return time_point(std::chrono::seconds(tick.tv_sec) + std::chrono::nanoseconds(tick.tv_nsec)) +
         longest_tick;
}

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

class socket_stream final : public blocking_stream {
 public:
  socket_stream(owned_file socket, std::string peer_name)
      : socket_(std::move(socket)), peer_name_(std::move(peer_name)) {
    // It was connected without blocking, perhaps; from here on `MSG_DONTWAIT` says so call by call.
    int off = 0;
    ::ioctl(socket_.get(), FIONBIO, &off);
    const int on = 1;
    // Fails on Unix sockets, which have no such delay to switch off.
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return received(receive(into, MSG_DONTWAIT));
  }

  // Mostly one call, in which the kernel waits. Its limit is coarse, so that it seldom has to be
  // changed: what is left of the time after it is waited for exactly.
  std::size_t read_some(std::span<std::byte> into, deadline until) override {
    int flags = 0;
    if (!let_kernel_wait(blocking_deadline::bound(until))) {
      check_whole(until, "reading from ");
      flags = MSG_DONTWAIT;
    }
    for (;;) {
      if (const auto size = received(receive(into, flags))) return *size;
      flags = MSG_DONTWAIT;
      if (wait_for(POLLIN, until) == 0) {
        blocking_deadline::throw_if_exceeded(until, "reading from " + peer_name_);
        throw read_timeout("read timed out: no data from " + peer_name_ + " in time");
      }
    }
  }

  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    const ssize_t sent = send(from);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN) return std::nullopt;
    throw_write_error();
  }

  void write_all(std::span<const std::byte> from, deadline until) override {
    write(from, until, POLLOUT);
  }

  std::size_t write_until_input(std::span<const std::byte> from, deadline until) override {
    check_whole(until, "writing to ");
    return write(from, until, POLLOUT | POLLIN);
  }

  void shut_down_write(deadline /*until*/) override {
    if (::shutdown(socket_.get(), SHUT_WR) != 0) throw_write_error();
  }

  void close(deadline /*until*/) noexcept override { socket_.close(); }

  bool is_idle_and_open() noexcept override {
    if (!socket_.is_open()) return false;
    std::byte probe{};
    return receive({&probe, 1}, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }

  const std::string& peer_name() const noexcept override { return peer_name_; }
  std::string peer_address() const override { return peer_address_of(socket_.get()); }

 private:
  // The socket's buffer has room nearly always, so the kernel is asked first. Where input ends
  // the writing, it is looked for first: a peer that has answered takes no more.
  std::size_t write(std::span<const std::byte> from, deadline until, short events) {
    std::size_t written = 0;
    const bool minds_input = (events & POLLIN) != 0;
    while (written < from.size()) {
      if (minds_input && has_input()) break;
      const ssize_t sent = send(from.subspan(written));
      if (sent >= 0) {
        written += static_cast<std::size_t>(sent);
        continue;
      }
      if (errno != EAGAIN) throw_write_error();
      const short ready = wait_for(events, until);
      if (ready == 0) {
        blocking_deadline::throw_if_exceeded(until, "writing to " + peer_name_);
        throw write_timeout("write timed out: " + peer_name_ + " does not read in time");
      }
    }
    return written;
  }

  /// Ends what never has to wait, because the peer is as quick: it is not for ever, either.
  void check_whole(deadline own, const char* attempted) const {
    const deadline whole = blocking_deadline::current();
    if (whole.is_never() || std::chrono::steady_clock::now() < whole.at()) return;
    blocking_deadline::throw_if_exceeded(own, attempted + peer_name_);
  }

  ssize_t send(std::span<const std::byte> from) noexcept {
    for (;;) {
      const ssize_t sent =
          ::send(socket_.get(), from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0 || errno != EINTR) return sent;
    }
  }

  [[nodiscard]] bool has_input() {
    pollfd waited{socket_.get(), POLLIN, 0};
    return wait_ready({&waited, 1}, deadline(time_point()));
  }

  /// What became ready; 0 if the time was up.
  [[nodiscard]] short wait_for(short events, deadline until) {
    pollfd waited{socket_.get(), events, 0};
    return wait_ready({&waited, 1}, blocking_deadline::bound(until)) ? waited.revents : short{0};
  }

  /// Sees to it that a receiving call returns between the half of the time that is left and its
  /// end. False if that is not worth a call.
  [[nodiscard]] bool let_kernel_wait(deadline until) noexcept {
    using std::chrono::milliseconds;
    milliseconds limit{0};  // none
    if (!until.is_never()) {
      const auto left = std::chrono::floor<milliseconds>(until.at() - latest_now()).count();
      if (left <= 0) return false;
      // At most 24 days, which is more than anybody waits.
      limit = milliseconds(
          std::bit_floor(static_cast<std::uint32_t>(std::min(left, std::int64_t{1} << 31))));
    }
    if (limit == kernel_limit_) return true;
    timeval wanted{};
    wanted.tv_sec = static_cast<std::time_t>(limit.count() / 1000);
    wanted.tv_usec = static_cast<suseconds_t>(limit.count() % 1000 * 1000);
    if (::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &wanted, sizeof wanted) != 0) {
      return false;
    }
    kernel_limit_ = limit;
    return true;
  }

  /// What a receiving call has returned; nothing if it found nothing in its time.
  [[nodiscard]] std::optional<std::size_t> received(ssize_t size) const {
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN) return std::nullopt;
    throw_read_error();
  }

  // A signal ends a wait, which then goes on in `ppoll` for as long as is left.
  ssize_t receive(std::span<std::byte> into, int flags) noexcept {
    for (;;) {
      const ssize_t size = ::recv(socket_.get(), into.data(), into.size(), flags);
      if (size >= 0 || errno != EINTR) return size;
      flags |= MSG_DONTWAIT;
    }
  }

  [[noreturn]] void throw_read_error() const {
    throw read_error("read failed: connection with " + peer_name_ + ": " + last_error().message(),
                     last_error());
  }
  [[noreturn]] void throw_write_error() const {
    throw write_error("write failed: connection with " + peer_name_ + ": " + last_error().message(),
                      last_error());
  }

  owned_file socket_;
  std::string peer_name_;
  std::chrono::milliseconds kernel_limit_{0};  // of a receiving call; none
};

}  // namespace

std::unique_ptr<blocking_stream> make_socket_stream(owned_file socket, std::string peer_name) {
  return std::make_unique<socket_stream>(std::move(socket), std::move(peer_name));
}

}  // namespace blocking_sockets

std::pair<std::unique_ptr<blocking_stream>, std::unique_ptr<blocking_stream>>
make_blocking_stream_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    const std::error_code cause(errno, std::system_category());
    throw connect_error("a pair of sockets could not be made: " + cause.message(), cause);
  }
  owned_file first(ends[0]);
  owned_file second(ends[1]);
  auto near = blocking_sockets::make_socket_stream(std::move(first), "the other end of the pair");
  return {std::move(near),
          blocking_sockets::make_socket_stream(std::move(second), "the other end of the pair")};
}

}  // namespace leat::io
