// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "leat/base/time.hpp"
#include "leat/io/policy.hpp"
#include "leat/io/tls.hpp"
#include "leat/proto/fields/fields.hpp"

namespace leat::ws {

enum class message_kind : std::uint8_t { text, binary };

struct message {
  message_kind kind = message_kind::text;
  std::string data;
};

struct timeouts {
  duration connect = std::chrono::seconds(10);  ///< Connecting, TLS and the handshake.
  duration receive = std::chrono::minutes(5);
  duration write = std::chrono::seconds(10);
  duration close = std::chrono::seconds(10);  ///< For the peer's close frame.
};

template <class Io>
struct basic_options {
  basic_options() = default;

  proto::fields headers;
  std::vector<std::string> subprotocols;  ///< In order of preference.
  ws::timeouts timeouts;
  io::tls_client_options tls;
  bool compression = true;
  std::size_t max_frame_bytes = std::size_t{10} << 20;
  std::size_t max_message_bytes = std::size_t{10} << 20;
  /// While `receive()` waits: a ping is sent when nothing came for so long, and the peer is lost
  /// when nothing came for as long again. `no_timeout`: no pings.
  duration ping_interval = std::chrono::seconds(20);
  typename Io::network* network = nullptr;  ///< The system's, if null.
};

using async_options = basic_options<io::async>;
using options = basic_options<io::blocking>;

}  // namespace leat::ws
