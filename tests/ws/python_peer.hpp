// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/test.hpp"

// Echoes, but for these words: "bye" closes with 4001, "parts" sends a message in three fragments,
// and "extensions" tells what was agreed on.
inline constexpr const char* python_peer_program = R"(
import asyncio, socket, sys, websockets
async def serve(ws, path):
  async for each in ws:
    if each == 'bye':
      await ws.close(4001, 'as asked')
      return
    if each == 'parts':
      await ws.send(['one ', 'two ', 'three'])
    elif each == 'extensions':
      await ws.send(' '.join(x.name for x in ws.extensions))
    else:
      await ws.send(each)
async def main():
  async with websockets.serve(serve, sock=socket.socket(fileno=int(sys.argv[1])),
                              subprotocols=['chat'], max_size=None):
    await asyncio.Future()
asyncio.run(main())
)";

/// Python's websockets. It inherits the socket that it listens on, so clients can connect at once,
/// also before it runs, and while it is started again.
class python_peer {
 public:
  python_peer() {
    listening_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening_, generic, size) == 0);
    REQUIRE(::listen(listening_, 64) == 0);
    REQUIRE(::getsockname(listening_, generic, &size) == 0);
    port_ = ::ntohs(address.sin_port);
    start();
  }
  python_peer(const python_peer&) = delete;
  python_peer& operator=(const python_peer&) = delete;
  ~python_peer() { ::close(listening_); }

  void start() {
    process_.emplace(std::vector<std::string>{"/usr/bin/python3", "-c", python_peer_program,
                                              std::to_string(listening_)},
                     std::vector<std::string>{"PATH=/usr/bin:/bin"});
  }
  void kill() { process_->end(SIGKILL); }

  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listening_ = -1;
  int port_ = 0;
  std::optional<child_process> process_;
};
