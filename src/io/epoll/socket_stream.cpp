// SPDX-License-Identifier: MIT
#include "io/epoll/socket_stream.hpp"

#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

#include "io/epoll/descriptor.hpp"

namespace leat::io::epoll_backend {
namespace {

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

class socket_stream final : public async_stream {
 public:
  socket_stream(owned_file socket, std::string peer_name)
      : socket_(std::move(socket)), peer_name_(std::move(peer_name)) {
    const int on = 1;
    // Fails on Unix sockets, which have no such delay to switch off. There a read also ends where
    // a peer has passed a descriptor along, however much stands behind it.
    is_tcp_ = ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
  }

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    co_await stop_if_requested();
    for (;;) {
      if (socket_.input.is_ready() && may_go_on_inline()) {
        if (const auto size = receive(into)) co_return *size;
        continue;
      }
      if (!co_await socket_.input.wait("read from ", peer_name_, until)) {
        io::detail::throw_read_timeout(peer_name_);
      }
      inline_work_ = 0;
    }
  }

  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    co_await stop_if_requested();
    while (!from.empty()) {
      if (socket_.output.is_ready() && may_go_on_inline()) {
        if (const auto size = send(from)) from = from.subspan(*size);
        continue;
      }
      if (!co_await socket_.output.wait("write to ", peer_name_, until)) {
        throw write_timeout("write timed out: " + peer_name_ + " does not read in time");
      }
      inline_work_ = 0;
    }
  }

  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    if (!socket_.input.is_ready() || !may_go_on_inline()) return std::nullopt;
    return receive(into);
  }

  readiness* input_to_wait_for() noexcept override {
    inline_work_ = 0;
    return &socket_.input;
  }

  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    if (!socket_.output.is_ready() || !may_go_on_inline()) return std::nullopt;
    return send(from);
  }

  task<void> shut_down_write(deadline /*until*/) override {
    if (::shutdown(socket_.fd(), SHUT_WR) != 0) throw_write_error();
    co_return;
  }

  task<void> close(deadline /*until*/) override {
    socket_.close();
    co_return;
  }

  bool is_idle_and_open() noexcept override {
    if (!socket_.is_open()) return false;
    // The loop need not have looked since: a caller may have held it up.
    std::byte probe{};
    for (;;) {
      const ssize_t size = ::recv(socket_.fd(), &probe, 1, MSG_PEEK | MSG_DONTWAIT);
      if (size >= 0) return false;
      if (errno != EINTR) return errno == EAGAIN;
    }
  }

  bool has_read_everything() const noexcept override {
    return socket_.is_open() && !socket_.input.is_ready();
  }

  const std::string& peer_name() const noexcept override { return peer_name_; }
  std::string peer_address() const override { return peer_address_of(socket_.fd()); }

  /// Waits until the connection that was begun is made or refused.
  task<connect_result> wait_connected(std::unique_ptr<socket_stream> self, deadline until) {
    connect_result result;
    socket_.output.would_block();
    if (!co_await socket_.output.wait("connect to ", peer_name_, until)) {
      result.has_timed_out = true;
      result.failure = std::make_error_code(std::errc::timed_out);
      co_return result;
    }
    int failure = 0;
    socklen_t size = sizeof failure;
    ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure != 0) {
      result.failure = {failure, std::system_category()};
    } else {
      result.stream = std::move(self);
    }
    co_return result;
  }

 private:
  // A peer that always has bytes, or always room, must not keep the loop from everything else:
  // after so much work the next transfer goes through the loop. The share for the system call
  // itself makes many small transfers count, too.
  static constexpr std::size_t most_inline_work = std::size_t{256} << 10;
  static constexpr std::size_t work_per_call = std::size_t{4} << 10;

  [[nodiscard]] bool may_go_on_inline() const noexcept { return inline_work_ < most_inline_work; }

  /// Nothing, if there is nothing to be read.
  std::optional<std::size_t> receive(std::span<std::byte> into) {
    for (;;) {
      const ssize_t got = ::recv(socket_.fd(), into.data(), into.size(), MSG_DONTWAIT);
      if (got >= 0) [[likely]] {
        const auto size = static_cast<std::size_t>(got);
        inline_work_ += size + work_per_call;
        // It has taken everything: to ask the kernel again would be in vain until an edge comes.
        if (size < into.size() && size != 0 && is_tcp_ && socket_.may_trust_short_reads()) {
          socket_.input.would_block();
        }
        return size;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) throw_read_error();
      socket_.input.would_block();
      return std::nullopt;
    }
  }

  /// Nothing, if there is no room.
  std::optional<std::size_t> send(std::span<const std::byte> from) {
    for (;;) {
      const ssize_t sent =
          ::send(socket_.fd(), from.data(), from.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) [[likely]] {
        inline_work_ += static_cast<std::size_t>(sent) + work_per_call;
        return static_cast<std::size_t>(sent);
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) throw_write_error();
      socket_.output.would_block();
      return std::nullopt;
    }
  }

  [[noreturn]] void throw_read_error() const {
    const auto cause = last_error();
    throw read_error("read failed: connection with " + peer_name_ + ": " + cause.message(), cause);
  }
  [[noreturn]] void throw_write_error() const {
    const auto cause = last_error();
    throw write_error("write failed: connection with " + peer_name_ + ": " + cause.message(),
                      cause);
  }

  descriptor socket_;
  std::string peer_name_;
  std::size_t inline_work_ = 0;  // since the loop last had its turn
  bool is_tcp_ = false;
};

}  // namespace

std::unique_ptr<async_stream> make_socket_stream(owned_file socket, std::string peer_name) {
  return std::make_unique<socket_stream>(std::move(socket), std::move(peer_name));
}

task<connect_result> connect_socket(socket_address to, std::string peer_name, deadline until,
                                    const socket_plan& plan) {
  co_await stop_if_requested();
  connect_result failed;
  owned_file socket(::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || !prepare_socket(socket.get(), to.family(), plan)) {
    failed.failure = last_error();
    co_return failed;
  }
  // Watched from here on and not before, because a socket that has not begun to connect is
  // reported as hung up.
  const bool is_connected = ::connect(socket.get(), to.data(), to.size) == 0;
  // A Unix socket whose backlog is full says EAGAIN, and cannot be waited for.
  if (!is_connected && errno != EINPROGRESS) {
    failed.failure = last_error();
    co_return failed;
  }
  auto stream = std::make_unique<socket_stream>(std::move(socket), std::move(peer_name));
  if (is_connected) {
    connect_result done;
    done.stream = std::move(stream);
    co_return done;
  }
  socket_stream& connecting = *stream;
  co_return co_await connecting.wait_connected(std::move(stream), until);
}

}  // namespace leat::io::epoll_backend
