// SPDX-License-Identifier: MIT
#include <array>
#include <atomic>
#include <cstring>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/testing/stream_contract.hpp"

#include "io/resolver.hpp"
#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

using namespace leat;

namespace {

task<testing::stream_pair> connected_pair(io::endpoint at) {
  const auto listening = io::system_network().listen(at);
  auto [near, far] = co_await when_all(
      io::system_network().connect(listening->local(), deadline_after(5s)), listening->accept());
  co_return {std::move(near), std::move(far)};
}

/// A thread at the other end of a connection, which blocks and knows nothing of loops.
class plain_peer {
 public:
  template <class Work>
  plain_peer(std::uint16_t port, Work work)
      : thread_([port, work, this] {
          const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
          sockaddr_in to{};
          to.sin_family = AF_INET;
          to.sin_port = htons(port);
          to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
          if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
            while (!is_over && work(fd)) {
            }
          }
          ::close(fd);
        }) {}
  plain_peer(const plain_peer&) = delete;
  plain_peer& operator=(const plain_peer&) = delete;
  ~plain_peer() {
    is_over = true;
    thread_.join();
  }

 private:
  std::atomic<bool> is_over = false;
  std::thread thread_;
};

/// Sends `text` with a descriptor beside it, as only Unix sockets can.
bool send_with_descriptor(int fd, std::string text) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> beside{};
  iovec piece{.iov_base = text.data(), .iov_len = text.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = beside.data();
  message.msg_controllen = beside.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return ::sendmsg(fd, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

/// Reads until `size` bytes are there.
task<std::string> read_all(io::async_stream& from, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    std::array<std::byte, 64> into{};
    const auto got = co_await from.read_some(into, deadline_after(10s));
    if (got == 0) break;
    text += as_text(std::span<const std::byte>(into).first(got));
  }
  co_return text;
}

}  // namespace

LEAT_LOOPBACK_TEST("tcp stream: keeps the contract of streams") {
  co_await testing::check_stream_contract(
      [] { return connected_pair(io::endpoint::tcp("127.0.0.1", 0)); });
}

LEAT_LOOPBACK_TEST("unix stream: keeps the contract of streams") {
  const scratch_folder folder;
  co_await testing::check_stream_contract(
      [&folder] { return connected_pair(io::endpoint::unix_socket(folder / "socket")); });
}

LEAT_LOOPBACK_TEST("tcp stream: a read that is not filled has read everything, until more comes") {
  const auto [near, far] = co_await connected_pair(io::endpoint::tcp("127.0.0.1", 0));
  std::array<std::byte, 4> into{};
  co_await far->write_all(as_bytes("abc"), deadline::never());
  CHECK(co_await near->read_some(into, deadline::never()) == 3);
  CHECK(near->has_read_everything());
  co_await far->write_all(as_bytes("abcd"), deadline::never());
  CHECK(
      co_await near->input_to_wait_for()->wait("read from ", near->peer_name(), deadline::never()));
  CHECK_FALSE(near->has_read_everything());
  CHECK(co_await near->read_some(into, deadline::never()) == 4);
  CHECK_FALSE(near->has_read_everything());
  co_await near->close(deadline::never());
  CHECK_FALSE(near->has_read_everything());
}

LEAT_LOOPBACK_TEST("tcp stream: names its peer by address and port") {
  const auto listening = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  auto [near, far] = co_await when_all(
      io::system_network().connect(listening->local(), deadline_after(5s)), listening->accept());
  CHECK(near->peer_name() == listening->local().to_string());
  CHECK(far->peer_name().starts_with("127.0.0.1:"));
}

LEAT_LOOPBACK_TEST("tcp stream: a reader that never has to wait can be stopped") {
  const auto listening = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  static const std::array<char, 65536> block{};
  const plain_peer flooding(listening->local().port(), [](int fd) {
    return ::send(fd, block.data(), block.size(), MSG_NOSIGNAL) > 0;
  });
  bool timed_out = false;
  const auto stream = co_await listening->accept();
  try {
    co_await with_timeout(100ms, [](io::async_stream& from) -> task<void> {
      std::byte into[512];
      while (co_await from.read_some(into, deadline::never()) != 0) {
      }
    }(*stream));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
  co_await stream->close(deadline::never());
}

LEAT_LOOPBACK_TEST("tcp stream: a writer that never has to wait can be stopped") {
  const auto listening = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  const plain_peer draining(listening->local().port(), [](int fd) {
    static std::array<char, 1 << 20> into;
    return ::recv(fd, into.data(), into.size(), 0) > 0;
  });
  bool timed_out = false;
  const auto stream = co_await listening->accept();
  try {
    co_await with_timeout(100ms, [](io::async_stream& to) -> task<void> {
      for (;;) co_await to.write_all(as_bytes("a small piece"), deadline::never());
    }(*stream));
  } catch (const deadline_exceeded&) {
    timed_out = true;
  }
  CHECK(timed_out);
  co_await stream->close(deadline::never());
}

LEAT_LOOPBACK_TEST("tcp stream: a peer that resets the connection makes a read_error") {
  const auto listening = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  const plain_peer resetting(listening->local().port(), [](int fd) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
  });
  std::string what;
  const auto stream = co_await listening->accept();
  try {
    std::byte into[1];
    static_cast<void>(co_await stream->read_some(into, deadline_after(5s)));
  } catch (const io::read_error& e) {
    CHECK(e.cause() == std::errc::connection_reset);
    what = e.what();
  }
  CHECK(what.find(stream->peer_name()) != std::string::npos);
}

LEAT_LOOPBACK_TEST("tcp stream: a try reads what has arrived without waiting") {
  auto [near, far] = co_await connected_pair(io::endpoint::tcp("127.0.0.1", 0));
  std::array<std::byte, 8> into{};
  CHECK_FALSE(near->try_read_some(into));
  CHECK(far->try_write_some(as_bytes("hello")) == 5);
  // What has arrived shows when the loop has heard of it.
  auto size = near->try_read_some(into);
  for (; !size; size = near->try_read_some(into)) co_await yield_now();
  CHECK(size == 5);
  CHECK_FALSE(near->try_read_some(into));
}

LEAT_LOOPBACK_TEST("tcp stream: tries leave others their turn") {
  const auto listening = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  const plain_peer draining(listening->local().port(), [](int fd) {
    static std::array<char, 1 << 20> into;
    return ::recv(fd, into.data(), into.size(), 0) > 0;
  });
  const auto stream = co_await listening->accept();
  // A peer that always has room: only the stream itself can end this.
  while (stream->try_write_some(as_bytes("a small piece"))) {
  }
  co_await stream->write_all(as_bytes("x"), deadline_after(10s));
  CHECK(stream->try_write_some(as_bytes("x")));
  co_await stream->close(deadline::never());
}

// All is queued before the first read, so no news of the rest will come.
LEAT_LOOPBACK_TEST("unix stream: bytes behind a descriptor that the peer passes are read, too") {
  const scratch_folder folder;
  const auto at = io::endpoint::unix_socket(folder / "socket");
  const auto listening = io::system_network().listen(at);
  const int peer = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = io::numeric_address(at);
  REQUIRE(::connect(peer, address.data(), address.size) == 0);
  const auto stream = co_await listening->accept();
  CHECK(send_with_descriptor(peer, "one"));
  CHECK(::send(peer, "two", 3, MSG_NOSIGNAL) == 3);
  co_await some_turns();

  CHECK(co_await read_all(*stream, 6) == "onetwo");
  ::close(peer);
}

LEAT_LOOPBACK_TEST("tcp stream: bytes behind urgent ones are read, too") {
  const auto listening = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0));
  const int peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = io::numeric_address(listening->local());
  REQUIRE(::connect(peer, address.data(), address.size) == 0);
  const auto stream = co_await listening->accept();
  CHECK(::send(peer, "one", 3, MSG_NOSIGNAL) == 3);
  CHECK(::send(peer, "!", 1, MSG_NOSIGNAL | MSG_OOB) == 1);
  CHECK(::send(peer, "two", 3, MSG_NOSIGNAL) == 3);
  co_await some_turns();

  // Urgent data are no part of the stream.
  CHECK(co_await read_all(*stream, 6) == "onetwo");
  ::close(peer);
}
