// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/// A server on a thread of its own that says whatever bytes a test wants: one conversation for
/// each connection, in the order in which they come. For tests that run on both surfaces.
class raw_peer {
 public:
  /// What a conversation can do. A peer that is not spoken to for ten seconds gives up.
  class conversation {
   public:
    explicit conversation(int socket) : socket_(socket) {
      const timeval patience{10, 0};
      ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    conversation(const conversation&) = delete;
    conversation& operator=(const conversation&) = delete;
    ~conversation() { ::close(socket_); }

    /// Reads up to and including `end`, and returns all of it.
    std::string read_until(std::string_view end = "\r\n\r\n") {
      std::string text;
      while (!text.ends_with(end)) {
        char byte = 0;
        if (::recv(socket_, &byte, 1, 0) != 1) {
          throw std::runtime_error("the client said no more than: " + text);
        }
        text += byte;
      }
      return text;
    }
    std::string read_exactly(std::size_t size) {
      std::string text(size, '\0');
      for (std::size_t at = 0; at < size;) {
        const ssize_t got = ::recv(socket_, text.data() + at, size - at, 0);
        if (got <= 0) throw std::runtime_error("the client sent fewer bytes than expected");
        at += static_cast<std::size_t>(got);
      }
      return text;
    }
    /// A client that is gone is no error: what it thinks of that is the test's affair.
    void send(std::string_view text) {
      while (!text.empty()) {
        const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    /// Reads and drops until the client has closed.
    void wait_closed() {
      char some[4096];
      while (::recv(socket_, some, sizeof some, 0) > 0) {
      }
    }
    /// Says that nothing more will come.
    void end() { ::shutdown(socket_, SHUT_WR); }
    /// Waits until all that was sent, the end included, has reached the client's system. A delayed
    /// acknowledgement takes some milliseconds.
    void wait_received() {
      for (int unacknowledged = 1; unacknowledged != 0;) {
        if (::ioctl(socket_, SIOCOUTQ, &unacknowledged) != 0) return;
        std::this_thread::yield();
      }
    }
    /// Closes with a reset, as a server does that dies with unread input.
    void reset() {
      const linger at_once{1, 0};
      ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }

   private:
    int socket_;
  };

  using script = std::function<void(conversation&)>;

  explicit raw_peer(std::vector<script> scripts) : scripts_(std::move(scripts)) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (listening_ < 0 || ::bind(listening_, generic, size) != 0 || ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, generic, &size) != 0) {
      throw std::runtime_error("a raw peer cannot listen");
    }
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { play(); });
  }
  explicit raw_peer(script only) : raw_peer(std::vector{std::move(only)}) {}
  raw_peer(const raw_peer&) = delete;
  raw_peer& operator=(const raw_peer&) = delete;
  ~raw_peer() {
    end();
    ::close(listening_);
  }

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// For a script: the next one who comes, beside the conversation that is under way.
  [[nodiscard]] conversation accept_beside() {
    const int accepted = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) throw std::runtime_error("nobody else came");
    return conversation(accepted);
  }

  /// Waits for the conversations to end.
  /// Errors: what a script threw.
  void finish() {
    end();
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void play() noexcept {
    try {
      for (const auto& each : scripts_) {
        const int accepted = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0) return;  // nobody came, and the test is over
        conversation talk(accepted);
        each(talk);
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
  }
  void end() noexcept {
    ::shutdown(listening_, SHUT_RDWR);  // ends an accept that waits
    if (thread_.joinable()) thread_.join();
  }

  std::vector<script> scripts_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::exception_ptr failure_;
  std::thread thread_;
};
