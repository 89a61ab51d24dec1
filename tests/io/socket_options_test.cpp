// SPDX-License-Identifier: MIT
#include "leat/io/socket_options.hpp"

#include <climits>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "leat/io/blocking_network.hpp"
#include "leat/io/error.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/network.hpp"

#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;
using io::endpoint;
using io::socket_options;

namespace {

deadline in_five_seconds() {
  return deadline::after(std::chrono::steady_clock::now(), 5s);
}

/// A connection that was made with the options, on either surface.
class async_connected {
 public:
  explicit async_connected(const socket_options& options, const endpoint& to,
                           const std::string& from = {})
      : network_(io::make_system_network(options, from)),
        stream_(run(loop_, network_->connect(to, in_five_seconds()))) {}

 private:
  io::loop loop_;
  std::unique_ptr<io::network> network_;
  std::unique_ptr<io::async_stream> stream_;
};

class blocking_connected {
 public:
  explicit blocking_connected(const socket_options& options, const endpoint& to,
                              const std::string& from = {})
      : network_(io::make_system_blocking_network(options, from)),
        stream_(network_->connect(to, in_five_seconds())) {}

 private:
  std::unique_ptr<io::blocking_network> network_;
  std::unique_ptr<io::blocking_stream> stream_;
};

/// Connections that come here stay in the kernel's queue.
class queue {
 public:
  queue() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, generic, size) == 0);
    REQUIRE(::listen(socket_, 10) == 0);
    REQUIRE(::getsockname(socket_, generic, &size) == 0);
    port_ = ::ntohs(address.sin_port);
  }
  explicit queue(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 10) == 0);
  }
  queue(const queue&) = delete;
  queue& operator=(const queue&) = delete;
  ~queue() { ::close(socket_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] endpoint at() const { return endpoint::tcp("127.0.0.1", port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// Our socket whose peer has that port, found among all descriptors: streams do not show theirs.
int socket_to(std::uint16_t port) {
  int found = -1;
  DIR* const all = ::opendir("/proc/self/fd");
  while (const dirent* const each = ::readdir(all)) {
    const int fd = std::atoi(each->d_name);
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
        peer.sin_family == AF_INET && ::ntohs(peer.sin_port) == port) {
      found = fd;
    }
  }
  ::closedir(all);
  REQUIRE(found >= 0);
  return found;
}

int option_of(int socket, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  REQUIRE(::getsockopt(socket, level, option, &value, &size) == 0);
  return value;
}

/// What the kernel says against the options, when a network is made with them.
template <class Make>
io::socket_option_refused refusal(Make make) {
  try {
    make();
  } catch (const io::socket_option_refused& e) {
    return e;
  }
  throw std::logic_error("nothing was refused");
}

}  // namespace

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("socket options: " name, Connected, async_connected, blocking_connected)

LEAT_BOTH_SURFACES("are set on the socket of a connection") {
  const queue server;
  socket_options options;
  options.send_buffer = 20'000;
  options.receive_buffer = 30'000;
  options.keep_alive.emplace();
  options.keep_alive->idle = 41'500ms;
  options.keep_alive->interval = 7s;
  options.keep_alive->probes = 3;
  options.unacknowledged = 12'345ms;
  options.traffic_class = 0x48;
  options.congestion_control = "reno";
  options.device = "lo";
  CHECK(options.has_any());
  const Connected connected(options, server.at());

  const int socket = socket_to(server.port());
  CHECK(option_of(socket, SOL_SOCKET, SO_SNDBUF) == 40'000);
  CHECK(option_of(socket, SOL_SOCKET, SO_RCVBUF) == 60'000);
  CHECK(option_of(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option_of(socket, IPPROTO_TCP, TCP_KEEPIDLE) == 42);
  CHECK(option_of(socket, IPPROTO_TCP, TCP_KEEPINTVL) == 7);
  CHECK(option_of(socket, IPPROTO_TCP, TCP_KEEPCNT) == 3);
  CHECK(option_of(socket, IPPROTO_TCP, TCP_USER_TIMEOUT) == 12'345);
  CHECK(option_of(socket, IPPROTO_IP, IP_TOS) == 0x48);
  char name[16] = {};
  socklen_t size = sizeof name;
  REQUIRE(::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name, &size) == 0);
  CHECK(std::string(name) == "reno");
}

LEAT_BOTH_SURFACES("that are not set leave everything as the system has it") {
  const queue server;
  CHECK_FALSE(socket_options().has_any());
  const Connected connected(socket_options(), server.at());
  const int socket = socket_to(server.port());
  CHECK(option_of(socket, SOL_SOCKET, SO_KEEPALIVE) == 0);
  CHECK(option_of(socket, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0);
  CHECK(option_of(socket, IPPROTO_TCP, TCP_NODELAY) == 1);
}

LEAT_BOTH_SURFACES("go together with an address to begin at") {
  const queue server;
  socket_options options;
  options.keep_alive.emplace();
  const Connected connected(options, server.at(), "127.0.0.7");
  const int socket = socket_to(server.port());
  CHECK(option_of(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size) == 0);
  CHECK(::ntohl(own.sin_addr.s_addr) == 0x7F000007);
}

LEAT_BOTH_SURFACES("of TCP are not asked of a Unix socket") {
  const scratch_folder folder;
  const queue server(folder / "socket");
  socket_options options;
  options.keep_alive.emplace();
  options.unacknowledged = 1s;
  options.congestion_control = "reno";
  options.send_buffer = 20'000;
  CHECK_NOTHROW(Connected(options, endpoint::unix_socket(folder / "socket")));
}

LEAT_BOTH_SURFACES("that the kernel refuses are refused by name, before anything is connected") {
  const endpoint nowhere = endpoint::tcp("127.0.0.1", 1);
  socket_options unknown;
  unknown.congestion_control = "carrier-pigeon";
  auto why = refusal([&] { Connected(unknown, nowhere); });
  CHECK(why.code() == failure::caller_fault);
  CHECK(why.cause() == std::errc::no_such_file_or_directory);
  CHECK(std::string(why.what()) ==
        "socket_options::congestion_control was refused by the kernel: No such file or directory");

  socket_options nameless;
  nameless.device = "no-such-device";
  why = refusal([&] { Connected(nameless, nowhere); });
  CHECK(why.cause() == std::errc::no_such_device);
  CHECK(std::string(why.what()).starts_with("socket_options::device "));
}

LEAT_BOTH_SURFACES("are taken up to what the kernel takes, and refused above and below") {
  const queue server;
  socket_options options;
  options.keep_alive.emplace();
  for (const auto good : {duration(1s), duration(32'767s)}) {
    options.keep_alive->idle = good;
    CHECK_NOTHROW(Connected(options, server.at()));
  }
  for (const auto bad : {duration(0s), duration(-1s), duration(32'767s) + 1ns, duration::max()}) {
    options.keep_alive->idle = bad;
    CHECK(refusal([&] { Connected(options, server.at()); }).cause() == std::errc::invalid_argument);
  }
  socket_options buffers;
  buffers.send_buffer = std::size_t{INT_MAX} + 1;
  const auto why = refusal([&] { Connected(buffers, server.at()); });
  CHECK(why.cause() == std::errc::invalid_argument);
  CHECK(std::string(why.what()).starts_with("socket_options::send_buffer "));
}
