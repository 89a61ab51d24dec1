// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"

/// A real nginx on a free port of the loopback interface, with its files in a folder that goes
/// with it.
///
/// It inherits the socket that it listens on, as nginx does when it replaces itself. So the port
/// is nobody else's, and clients can connect at once, however long nginx takes to begin.
class nginx {
 public:
  struct wishes {
    std::string locations = "location / { return 200 'hello'; }";
    std::string certificate = {};  ///< With it and `key` it speaks TLS.
    std::string key = {};
    bool speaks_http2 = false;
    int workers = 1;
  };

  explicit nginx(const wishes& wanted) {
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening, generic, size) != 0 || ::listen(listening, 512) != 0 ||
        ::getsockname(listening, generic, &size) != 0) {
      throw std::runtime_error("no port for nginx");
    }
    port_ = ::ntohs(address.sin_port);
    is_secure_ = !wanted.certificate.empty();
    write("nginx.conf", configuration(wanted));
    if (is_secure_) {
      write("server.pem", wanted.certificate);
      write("server.key", wanted.key);
    }
    process_.emplace(std::vector<std::string>{"nginx", "-c", file("nginx.conf"), "-p", file("")},
                     std::vector<std::string>{"NGINX=" + std::to_string(listening) + ";",
                                              "PATH=/usr/sbin:/usr/bin"});
    ::close(listening);
  }
  nginx() : nginx(wishes()) {}

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return (is_secure_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) + path;
  }
  [[nodiscard]] std::string file(const char* name) const { return folder_ / name; }
  [[nodiscard]] std::string log() const {
    std::ifstream from(file("error.log"));
    return {std::istreambuf_iterator<char>(from), {}};
  }

  void write(const char* name, const std::string& text) const { std::ofstream(file(name)) << text; }

 private:
  [[nodiscard]] std::string configuration(const wishes& wanted) const {
    std::string listen = "listen 127.0.0.1:" + std::to_string(port_);
    if (is_secure_) listen += " ssl";
    if (wanted.speaks_http2) listen += " http2";
    std::string text = "daemon off; worker_processes " + std::to_string(wanted.workers) +
                       "; user root; pid " + file("nginx.pid") + "; error_log " +
                       file("error.log") + " warn;\nevents { worker_connections 2048; }\nhttp {\n";
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      text += std::string(kind) + "_temp_path " + file(kind) + ";\n";
    }
    text += "access_log off; keepalive_requests 1000000; server {\n" + listen + ";\n";
    if (is_secure_) {
      text += "ssl_certificate " + file("server.pem") + "; ssl_certificate_key " +
              file("server.key") + ";\n";
    }
    return text + wanted.locations + "\n}}\n";
  }

  scratch_folder folder_;
  std::uint16_t port_ = 0;
  bool is_secure_ = false;
  std::optional<child_process> process_;
};
