// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/testing/memory_network.hpp"
#include "leat/ws/async_connection.hpp"

#include "support/async_test.hpp"
#include "support/websocket_peer.hpp"

/// What the tests on a network in memory share.
inline const leat::io::endpoint server_test = leat::io::endpoint::tcp("server.test", 80);

inline leat::ws::async_options options_on(leat::io::network& net) {
  leat::ws::async_options options;
  options.network = &net;
  options.compression = false;
  return options;
}

inline leat::ws::async_options returning_options_on(leat::io::network& net) {
  auto options = options_on(net);
  options.reconnect.enabled = true;
  options.reconnect.random = [] { return 0.0; };
  return options;
}

inline leat::task<leat::ws::async_connection> connect_to_server(leat::ws::async_options options) {
  return leat::ws::async_connection::connect("ws://server.test/", std::move(options));
}

/// More than a stream in memory takes at once, so that a write waits for the peer.
inline const std::string large(140'000, 'x');
