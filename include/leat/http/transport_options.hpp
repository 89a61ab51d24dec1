// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "leat/base/memory.hpp"
#include "leat/http/environment.hpp"
#include "leat/http/transport.hpp"
#include "leat/io/socket_options.hpp"
#include "leat/io/tls_context.hpp"
#include "leat/proto/http1/limits.hpp"

namespace leat::metrics {
class registry;
}

namespace leat::http {

/// How many connections a client keeps. The waiting line of a full pool is bounded by
/// `timeouts::pool`.
struct connection_limits {
  connection_limits() noexcept = default;

  std::size_t max_connections = 100;  ///< In use and idle together.
  std::size_t max_per_host = std::numeric_limits<std::size_t>::max();
  std::size_t max_idle = 20;
  duration max_idle_time = std::chrono::seconds(5);  ///< Servers keep theirs longer, as a rule.
};

/// What a client measures, under the label `client`; clients of one name add up:
///
/// | metric | more labels |
/// |---|---|
/// | `http_client_requests_total` | `method`, `endpoint`, `status`; `none` if there was no answer |
/// | `http_client_request_duration_seconds` | `method`, `endpoint`; until the head of the answer |
/// | `http_client_requests_in_progress` | |
///
/// `endpoint` is what `request_options::endpoint` names and empty otherwise, never a URL. And its
/// connections as a pool of that name (see `pool::pool_metrics`). Each redirect and each round of
/// an authentication is a request. A transport of its own measures the pool alone.
struct client_metrics {
  client_metrics() = default;

  /// Null: nothing is measured, and nothing is paid. Lifetime: outlives the client.
  metrics::registry* into = nullptr;
  std::string name = "http";
};

/// How requests reach their origins: what connections are made with, and how many are kept. The
/// options of a client are these and more; a transport of its own, for a mount or to be wrapped,
/// is made of them alone.
template <class Io>
struct basic_transport_options {
  basic_transport_options();
  basic_transport_options(const basic_transport_options&);
  basic_transport_options(basic_transport_options&&) noexcept;
  basic_transport_options& operator=(const basic_transport_options&);
  basic_transport_options& operator=(basic_transport_options&&) noexcept;
  ~basic_transport_options();

  connection_limits limits;
  client_metrics metrics;
  /// The most a response's body may have, as it comes and decoded. Unlimited unless set: only the
  /// program knows.
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();

  /// Limits on the heads of answers and on their framing. Their `max_body_bytes` is replaced by the
  /// one above. Over HTTP/2 the numbers of fields and of informational answers hold as well, and a
  /// `max_field_section_bytes` above 16384 does.
  proto::http1::limits http1;

  /// Whom to trust behind `https`, and what to show. By default the system's certificates are
  /// trusted, and a server has to be the host that was asked for.
  io::tls_client_options tls;

  /// Whether HTTP/2 is offered to servers behind `https` (ALPN); one that does not choose it is
  /// spoken to in HTTP/1.1. All requests of an `async_client` to one origin share one HTTP/2
  /// connection, which counts as one in `limits`; those above what the server takes at once wait
  /// in line, for no longer than `timeouts::pool`. A request of a `client` has a connection to
  /// itself while it lasts. Not looked at where `tls.alpn` says what is offered.
  bool http2 = true;
  /// Speaks HTTP/2 with servers behind `http` at once. A server that does not know it is a
  /// `remote_protocol_error`.
  bool http2_prior_knowledge = false;

  /// Where connections come from. By default the system's network.
  /// Lifetime: outlives the transport.
  typename Io::network* network = nullptr;

  /// The URL of a proxy for all requests: `http`, `https` (TLS with the proxy itself), `socks5` or
  /// `socks5h`, with user name and password if it wants them. HTTP proxies are given `http`
  /// requests as they are, and asked for a tunnel (CONNECT) for `https`, so TLS is always with the
  /// origin. Names are looked up by the proxy, also with `socks5`. What makes the connection
  /// useless is a `proxy_error`; `timeouts::connect` bounds it as a whole.
  ///
  /// A proxy behind `https` has to be trusted as `tls` says, but for its pins and its identity.
  std::string proxy;

  /// Whether the environment is asked, once, when the transport is made: HTTP_PROXY, HTTPS_PROXY,
  /// ALL_PROXY and NO_PROXY, unless `proxy` is set; SSL_CERT_FILE and SSL_CERT_DIR, unless `tls`
  /// says whom to trust. Lower case wins. Connections to the machine itself never go through such
  /// a proxy, and HTTP_PROXY does not count in a CGI program.
  bool trust_env = true;
  /// That environment; by default the process's, but none where `network` or `unix_socket` says
  /// where connections come from.
  http::environment environment;

  /// The path of a Unix socket to which all connections go, whatever the URL.
  std::string unix_socket;
  /// The numeric address of this machine from which connections are made. Not with a `network`.
  std::string local_address;
  /// What is set on the sockets of connections. Not with a `network`. What the kernel refuses is an
  /// `io::socket_option_refused` when the transport is made.
  io::socket_options socket_options;
  /// How often a connection that could not be made is tried again (`io::connect_error` and
  /// `io::resolve_error` only: nothing has been sent then), after 0, 0.5, 1, 2 ... seconds. A pause
  /// that would pass `timeouts::connect` is not begun.
  std::size_t connect_retries = 0;
};

using async_transport_options = basic_transport_options<io::async>;
using transport_options = basic_transport_options<io::blocking>;

/// A client's own transport, which keeps connections.
///
/// Errors: `invalid_url` for a proxy; `invalid_argument` for options that exclude each other or a
/// limit of no connections.
[[nodiscard]] std::shared_ptr<async_transport> make_transport(async_transport_options options);
[[nodiscard]] std::shared_ptr<transport> make_transport(transport_options options);

}  // namespace leat::http
