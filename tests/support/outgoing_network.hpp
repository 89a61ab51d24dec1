// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "leat/io/error.hpp"
#include "leat/io/network.hpp"

/// A base of networks that only connect.
class outgoing_network : public leat::io::network {
 public:
  std::unique_ptr<leat::io::listener> listen(const leat::io::endpoint& at,
                                             leat::io::listen_options /*options*/) final {
    throw leat::io::listen_error("listen failed: " + at.to_string());
  }
};
