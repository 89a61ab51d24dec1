// SPDX-License-Identifier: MIT
// The load, and the floor for HTTP clients: asks a server for one path over many connections,
// as often as it is told.
//
//     raw_epoll_client --port N --path /hello --connections 64 --pipeline 1 --requests 100000
//     raw_epoll_client --port N --path /hello --connections 5000 --hold
//
// Every answer must have the length of the first one, whose head is read properly: after that
// bytes are counted, so that the load costs next to nothing. Prints `{"requests": N, "seconds":
// S}`. With --hold each connection gets one answer; then it prints `held` and keeps them open
// until standard input ends.

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "raw_epoll_client: %s\n", what.c_str());
  std::exit(1);
}

struct options {
  std::uint16_t port = 0;
  std::string path = "/hello";
  long connections = 64;
  long pipeline = 1;
  long requests = 100'000;
  bool hold = false;

  static options parse(int argc, char** argv) {
    options found;
    for (int i = 1; i < argc; ++i) {
      const std::string_view name = argv[i];
      if (name == "--hold") {
        found.hold = true;
        continue;
      }
      if (i + 1 == argc) fail("no value for " + std::string(name));
      const char* value = argv[++i];
      if (name == "--port") {
        found.port = static_cast<std::uint16_t>(std::atoi(value));
      } else if (name == "--path") {
        found.path = value;
      } else if (name == "--connections") {
        found.connections = std::atol(value);
      } else if (name == "--pipeline") {
        found.pipeline = std::atol(value);
      } else if (name == "--requests") {
        found.requests = std::atol(value);
      } else {
        fail("no such option: " + std::string(name));
      }
    }
    return found;
  }
};

int connect_to(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0 || ::connect(made, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    fail(std::string("connect: ") + std::strerror(errno));
  }
  const int yes = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return made;
}

void send_all(int to, std::string_view what) {
  // A socket that blocks takes the whole batch, which is far below its buffer.
  if (::send(to, what.data(), what.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(what.size())) {
    fail(std::string("send: ") + std::strerror(errno));
  }
}

/// The length of the answer that `read` begins with, or 0 if its head is not whole yet.
std::size_t length_of_answer(std::string_view read) {
  const auto end = read.find("\r\n\r\n");
  if (end == read.npos) return 0;
  if (!read.starts_with("HTTP/1.1 200 ")) fail("not 200: " + std::string(read.substr(0, end)));
  for (std::size_t at = read.find("\r\n"); at < end; at = read.find("\r\n", at + 2)) {
    constexpr std::string_view name = "content-length:";
    const std::string_view line = read.substr(at + 2);
    if (line.size() < name.size() || ::strncasecmp(line.data(), name.data(), name.size()) != 0) {
      continue;
    }
    const auto first = line.find_first_not_of(' ', name.size());
    std::size_t length = 0;
    if (first == line.npos) break;
    std::from_chars(line.data() + first, line.data() + line.size(), length);
    return end + 4 + length;
  }
  fail("an answer without content-length: " + std::string(read.substr(0, end)));
}

/// Asks once and waits: how long is an answer of this server?
std::size_t ask_once(int on, std::string_view request) {
  std::string read;
  std::array<char, 16384> buffer;
  send_all(on, request);
  for (std::size_t length = 0; length == 0 || read.size() < length;
       length = length_of_answer(read)) {
    const auto got = ::recv(on, buffer.data(), buffer.size(), 0);
    if (got <= 0) fail("the server closed the connection");
    read.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (read.size() != length_of_answer(read)) fail("more than was asked for");
  return read.size();
}

struct connection {
  int descriptor = -1;
  long asked = 0;       // answers that are outstanding
  std::size_t got = 0;  // bytes of them that have been read
};

class load {
 public:
  load(const options& chosen, std::vector<int> descriptors, std::string request,
       std::size_t length_of_one)
      : options_(chosen), length_(length_of_one), epoll_(::epoll_create1(0)) {
    for (long i = 0; i < chosen.pipeline; ++i) batch_ += request;
    request_size_ = request.size();
    for (const int each : descriptors) connections_.push_back({each});
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].descriptor, &event);
    }
  }

  void run() {
    for (auto& each : connections_) ask(each);
    std::array<epoll_event, 256> events;
    while (answered_ < options_.requests) {
      const int count =
          ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10'000);
      if (count == 0) fail("no answer for ten seconds");
      for (int i = 0; i < count; ++i) {
        read(connections_[events[static_cast<std::size_t>(i)].data.u64]);
      }
    }
  }

 private:
  void ask(connection& on) {
    const long count = std::min(options_.pipeline, options_.requests - sent_);
    if (count == 0) return;
    on.asked = count;
    on.got = 0;
    sent_ += count;
    send_all(on.descriptor,
             std::string_view(batch_).substr(0, request_size_ * static_cast<std::size_t>(count)));
  }

  void read(connection& from) {
    const auto got = ::recv(from.descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) fail("the server closed a connection");
    from.got += static_cast<std::size_t>(got);
    const std::size_t expected = length_ * static_cast<std::size_t>(from.asked);
    if (from.got > expected) fail("an answer is longer than the first one");
    if (from.got < expected) return;
    answered_ += from.asked;
    ask(from);
  }

  const options& options_;
  std::size_t length_;
  int epoll_;
  std::string batch_;
  std::size_t request_size_ = 0;
  std::vector<connection> connections_;
  std::array<char, 65536> buffer_;
  long sent_ = 0;
  long answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const options chosen = options::parse(argc, argv);
  const std::string request = "GET " + chosen.path +
                              " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(chosen.port) +
                              "\r\nUser-Agent: raw\r\nAccept: */*\r\n\r\n";
  std::vector<int> descriptors;
  std::size_t length = 0;
  while (static_cast<long>(descriptors.size()) < chosen.connections) {
    descriptors.push_back(connect_to(chosen.port));
    if (length == 0 || chosen.hold) length = ask_once(descriptors.back(), request);
  }
  if (chosen.hold) {
    std::puts("held");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
  }
  load run(chosen, descriptors, request, length);
  const auto begin = std::chrono::steady_clock::now();
  run.run();
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  std::printf("{\"requests\": %ld, \"seconds\": %.6f}\n", chosen.requests, spent.count());
}
