// SPDX-License-Identifier: MIT
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include "io/resolver.hpp"
#include "support/test.hpp"

/// A listening socket that accepts nothing more: what connects to it waits.
class full_listener {
 public:
  explicit full_listener(const leat::io::socket_address& at)
      : listening_(::socket(at.family(), SOCK_STREAM, 0)),
        filling_(::socket(at.family(), SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    REQUIRE(::bind(listening_, at.data(), at.size) == 0);
    REQUIRE(::listen(listening_, 0) == 0);
    address_.size = sizeof address_.storage;
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address_.storage), &address_.size);
    ::connect(filling_, address_.data(), address_.size);
  }
  full_listener(const full_listener&) = delete;
  full_listener& operator=(const full_listener&) = delete;
  ~full_listener() {
    ::close(filling_);
    ::close(listening_);
  }

  [[nodiscard]] const leat::io::socket_address& address() const { return address_; }

 private:
  int listening_;
  int filling_;
  leat::io::socket_address address_;
};

inline full_listener full_tcp_listener() {
  return full_listener(leat::io::numeric_address(leat::io::endpoint::tcp("127.0.0.1", 0)));
}
