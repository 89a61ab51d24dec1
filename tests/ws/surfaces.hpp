// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>

#include "leat/coro/run.hpp"
#include "leat/io/loop.hpp"
#include "leat/ws/async_connection.hpp"
#include "leat/ws/connection.hpp"

#include "support/test.hpp"

/// The two surfaces of a WebSocket behind one face, so that a case is written once and runs on
/// both, on sockets.
struct async_surface {
  using io = leat::io::async;
  using options = leat::ws::async_options;
  using resumption = leat::ws::async_resumption;

  async_surface(std::string url, options given)
      : peer(leat::run(loop,
                       leat::ws::async_connection::connect(std::move(url), std::move(given)))) {}
  void send_text(std::string text) { leat::run(loop, peer.send_text(std::move(text))); }
  void send_binary(std::string text) { leat::run(loop, peer.send_binary(std::move(text))); }
  void ping(std::string text = {}) { leat::run(loop, peer.ping(std::move(text))); }
  void pong(std::string text = {}) { leat::run(loop, peer.pong(std::move(text))); }
  leat::ws::message receive() { return leat::run(loop, peer.receive()); }
  void close(std::uint16_t code = 1000, std::string reason = {}) {
    leat::run(loop, peer.close(code, std::move(reason)));
  }

  leat::io::loop loop;
  leat::ws::async_connection peer;
};

struct blocking_surface {
  using io = leat::io::blocking;
  using options = leat::ws::options;
  using resumption = leat::ws::resumption;

  blocking_surface(std::string url, options given)
      : peer(leat::ws::connection::connect(std::move(url), std::move(given))) {}
  void send_text(std::string text) { peer.send_text(std::move(text)); }
  void send_binary(std::string text) { peer.send_binary(std::move(text)); }
  void ping(std::string text = {}) { peer.ping(std::move(text)); }
  void pong(std::string text = {}) { peer.pong(std::move(text)); }
  leat::ws::message receive() { return peer.receive(); }
  void close(std::uint16_t code = 1000, std::string reason = {}) {
    peer.close(code, std::move(reason));
  }

  leat::ws::connection peer;
};
