// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/time.hpp"
#include "leat/coro/overflow.hpp"
#include "leat/io/surface.hpp"
#include "leat/io/tls_context.hpp"
#include "leat/proto/fields/fields.hpp"
#include "leat/route/environment.hpp"
#include "leat/ws/message.hpp"
#include "leat/ws/reconnect.hpp"

namespace leat::ws {

struct timeouts {
  duration connect = std::chrono::seconds(10);  ///< Connecting, TLS and the handshake.
  duration receive = std::chrono::minutes(5);   ///< For the next message.
  duration write = std::chrono::seconds(10);
  duration close = std::chrono::seconds(10);  ///< For all of `close()`.
};

/// What may wait to be sent while another task writes, or while the connection is made anew. On the
/// blocking surface nothing does: there is one call at a time.
struct queue_limits {
  queue_limits() noexcept = default;

  std::size_t max_messages = 1000;
  /// A message that alone is larger may wait if no other does.
  std::size_t max_bytes = std::size_t{16} << 20;
  /// `wait`: a further message waits in line for room, in the frame of its sender.
  /// `fail`: it is `limit_exceeded`. `drop_newest` drops it, `drop_oldest` those that have waited
  /// longest; the send of a message that is dropped returns, and `statistics::dropped` counts it.
  overflow when_full = overflow::wait;
};

template <class Io>
struct basic_options {
  basic_options();
  basic_options(const basic_options&);
  basic_options(basic_options&&) noexcept;
  basic_options& operator=(const basic_options&);
  basic_options& operator=(basic_options&&) noexcept;
  ~basic_options();

  proto::fields headers;
  std::vector<std::string> subprotocols;  ///< In order of preference.
  ws::timeouts timeouts;
  io::tls_client_options tls;
  /// Takes the place of `tls`. Making a context is slow; connections to one service share one.
  std::optional<io::tls_context> tls_context;
  bool compression = true;
  std::size_t max_frame_bytes = std::size_t{10} << 20;
  std::size_t max_message_bytes = std::size_t{10} << 20;
  /// While `receive()` waits: a ping is sent when nothing came for so long, and the peer is lost
  /// when nothing came for as long again. `no_timeout`: no pings.
  duration ping_interval = std::chrono::seconds(20);
  queue_limits queue;
  basic_reconnect_policy<Io> reconnect;
  typename Io::network* network = nullptr;  ///< The system's, if null.

  /// The URL of a proxy: `http`, `https` (TLS with the proxy itself), `socks5` or `socks5h`, with
  /// user name and password if it wants them. HTTP proxies are asked for a tunnel (CONNECT), for
  /// `ws` too, so they see the handshake of `ws` and nothing of `wss`. Names are looked up by the
  /// proxy. `timeouts::connect` bounds all of it, and a reconnect takes the same way. A proxy
  /// behind `https` has to be trusted as `tls` says, but for its pins and its identity.
  std::string proxy;
  /// Whether the environment is asked, once, by `connect()`: HTTP_PROXY for `ws`, HTTPS_PROXY for
  /// `wss`, ALL_PROXY and NO_PROXY, unless `proxy` is set; SSL_CERT_FILE and SSL_CERT_DIR, unless
  /// `tls` says whom to trust. As for HTTP clients: lower case wins, and connections to the machine
  /// itself never go through such a proxy.
  bool trust_env = true;
  /// That environment; by default the process's, but none where `network` says where connections
  /// come from.
  route::environment environment;
};

using async_options = basic_options<io::async>;
using options = basic_options<io::blocking>;

struct statistics {
  std::size_t queued_messages = 0;  ///< Waiting to be written, within `queue_limits`.
  std::size_t queued_bytes = 0;
  std::size_t dropped = 0;     ///< Messages that were dropped because the queue was full.
  std::size_t reconnects = 0;  ///< How often the connection was made anew.
};

}  // namespace leat::ws
