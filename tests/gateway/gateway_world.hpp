// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "leat/coro/event.hpp"
#include "leat/http/async_client.hpp"
#include "leat/io/network.hpp"
#include "leat/log/backend.hpp"
#include "leat/testing/simulated_network.hpp"

#include "gateway/stop_requests.hpp"
#include "support/async_test.hpp"

// The end-to-end tests are built twice: with LEAT_ON_SOCKETS on the sockets of the system and on
// real time, without it on a simulated network and on virtual time. A test says what happens
// and never where, so it takes everything from its world.

#ifdef LEAT_ON_SOCKETS
#define LEAT_GATEWAY_TEST(name) LEAT_LOOPBACK_TEST(name ", on real sockets")
#else
#define LEAT_GATEWAY_TEST(name) LEAT_ASYNC_TEST(name ", on a simulated network")
#endif

/// A gateway, its sources and its clients, on one network.
class gateway_world {
 public:
  explicit gateway_world(std::uint64_t seed = 20261126);

  /// Runs `script` while a gateway serves, and asks that to stop afterwards. `server` is what its
  /// configuration says in [server], `sources` what follows behind that.
  leat::task<void> serve_while(std::string sources, std::function<leat::task<void>()> script,
                               std::string server = "");

  /// The network that sources and clients use.
  [[nodiscard]] leat::io::network& outside() noexcept;

  /// Listens where a source may be; a name of its own makes it a host of its own.
  [[nodiscard]] std::unique_ptr<leat::io::listener> listen(const std::string& name);
  [[nodiscard]] static std::string url_of(const leat::io::listener& source);

  /// Where the gateway serves.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  /// For a client that sends whatever it likes.
  leat::task<std::unique_ptr<leat::io::async_stream>> connect();
  [[nodiscard]] leat::http::async_client_options client_options();
  /// The dashboard, asked for on a connection of its own.
  leat::task<leat::http::response> get(std::string path);

  /// Log records with this event, as lines of JSON.
  [[nodiscard]] std::vector<std::string> events(std::string_view name) const;
  leat::task<void> wait_event(std::string_view name, std::size_t count = 1);

  /// Connections, as far as they are somebody's.
  [[nodiscard]] std::size_t open_connections() const;

#ifndef LEAT_ON_SOCKETS
  [[nodiscard]] leat::testing::simulated_network& network() noexcept { return net_; }
#endif

  /// With what the gateway has ended.
  [[nodiscard]] int status() const noexcept { return status_; }

  stop_requests stop;

 private:
  void note(std::string_view line);
  [[nodiscard]] leat::io::network& gateway_network() noexcept;

#ifndef LEAT_ON_SOCKETS
  leat::testing::simulated_network net_;
#endif
  std::vector<std::string> log_;
  leat::event logged_;
  leat::log::backend logs_;
  std::string address_;
  int status_ = -1;
};

/// The number or text that a JSON line has under `key`, as text.
[[nodiscard]] std::string field_of(std::string_view line, std::string_view key);

// Bytes on a stream, each wait with a limit that only a failing test reaches.
leat::task<void> send(leat::io::async_stream& to, std::string_view bytes);
/// Reads until `text` has come, or to the end.
leat::task<std::string> receive_until(leat::io::async_stream& from, std::string_view text);
/// Reads to the end, or to the reset that stands for it.
leat::task<std::string> receive_all(leat::io::async_stream& from);
