// SPDX-License-Identifier: MIT
// How much memory of the process does a server hold for a connection that is idle? Opens 5,000
// connections to itself, by bare sockets that cost this process nothing but a descriptor, and
// looks at the heap: when they are open, when each has been answered once, and when they have
// been idle for some seconds.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/server.hpp"
#include "leat/io/loop.hpp"

using namespace leat;

namespace {

constexpr int connections = 5000;

struct memory {
  double heap = 0;       // in use, as the allocator counts
  double frames = 0;     // the part of it that is coroutine frames in use
  double anonymous = 0;  // pages of the process that no file backs

  static memory now() {
    memory found;
    found.heap = static_cast<double>(::mallinfo2().uordblks);
    found.frames = static_cast<double>(leat::detail::local_frames.live_bytes());
    std::ifstream rollup("/proc/self/smaps_rollup");
    for (std::string key; rollup >> key;) {
      if (key == "Anonymous:") rollup >> found.anonymous;
    }
    found.anonymous *= 1024;
    return found;
  }
};

void print(const char* when, const memory& before) {
  const memory after = memory::now();
  const auto each = [](double from, double to) { return (to - from) / connections; };
  std::printf("%-24s %6.0f B of heap, of which frames %5.0f B; %6.0f B of pages\n", when,
              each(before.heap, after.heap), each(before.frames, after.frames),
              each(before.anonymous, after.anonymous));
}

int connect_to(std::uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int made = ::socket(AF_INET, SOCK_STREAM, 0);
  if (made < 0 || ::connect(made, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  return made;
}

task<http::server_response> hello(http::server_request&) {
  co_return http::server_response::text("Hello, World!");
}

task<void> measure(http::server& server) {
  constexpr std::string_view request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const auto port = server.local().port();
  std::vector<int> clients;
  clients.reserve(connections);
  const memory before = memory::now();
  while (clients.size() < connections) {
    clients.push_back(connect_to(port));
    while (server.connections() < clients.size()) co_await sleep_for(std::chrono::microseconds(50));
  }
  print("open", before);
  std::array<char, 4096> answer;
  for (const int client : clients) {
    if (::send(client, request.data(), request.size(), 0) < 0) std::exit(1);
    while (::recv(client, answer.data(), answer.size(), MSG_DONTWAIT) < 0) co_await yield_now();
  }
  print("answered once", before);
  co_await sleep_for(std::chrono::seconds(3));
  print("idle for 3 s", before);
  server.shut_down();
  for (const int client : clients) ::close(client);
}

task<void> serve() {
  http::router routes;
  routes.get("/hello", hello);
  http::server server(std::move(routes));
  server.listen(io::endpoint::tcp("127.0.0.1", 0));
  co_await when_all(server.run(), measure(server));
}

}  // namespace

int main() {
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = std::min<rlim_t>(descriptors.rlim_max, 2 * connections + 100);
  ::setrlimit(RLIMIT_NOFILE, &descriptors);
  leat::run(serve());
}
