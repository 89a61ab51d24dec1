// SPDX-License-Identifier: MIT
// The floor: what an HTTP server costs that does nothing but what the kernel demands. It waits
// with epoll, looks for the empty line that ends a head, and answers from a constant. A batch of
// pipelined requests is answered with one write, as a good server would.
//
//     raw_epoll_server --port N

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\nHello, World!";
constexpr std::string_view end_of_head = "\r\n\r\n";

/// What was read and is not a whole head yet.
struct connection {
  std::array<char, 4096> buffer;
  std::size_t filled = 0;
};

volatile std::sig_atomic_t is_stopped = 0;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int listen_at(std::uint16_t port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) fail("bind");
  if (::listen(made, 4096) != 0) fail("listen");
  return made;
}

class server {
 public:
  explicit server(std::uint16_t port) : listener_(listen_at(port)), epoll_(::epoll_create1(0)) {
    watch(listener_);
  }

  void run() {
    std::array<epoll_event, 256> events;
    while (is_stopped == 0) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int ready = events[static_cast<std::size_t>(i)].data.fd;
        if (ready == listener_) {
          accept_all();
        } else {
          serve(ready);
        }
      }
    }
  }

 private:
  void watch(int descriptor) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
  }

  void accept_all() {
    for (;;) {
      const int made = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (made < 0) return;
      const int yes = 1;
      ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      const auto place = static_cast<std::size_t>(made);
      if (connections_.size() <= place) connections_.resize(place + 1);
      connections_[place] = std::make_unique<connection>();
      watch(made);
    }
  }

  void serve(int from) {
    connection& state = *connections_[static_cast<std::size_t>(from)];
    const auto got =
        ::recv(from, state.buffer.data() + state.filled, state.buffer.size() - state.filled, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close(from);
    state.filled += static_cast<std::size_t>(got);

    const std::string_view read(state.buffer.data(), state.filled);
    std::size_t served = 0;
    answers_.clear();
    for (auto at = read.find(end_of_head); at != read.npos; at = read.find(end_of_head, served)) {
      served = at + end_of_head.size();
      answers_ += answer;
    }
    if (served == 0 && state.filled == state.buffer.size()) return close(from);  // head too long
    if (served != state.filled) {
      std::memmove(state.buffer.data(), state.buffer.data() + served, state.filled - served);
    }
    state.filled -= served;
    if (answers_.empty()) return;
    // The load never leaves more unread than a socket's buffer holds.
    const auto sent = ::send(from, answers_.data(), answers_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(answers_.size())) close(from);
  }

  void close(int descriptor) {
    connections_[static_cast<std::size_t>(descriptor)].reset();
    ::close(descriptor);
  }

  int listener_;
  int epoll_;
  std::vector<std::unique_ptr<connection>> connections_;  // by descriptor
  std::string answers_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--port") {
    std::fputs("usage: raw_epoll_server --port N\n", stderr);
    return 2;
  }
  struct sigaction stop{};
  stop.sa_handler = [](int) { is_stopped = 1; };
  ::sigaction(SIGTERM, &stop, nullptr);
  ::sigaction(SIGINT, &stop, nullptr);
  server(static_cast<std::uint16_t>(std::atoi(argv[2]))).run();
}
