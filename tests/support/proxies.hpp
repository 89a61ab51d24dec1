// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"

inline sockaddr_in loopback_address(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(port);
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  return address;
}

/// A port on which nobody listens as long as this lives.
class closed_port {
 public:
  closed_port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::getsockname(socket_, generic, &size) != 0) {
      throw std::runtime_error("no free port");
    }
    port_ = ::ntohs(address.sin_port);
  }
  closed_port(const closed_port&) = delete;
  closed_port& operator=(const closed_port&) = delete;
  ~closed_port() { ::close(socket_); }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string at() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

/// A server that cannot be given its socket: it is started on a port that was free a moment ago,
/// on another if somebody has taken that meanwhile, and can be connected to from then on.
class server_on_free_port {
 public:
  /// `command` makes the command for a port.
  template <class Command>
  explicit server_on_free_port(Command command) {
    constexpr int most_ports = 5;
    for (int i = 0; i < most_ports; ++i) {
      port_ = closed_port().port();
      process_.emplace(command(port_), std::vector<std::string>{"PATH=/usr/sbin:/usr/bin"});
      if (waits_until_ready()) return;
    }
    throw std::runtime_error("a server cannot be started: it has never listened");
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  [[nodiscard]] bool waits_until_ready() const {
    constexpr int most_attempts = 200;
    for (int i = 0; i < most_attempts; ++i) {
      const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = loopback_address(port_);
      const bool is_ready =
          ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
      ::close(probe);
      if (is_ready) return true;
      // It has no way to say when it is ready.
      ::poll(nullptr, 0, 10);
    }
    return false;
  }

  std::uint16_t port_ = 0;
  std::optional<child_process> process_;
};

/// A real HTTP proxy.
class tinyproxy {
 public:
  explicit tinyproxy(const std::string& login = {})
      : server_([this, login](std::uint16_t port) {
          std::ofstream(file("tinyproxy.conf"))
              << "Port " << port << "\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nLogFile \""
              << file("tinyproxy.log") << "\"\n"
              << (login.empty() ? "" : "BasicAuth " + login + "\n");
          return std::vector<std::string>{"tinyproxy", "-d", "-c", file("tinyproxy.conf")};
        }) {}

  [[nodiscard]] std::string at() const { return "127.0.0.1:" + std::to_string(server_.port()); }

 private:
  [[nodiscard]] std::string file(const char* name) const { return folder_ / name; }

  scratch_folder folder_;
  server_on_free_port server_;
};

/// A real SOCKS5 proxy.
class microsocks {
 public:
  explicit microsocks(const std::string& user = {}, const std::string& password = {})
      : server_([&](std::uint16_t port) {
          std::vector<std::string> command{"microsocks", "-i", "127.0.0.1", "-p",
                                           std::to_string(port)};
          if (!user.empty()) {
            command.insert(command.end(), {"-u", user, "-P", password});
          }
          return command;
        }) {}

  [[nodiscard]] std::string at() const { return "127.0.0.1:" + std::to_string(server_.port()); }

 private:
  server_on_free_port server_;
};

/// The proxy that most companies have. It caches nothing.
class squid {
 public:
  /// With `user` it wants that name and `password`, and lets nobody else through.
  explicit squid(const std::string& user = {}, const std::string& password = {})
      : server_([&, this](std::uint16_t port) {
          // Started by root it becomes somebody else, who has to find its files.
          ::chmod(file("").c_str(), 0777);
          if (!user.empty()) {
            std::ofstream(file("authenticate.sh"))
                << "while read -r user password; do\n"
                << "  if [ \"$user $password\" = \"" << user << ' ' << password
                << "\" ]; then echo OK; else echo ERR; fi\ndone\n";
          }
          std::ofstream(file("squid.conf")) << configuration(port, !user.empty());
          return std::vector<std::string>{"squid", "-N", "-f", file("squid.conf")};
        }) {}

  [[nodiscard]] std::string at() const { return "127.0.0.1:" + std::to_string(server_.port()); }

 private:
  [[nodiscard]] std::string file(const char* name) const { return folder_ / name; }

  [[nodiscard]] std::string configuration(std::uint16_t port, bool wants_credentials) const {
    std::string text = "http_port 127.0.0.1:" + std::to_string(port) + "\ncache_log " +
                       file("cache.log") + "\ncoredump_dir " + file("") +
                       "\naccess_log none\npid_filename none\ncache deny all\ncache_mem 1 MB\n"
                       "memory_cache_shared off\nvisible_hostname squid.test\n"
                       // It has a table of them all.
                       "max_filedescriptors 1024\nshutdown_lifetime 0 seconds\npinger_enable off\n";
    if (wants_credentials) {
      text += "auth_param basic program /bin/sh " + file("authenticate.sh") +
              "\nauth_param basic children 1 startup=1\nacl known proxy_auth REQUIRED\n"
              "http_access allow known\nhttp_access deny all\n";
    } else {
      text += "http_access allow all\n";
    }
    return text;
  }

  scratch_folder folder_;
  server_on_free_port server_;
};
