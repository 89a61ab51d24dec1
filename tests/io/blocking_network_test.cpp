// SPDX-License-Identifier: MIT
#include "leat/io/blocking_network.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leat/coro/blocking_deadline.hpp"
#include "leat/io/error.hpp"

#include "io/resolver.hpp"
#include "support/full_listener.hpp"
#include "support/scratch_folder.hpp"

using namespace leat;
using namespace std::chrono_literals;
using io::endpoint;

namespace {

/// A listening socket whose kernel accepts connections for it.
class open_listener {
 public:
  explicit open_listener(const endpoint& at) {
    const auto address = io::numeric_address(at);
    socket_ = ::socket(address.family(), SOCK_STREAM, 0);
    REQUIRE(::bind(socket_, address.data(), address.size) == 0);
    REQUIRE(::listen(socket_, 16) == 0);
    local_.size = sizeof local_.storage;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&local_.storage), &local_.size);
  }
  open_listener(const open_listener&) = delete;
  open_listener& operator=(const open_listener&) = delete;
  ~open_listener() { ::close(socket_); }

  [[nodiscard]] endpoint local() const { return io::to_endpoint(local_); }

 private:
  int socket_;
  io::socket_address local_;
};

io::blocking_network& net() {
  return io::system_blocking_network();
}
deadline in(duration time) {
  return deadline::after(std::chrono::steady_clock::now(), time);
}

}  // namespace

TEST_CASE("blocking connect: reaches a listener") {
  const open_listener listening(endpoint::tcp("127.0.0.1", 0));
  const auto stream = net().connect(listening.local(), in(1min));
  CHECK(stream->is_idle_and_open());
  CHECK(stream->peer_name() == listening.local().to_string());
}

TEST_CASE("blocking connect: reaches a listener on IPv6") {
  const open_listener listening(endpoint::tcp("::1", 0));
  CHECK(net().connect(listening.local(), in(1min))->is_idle_and_open());
}

TEST_CASE("blocking connect: reaches a Unix socket") {
  const scratch_folder folder;
  const open_listener listening(endpoint::unix_socket(folder / "socket"));
  CHECK(net().connect(endpoint::unix_socket(folder / "socket"), in(1min))->is_idle_and_open());
}

TEST_CASE("blocking connect: looks names up, and tries their addresses in turn") {
  // A resolver may name ::1 first, where nobody listens.
  const open_listener listening(endpoint::tcp("127.0.0.1", 0));
  const auto stream = net().connect(endpoint::tcp("localhost", listening.local().port()), in(1min));
  CHECK(stream->is_idle_and_open());
  CHECK(stream->peer_address() == listening.local().to_string());
}

TEST_CASE("blocking connect: names the address that refused") {
  std::uint16_t port = 0;
  {
    const open_listener listening(endpoint::tcp("127.0.0.1", 0));
    port = listening.local().port();
  }
  CHECK_THROWS_WITH_AS(
      net().connect(endpoint::tcp("127.0.0.1", port), in(1min)),
      ("connect failed: 127.0.0.1:" + std::to_string(port) + ": Connection refused").c_str(),
      io::connect_error);
}

TEST_CASE("blocking connect: to a name that does not exist is a resolve_error") {
  CHECK_THROWS_AS(net().connect(endpoint::tcp("does-not-exist.invalid", 80), in(1min)),
                  io::resolve_error);
}

TEST_CASE("blocking connect: to a socket file that is not there is a connect_error") {
  CHECK_THROWS_AS(net().connect(endpoint::unix_socket("/does/not/exist"), in(1min)),
                  io::connect_error);
}

TEST_CASE("blocking connect: gives up when the peer does not answer in time") {
  const auto listening = full_tcp_listener();
  CHECK_THROWS_AS(net().connect(io::to_endpoint(listening.address()), in(10ms)),
                  io::connect_timeout);
}

TEST_CASE("blocking connect: the deadline of the whole ends it as such") {
  const auto listening = full_tcp_listener();
  const blocking_deadline whole(in(10ms));
  CHECK_THROWS_AS(net().connect(io::to_endpoint(listening.address()), in(1min)), deadline_exceeded);
}
