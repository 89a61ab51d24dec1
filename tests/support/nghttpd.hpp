// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "support/proxies.hpp"
#include "support/scratch_folder.hpp"

/// The HTTP/2 server of nghttp2's authors, which speaks nothing else, with its files in a folder
/// that goes with it.
class nghttpd {
 public:
  struct wishes {
    std::string certificate = {};  ///< With it and `key` it speaks TLS.
    std::string key = {};
    std::vector<std::string> more = {};  ///< Further options.
  };

  explicit nghttpd(const wishes& wanted)
      : is_secure_(!wanted.certificate.empty()), server_([&, this](std::uint16_t port) {
          std::vector<std::string> command{"nghttpd", "-a",         "127.0.0.1",
                                           "-d",      folder_ / "", "--echo-upload"};
          if (!is_secure_) command.emplace_back("--no-tls");
          command.insert(command.end(), wanted.more.begin(), wanted.more.end());
          command.push_back(std::to_string(port));
          if (is_secure_) {
            write("server.key", wanted.key);
            write("server.pem", wanted.certificate);
            command.push_back(folder_ / "server.key");
            command.push_back(folder_ / "server.pem");
          }
          return command;
        }) {}
  nghttpd() : nghttpd(wishes()) {}

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return (is_secure_ ? "https://127.0.0.1:" : "http://127.0.0.1:") +
           std::to_string(server_.port()) + path;
  }

  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

 private:
  scratch_folder folder_;
  bool is_secure_;
  server_on_free_port server_;
};
