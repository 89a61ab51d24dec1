// SPDX-License-Identifier: MIT
#include "leat/io/network.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

#include "io/connection_race.hpp"
#include "io/epoll/descriptor.hpp"
#include "io/epoll/socket_stream.hpp"
#include "io/local_address.hpp"
#include "io/resolver.hpp"

namespace leat::io {
namespace epoll_backend {
namespace {

std::error_code last_error() noexcept {
  return {errno, std::system_category()};
}

[[noreturn]] void throw_listen_error(const endpoint& at, std::error_code cause) {
  throw listen_error("listen failed: " + at.to_string() + ": " + cause.message(), cause);
}

socket_address address_to_listen_on(const endpoint& at) {
  try {
    return numeric_address(at);
  } catch (const resolve_error& e) {
    throw listen_error("listen failed: " + std::string(e.what()));
  }
}

// A socket file that a dead server left behind refuses to be bound again. One that somebody
// listens on is left alone, and bind() reports it.
void remove_stale_socket(const endpoint& at, const socket_address& address) noexcept {
  struct stat found{};
  if (::stat(at.host().c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  // Must not wait: a living server whose backlog is full would hold up the loop.
  const owned_file probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (probe.is_open() && ::connect(probe.get(), address.data(), address.size) != 0 &&
      errno == ECONNREFUSED) {
    ::unlink(at.host().c_str());
  }
}

owned_file open_listening(const endpoint& at, const listen_options& options) {
  const socket_address address = address_to_listen_on(at);
  if (at.is_unix()) remove_stale_socket(at, address);
  owned_file socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) throw_listen_error(at, last_error());
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (options.reuse_port) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(socket.get(), address.data(), address.size) != 0 ||
      ::listen(socket.get(), options.backlog) != 0) {
    throw_listen_error(at, last_error());
  }
  return socket;
}

class socket_listener final : public listener {
 public:
  socket_listener(const endpoint& at, const listen_options& options)
      : socket_(open_listening(at, options)), local_(at), name_(at.to_string()) {
    if (at.is_unix()) return;
    local_ = local_endpoint(at);
    name_ = local_.to_string();
  }

  ~socket_listener() override { close(); }

  task<std::unique_ptr<async_stream>> accept() override {
    co_await stop_if_requested();
    for (;;) {
      if (!socket_.input.is_ready() || accepted_inline_ == most_accepted_inline) {
        // Without a deadline, so it comes back because there is something to look at.
        static_cast<void>(
            co_await socket_.input.wait("a connection to ", name_, deadline::never()));
        accepted_inline_ = 0;
      }
      socket_address from;
      from.size = sizeof from.storage;
      owned_file peer(::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&from.storage),
                                &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (peer.is_open()) {
        ++accepted_inline_;
        co_return make_stream(std::move(peer), from);
      }
      if (errno == EAGAIN) {
        socket_.input.would_block();
      } else if (errno != EINTR && errno != ECONNABORTED) {
        throw_accept_error(last_error());
      }
    }
  }

  void close() noexcept override {
    // The path may belong to somebody else by now.
    if (!socket_.is_open()) return;
    socket_.close();
    if (local_.is_unix()) ::unlink(local_.host().c_str());
  }

  const endpoint& local() const noexcept override { return local_; }

 private:
  // Then all others have their turn, however long the line of those who want to connect.
  static constexpr int most_accepted_inline = 16;

  std::unique_ptr<async_stream> make_stream(owned_file peer, const socket_address& from) const {
    try {
      return make_socket_stream(std::move(peer), to_endpoint(from).to_string());
    } catch (const std::system_error& e) {
      throw_accept_error(e.code());
    }
  }

  [[noreturn]] void throw_accept_error(std::error_code cause) const {
    throw accept_error("accept failed: " + name_ + ": " + cause.message(), cause);
  }

  endpoint local_endpoint(const endpoint& asked) {
    socket_address address;
    address.size = sizeof address.storage;
    if (::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&address.storage), &address.size) !=
        0) {
      return asked;
    }
    return to_endpoint(address);
  }

  descriptor socket_;
  endpoint local_;
  std::string name_;
  int accepted_inline_ = 0;
};

class epoll_network final : public network {
 public:
  epoll_network() = default;
  explicit epoll_network(socket_plan plan) : plan_(std::move(plan)) {}

  task<std::unique_ptr<async_stream>> connect(endpoint to, deadline until) override {
    auto addresses = co_await resolve(to, until);
    if (plan_.local) keep_reachable(addresses, *plan_.local, to);
    co_return co_await connect_to_first(std::move(to), std::move(addresses), until, plan_);
  }

  std::unique_ptr<listener> listen(const endpoint& at, listen_options options) override {
    return std::make_unique<socket_listener>(at, options);
  }

 private:
  socket_plan plan_;
};

}  // namespace
}  // namespace epoll_backend

network& system_network() noexcept {
  static epoll_backend::epoll_network the_network;
  return the_network;
}

std::unique_ptr<network> make_system_network(const std::string& local_address) {
  return std::make_unique<epoll_backend::epoll_network>(
      socket_plan{.local = parse_local_address(local_address)});
}

std::unique_ptr<network> make_system_network(const socket_options& options,
                                             const std::string& local_address) {
  return std::make_unique<epoll_backend::epoll_network>(make_socket_plan(options, local_address));
}

}  // namespace leat::io
