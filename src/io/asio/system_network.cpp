// SPDX-License-Identifier: MIT
#include <cerrno>
#include <cstring>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"

#include "io/asio/socket_stream.hpp"
#include "io/resolver.hpp"

namespace leat::io {
namespace asio_backend {
namespace {

using protocol = asio::generic::stream_protocol;
using acceptor_socket = asio::basic_socket_acceptor<protocol, io_executor>;

// RFC 8305, section 5: the delay before the next address is tried while one is under way.
constexpr duration connection_attempt_delay = std::chrono::milliseconds(250);

protocol protocol_of(const socket_address& address) noexcept {
  return {address.family(), address.family() == AF_UNIX ? 0 : IPPROTO_TCP};
}

protocol::endpoint endpoint_of(const socket_address& address) {
  return {address.data(), address.size, protocol_of(address).protocol()};
}

/// Attempts to connect to several addresses: the first that succeeds wins.
class connection_race {
 public:
  connection_race(endpoint to, std::vector<socket_address> addresses, deadline until)
      : to_(std::move(to)), addresses_(std::move(addresses)), until_(until) {}

  task<std::unique_ptr<async_stream>> run() {
    co_await with_task_group([this](task_group& group) { return start_attempts(group); });
    if (winner_ == nullptr) throw_failure();
    co_return std::move(winner_);
  }

 private:
  // Each attempt starts when the one before has failed or has had its head start.
  task<void> start_attempts(task_group& group) {
    for (const auto& address : addresses_) {
      auto attempt = group.spawn(
          [this](task_group& all, const socket_address& to) { return connect_to(all, to); },
          std::ref(group), std::cref(address));
      if (&address == &addresses_.back()) break;
      co_await wait_for_head_start(attempt);
    }
  }

  static task<void> wait_for_head_start(spawned<void>& attempt) {
    co_await with_task_group([&attempt](task_group& either) -> task<void> {
      either.spawn(
          [](task_group& both) -> task<void> {
            co_await sleep_for(connection_attempt_delay);
            both.cancel();
          },
          std::ref(either));
      static_cast<void>(co_await attempt.join());
      either.cancel();
    });
  }

  task<void> connect_to(task_group& group, const socket_address& address) {
    stream_socket socket(asio_reactor::current().context());
    operation_slot slot;
    boost::system::error_code failure;
    socket.open(protocol_of(address), failure);
    if (!failure) {
      connect_operation connecting(socket, endpoint_of(address), slot, until_);
      co_await connecting;
      failure = connecting.error();
      timed_out_ = timed_out_ || connecting.has_timed_out();
    }
    if (failure) {
      last_failure_ = failure;
      co_return;
    }
    winner_ = make_socket_stream(std::move(socket), to_.to_string());
    group.cancel();
  }

  [[noreturn]] void throw_failure() const {
    if (timed_out_) {
      throw connect_timeout("connect timed out: " + to_.to_string() + " did not answer in time");
    }
    throw connect_error("connect failed: " + to_.to_string() + ": " + last_failure_.message(),
                        last_failure_);
  }

  endpoint to_;
  std::vector<socket_address> addresses_;
  deadline until_;
  std::unique_ptr<async_stream> winner_;
  std::error_code last_failure_ = std::make_error_code(std::errc::address_not_available);
  bool timed_out_ = false;
};

class accept_operation final : public operation {
 public:
  accept_operation(acceptor_socket& acceptor, stream_socket& peer, protocol::endpoint& from,
                   operation_slot& slot) noexcept
      : operation(slot, deadline::never()), acceptor_(acceptor), peer_(peer), from_(from) {}

  void await_resume() const noexcept {}

 private:
  void initiate(handler on_end) override { acceptor_.async_accept(peer_, from_, on_end); }

  acceptor_socket& acceptor_;
  stream_socket& peer_;
  protocol::endpoint& from_;
};

[[noreturn]] void throw_listen_error(const endpoint& at, const boost::system::error_code& cause) {
  throw listen_error("listen failed: " + at.to_string() + ": " + cause.message(), cause);
}

class socket_listener final : public listener {
 public:
  socket_listener(const endpoint& at, const listen_options& options)
      : acceptor_(asio_reactor::current().context()), local_(at) {
    const socket_address address = numeric_address(at);
    if (at.is_unix()) remove_stale_socket(at);
    boost::system::error_code failure;
    const auto check = [&] {
      if (failure) throw_listen_error(at, failure);
    };
    acceptor_.open(protocol_of(address), failure);
    check();
    const int on = 1;
    ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (options.reuse_port) {
      ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    acceptor_.bind(endpoint_of(address), failure);
    check();
    acceptor_.listen(options.backlog, failure);
    check();
    acceptor_.non_blocking(true);
    if (!at.is_unix()) local_ = local_endpoint(at);
  }

  ~socket_listener() override {
    if (acceptor_.is_open()) close();
  }

  task<std::unique_ptr<async_stream>> accept() override {
    stream_socket peer(asio_reactor::current().context());
    protocol::endpoint from;
    accept_operation accepting(acceptor_, peer, from, slot_);
    co_await accepting;
    if (accepting.error()) {
      throw accept_error(
          "accept failed: " + local_.to_string() + ": " + accepting.error().message(),
          accepting.error());
    }
    socket_address address;
    address.size = static_cast<socklen_t>(from.size());
    std::memcpy(&address.storage, from.data(), from.size());
    co_return make_socket_stream(std::move(peer), to_endpoint(address).to_string());
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (local_.is_unix()) ::unlink(local_.host().c_str());
  }

  const endpoint& local() const noexcept override { return local_; }

 private:
  // A socket file that a dead server left behind refuses to be bound again. One that somebody
  // listens on is left alone, and bind() reports it.
  static void remove_stale_socket(const endpoint& at) noexcept {
    struct stat found{};
    if (::stat(at.host().c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return;
    const socket_address address = numeric_address(at);
    if (::connect(probe, address.data(), address.size) != 0 && errno == ECONNREFUSED) {
      ::unlink(at.host().c_str());
    }
    ::close(probe);
  }

  endpoint local_endpoint(const endpoint& asked) {
    socket_address address;
    address.size = sizeof address.storage;
    if (::getsockname(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&address.storage),
                      &address.size) != 0) {
      return asked;
    }
    return to_endpoint(address);
  }

  acceptor_socket acceptor_;
  operation_slot slot_;
  endpoint local_;
};

class asio_network final : public network {
 public:
  task<std::unique_ptr<async_stream>> connect(endpoint to, deadline until) override {
    auto addresses = co_await resolve(to, until);
    connection_race race(std::move(to), std::move(addresses), until);
    co_return co_await race.run();
  }

  std::unique_ptr<listener> listen(const endpoint& at, listen_options options) override {
    return std::make_unique<socket_listener>(at, options);
  }
};

}  // namespace
}  // namespace asio_backend

network& system_network() noexcept {
  static asio_backend::asio_network the_network;
  return the_network;
}

}  // namespace leat::io
