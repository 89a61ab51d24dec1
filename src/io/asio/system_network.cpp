// SPDX-License-Identifier: MIT
#include <cerrno>
#include <cstring>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "leat/io/error.hpp"
#include "leat/io/network.hpp"

#include "io/asio/socket_stream.hpp"
#include "io/connection_race.hpp"
#include "io/resolver.hpp"

namespace leat::io {
namespace asio_backend {
namespace {

using acceptor_socket = asio::basic_socket_acceptor<protocol, io_executor>;

class accept_operation final : public operation {
 public:
  accept_operation(acceptor_socket& acceptor, stream_socket& peer, protocol::endpoint& from,
                   operation_slot& slot) noexcept
      : operation(slot, deadline::never()), acceptor_(acceptor), peer_(peer), from_(from) {}

  void await_resume() const noexcept {}

 private:
  void initiate(handler on_end) override { acceptor_.async_accept(peer_, from_, on_end); }
  void describe(wait_description& to) const noexcept override { to.add("accept a connection"); }

  acceptor_socket& acceptor_;
  stream_socket& peer_;
  protocol::endpoint& from_;
};

[[noreturn]] void throw_listen_error(const endpoint& at, const boost::system::error_code& cause) {
  throw listen_error("listen failed: " + at.to_string() + ": " + cause.message(), cause);
}

socket_address address_to_listen_on(const endpoint& at) {
  try {
    return numeric_address(at);
  } catch (const resolve_error& e) {
    throw listen_error("listen failed: " + std::string(e.what()));
  }
}

class socket_listener final : public listener {
 public:
  socket_listener(const endpoint& at, const listen_options& options)
      : acceptor_(asio_reactor::current().context()), local_(at) {
    const socket_address address = address_to_listen_on(at);
    if (at.is_unix()) remove_stale_socket(at, address);
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

  ~socket_listener() override { close(); }

  task<std::unique_ptr<async_stream>> accept() override {
    stream_socket peer(asio_reactor::current().context());
    protocol::endpoint from;
    operation_slot slot;
    accept_operation accepting(acceptor_, peer, from, slot);
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
    // The path may belong to somebody else by now.
    if (!acceptor_.is_open()) return;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    if (local_.is_unix()) ::unlink(local_.host().c_str());
  }

  const endpoint& local() const noexcept override { return local_; }

 private:
  // A socket file that a dead server left behind refuses to be bound again. One that somebody
  // listens on is left alone, and bind() reports it.
  static void remove_stale_socket(const endpoint& at, const socket_address& address) noexcept {
    struct stat found{};
    if (::stat(at.host().c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
    // Must not wait: a living server whose backlog is full would hold up the loop.
    const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return;
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
  endpoint local_;
};

class asio_network final : public network {
 public:
  task<std::unique_ptr<async_stream>> connect(endpoint to, deadline until) override {
    auto addresses = co_await resolve(to, until);
    co_return co_await connect_to_first(std::move(to), std::move(addresses), until);
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
