// SPDX-License-Identifier: MIT
#include <cerrno>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include <sys/socket.h>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/coro/refuse_on_loop.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/io/error.hpp"

#include "io/address_lookup.hpp"
#include "io/blocking/socket.hpp"
#include "io/blocking/socket_stream.hpp"
#include "io/connection_race.hpp"
#include "io/local_address.hpp"
#include "io/socket_plan.hpp"

namespace leat::io {
namespace blocking_sockets {
namespace {

/// Attempts to connect to several addresses on one thread: the first that succeeds wins.
class connection_race {
 public:
  connection_race(const endpoint& to, const std::vector<socket_address>& addresses,
                  const socket_plan& plan)
      : to_(to), plan_(plan), rest_(addresses) {}

  /// Errors: `connect_error`; `connect_timeout` when `until` passes.
  owned_file run(deadline until) {
    const deadline last = blocking_deadline::bound(until);
    for (;;) {
      if (auto connected = start_next()) return std::move(*connected);
      if (waits_.empty()) throw_connect_error();
      deadline patience = last;
      if (!rest_.empty()) {
        patience = earlier(
            last, deadline::after(std::chrono::steady_clock::now(), connection_attempt_delay));
      }
      if (!wait_ready(waits_, patience)) {
        if (std::chrono::steady_clock::now() < last.at()) continue;  // the next has its turn
        throw_timeout(until);
      }
      if (auto connected = take_finished()) return std::move(*connected);
    }
  }

 private:
  /// Begins with the next address that can be tried at all, if there is one.
  std::optional<owned_file> start_next() {
    while (!rest_.empty()) {
      const socket_address& address = rest_.front();
      rest_ = rest_.subspan(1);
      owned_file socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      if (!socket.is_open() || !prepare_socket(socket.get(), address.family(), plan_)) {
        note_failure(errno);
        continue;
      }
      if (::connect(socket.get(), address.data(), address.size) == 0) return socket;
      // A Unix socket whose backlog is full says EAGAIN, and cannot be waited for.
      if (errno != EINPROGRESS) {
        note_failure(errno);
        continue;
      }
      waits_.push_back({socket.get(), POLLOUT, 0});
      attempts_.push_back(std::move(socket));
      return std::nullopt;
    }
    return std::nullopt;
  }

  /// The socket that has connected; those that have failed are dropped.
  std::optional<owned_file> take_finished() {
    for (std::size_t i = 0; i < waits_.size();) {
      if (waits_[i].revents == 0) {
        ++i;
        continue;
      }
      int failure = 0;
      socklen_t size = sizeof failure;
      ::getsockopt(waits_[i].fd, SOL_SOCKET, SO_ERROR, &failure, &size);
      if (failure == 0) return std::move(attempts_[i]);
      note_failure(failure);
      waits_.erase(waits_.begin() + static_cast<std::ptrdiff_t>(i));
      attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return std::nullopt;
  }

  void note_failure(int failure) noexcept { last_failure_ = {failure, std::system_category()}; }

  [[noreturn]] void throw_connect_error() const {
    throw connect_error("connect failed: " + to_.to_string() + ": " + last_failure_.message(),
                        last_failure_);
  }
  [[noreturn]] void throw_timeout(deadline until) const {
    blocking_deadline::throw_if_exceeded(until, "connecting to " + to_.to_string());
    throw connect_timeout("connect timed out: " + to_.to_string() + " did not answer in time");
  }

  const endpoint& to_;
  const socket_plan& plan_;
  std::span<const socket_address> rest_;
  std::vector<owned_file> attempts_;
  std::vector<pollfd> waits_;
  std::error_code last_failure_ = std::make_error_code(std::errc::address_not_available);
};

class system_network final : public blocking_network {
 public:
  system_network() = default;
  explicit system_network(socket_plan plan) : plan_(std::move(plan)) {}

  std::unique_ptr<blocking_stream> connect(const endpoint& to, deadline until) override {
    refuse_on_loop("io::network::connect");
    auto addresses = resolve_blocking(to);
    if (plan_.local) keep_reachable(addresses, *plan_.local, to);
    return make_socket_stream(connection_race(to, addresses, plan_).run(until), to.to_string());
  }

 private:
  socket_plan plan_;
};

}  // namespace
}  // namespace blocking_sockets

blocking_network& system_blocking_network() noexcept {
  static blocking_sockets::system_network the_network;
  return the_network;
}

std::unique_ptr<blocking_network> make_system_blocking_network(const std::string& local_address) {
  return std::make_unique<blocking_sockets::system_network>(
      socket_plan{.local = parse_local_address(local_address)});
}

std::unique_ptr<blocking_network> make_system_blocking_network(const socket_options& options,
                                                               const std::string& local_address) {
  return std::make_unique<blocking_sockets::system_network>(
      make_socket_plan(options, local_address));
}

}  // namespace leat::io
