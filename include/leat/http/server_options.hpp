// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/function.hpp"
#include "leat/base/time.hpp"
#include "leat/io/network.hpp"
#include "leat/proto/http1/limits.hpp"

namespace leat::metrics {
class registry;
}

namespace leat::http {

/// How long a server waits. Every limit is checked when a server is made: none is negative, and
/// `no_timeout` must be spelled out.
struct server_timeouts {
  /// From the opening of a connection, and later from the first byte of a request, until its
  /// head is complete; then 408. Ten seconds let a slow line bring 16 KiB and stop a client
  /// that drips one byte at a time from holding a connection.
  duration head = std::chrono::seconds(10);

  /// From the head until the whole body is there; then 408. With the default limit of 1 MiB
  /// this asks for 35 KiB a second.
  duration body = std::chrono::seconds(30);

  /// How long a connection may stay without a request before it is closed. Longer than the
  /// 60 s for which proxies usually keep theirs, so that it is they who close first and never
  /// send a request into a connection that is being closed.
  duration idle = std::chrono::seconds(75);

  /// How long the client may take to accept what is written, 64 KiB at a time. A client that
  /// reads more slowly holds a response in memory for nothing.
  duration write = std::chrono::seconds(30);

  /// How long a handler may take; then it is stopped and answered for with 503. What calls other
  /// services with limits of 5 s fits several times.
  duration handler = std::chrono::seconds(30);

  /// After `shut_down()`, how long requests under way may take before they are stopped. Equal to
  /// what orchestrators commonly leave between a polite and a hard end, less some reserve.
  duration drain_grace = std::chrono::seconds(10);
};

/// One request that was answered, for logs and metrics. It holds neither target nor header, where
/// secrets travel. Lifetime of the views: the call of the hook.
struct access_record {
  std::string_view method = {};  ///< As it was sent, so any token; empty if no head could be read.
  std::string_view route = {};   ///< The pattern of the route; empty if there was none.
  std::string_view peer = {};
  int status = 0;              ///< 0 if the connection ended, or was stopped, before an answer.
  duration elapsed{};          ///< From the request's head to the end of its answer.
  std::uint64_t body_in = 0;   ///< Bytes of the request's body.
  std::uint64_t body_out = 0;  ///< Bytes of the response's body on the wire.
};

/// Something that went wrong on the server's side and that no client is told of.
struct server_error {
  enum class place : std::uint8_t {
    handler,     ///< A handler threw, or returned what HTTP does not allow; answered with 500.
    accept,      ///< A connection could not be accepted. The server goes on after 50 ms.
    connection,  ///< Something unforeseen ended a connection, such as a lack of memory.
    hook,        ///< `on_access` threw, or the metrics refused a series.
  };

  place where = place::handler;
  std::exception_ptr failure = {};
  std::string_view method = {};  ///< Empty where there is no request.
  std::string_view route = {};   ///< As in `access_record`.
};

/// What a server measures. It counts nothing that it cannot bound: `endpoint` is the pattern of a
/// route, and one word, `unmatched`, for all requests that none takes; methods that HTTP does not
/// know and no route has are `other`. Routes are in the metrics from the beginning on.
///
/// | metric | labels |
/// |---|---|
/// | `http_requests_total` | `method`, `endpoint`, `status`; `none` if it ended before an answer |
/// | `http_request_duration_seconds` | `method`, `endpoint`: from the head to the end of the answer
/// | | `http_requests_in_progress` | | | `http_connections` | | | `errors_total` | `kind`:
/// `handler`, `accept`, `connection`, `hook`; see `server_error` |
struct server_metrics {
  server_metrics() = default;

  /// Null: nothing is measured, and nothing is paid. Several servers may share one.
  /// Lifetime: outlives the server.
  metrics::registry* into = nullptr;
  /// Patterns of routes that are left out.
  std::vector<std::string> except{"/metrics"};
  /// Upper bounds of the durations, in seconds; `metrics::latency_buckets()` if there are none.
  std::vector<double> buckets;
};

/// How a server takes part in traces (W3C Trace Context, Level 1).
///
/// The task of a handler then carries a `leat::trace_context`: the trace that `traceparent` names,
/// with a span of the server's own, and what `tracestate` says; or a new trace, where there is no
/// `traceparent` or none that is valid. Its log records show both, and clients send it on. Hooks of
/// the server are called with it too.
struct server_tracing {
  bool enabled = false;
  /// Whether traces that begin here ask others to record their parts.
  bool samples_new = true;
};

/// Everything a server can be told. The defaults serve a public HTTP API behind a proxy.
struct server_options {
  /// Where it listens. Null: the operating system's. Lifetime: outlives the server.
  io::network* network = nullptr;

  /// For `io::network::listen`.
  io::listen_options listen;

  /// Connections at a time. At the limit the server stops accepting until one ends; the kernel
  /// keeps those that come meanwhile in its queue. 10,000 idle connections take 20 MiB, and
  /// programs whose limit of descriptors is lower are served too (see `server_error::accept`).
  std::size_t max_connections = 10'000;

  /// The longest body that is read; then 413. A body is held in memory, so this bounds, together
  /// with `max_connections`, what clients can make the server hold.
  std::uint64_t max_body_bytes = std::uint64_t{1} << 20;

  /// Limits on heads and on framing; then 414 or 431. Their `max_body_bytes` is replaced by the
  /// one above.
  proto::http1::limits http1;

  server_timeouts timeouts;

  server_metrics metrics;
  server_tracing tracing;

  /// Called once for each request, also when it fails or is stopped. Must not block.
  std::function<void(const access_record&)> on_access;

  /// Called for errors that clients must not see. Without it they go to `executor::report()`.
  /// Must not block or throw.
  std::function<void(const server_error&)> on_error;

  /// The time for the Date field; by default the system's clock. Read at most once a second.
  std::function<std::chrono::system_clock::time_point()> wall_clock;
};

}  // namespace leat::http
