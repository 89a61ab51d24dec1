// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"

namespace leat::http {

/// A step of an exchange, in the order in which they come. No exchange has all of them, and more
/// may be added: pass over those that you do not look for.
enum class trace_step : std::uint8_t {
  pool_wait_started,          ///< A connection is asked of the pool: an attempt begins.
  connection_reused,          ///< It is one that is open: kept, or shared (HTTP/2).
  connect_started,            ///< To the origin or its proxy; once for each of `connect_retries`.
  connect_finished,           ///< It is there.
  tunnel_started,             ///< The proxy is asked for a connection with the origin.
  tunnel_finished,            ///< It has made it.
  tls_started,                ///< A handshake: with the origin, or with a proxy before a tunnel.
  tls_finished,               ///< It has succeeded.
  request_headers_sent,       ///< The head is on its way.
  request_body_sent,          ///< All of the body is. Not without one, nor if the answer was first.
  response_headers_received,  ///< The final head is there; 1xx are passed over.
  response_body_finished,     ///< The body was read to its end, which may be at once.
  connection_returned,        ///< Let go of, and fit for other requests.
  connection_closed,          ///< Let go of for good: closed, or another protocol's (101, CONNECT).
  failed,                     ///< The attempt, or the reading of its answer.
};

/// As it is spelled here: `tls_started`.
[[nodiscard]] std::string_view to_string(trace_step step) noexcept;

/// What a trace callback is told. There is nothing of headers and bodies in it, and of a URL
/// neither user name nor password, so it may be shown wherever the URL may.
///
/// Lifetime: views hold for the call. Members that a step has nothing for are empty.
struct trace_event {
  trace_step step{};
  /// The same for all that belongs to one call of a client, which counts them from 1.
  std::uint64_t call = 0;
  /// From 1: each redirect, round of an authentication and repetition is an attempt of its own.
  std::uint32_t attempt = 0;
  std::string_view method;
  std::string_view url;
  /// Whom the connection is with, or is asked for: `a.test:443`, the path of a Unix socket.
  std::string_view peer;
  /// What that turned out to be, as soon as it is connected: `203.0.113.7:443`. Through a proxy
  /// it is the proxy's. Empty on networks without addresses.
  std::string_view address;

  std::string_view tls_version;   ///< Of `tls_finished`: `TLSv1.3`.
  std::string_view alpn;          ///< Of `tls_finished`: what was chosen; empty if nothing was.
  std::string_view http_version;  ///< Of `response_headers_received`: `HTTP/2`.
  int status = 0;                 ///< Of `response_headers_received`.
  std::uint64_t body_bytes = 0;   ///< Of the two ends of bodies: as on the way, but for framing.
  trace_step failed_after{};      ///< Of `failed`: the step before.
  std::exception_ptr error{};     ///< Of `failed`: null, if the request was stopped.
};

/// Is told what happens to a request, in place and as it happens, so that a clock it reads says
/// when. It must not wait: on the async surface it holds up the loop.
///
/// Errors: what it throws ends the request, with that error and without a repetition, and its
/// connection is given up. `failed`, `connection_returned` and `connection_closed` are told when
/// all is decided, perhaps by a destructor: what it throws then is dropped.
/// Lifetime: held until the last answer that it is told of is gone.
/// Thread-safety: told about one request by one thread at a time; that of a blocking client, by
/// all threads that use the client.
using trace_callback = std::function<void(const trace_event&)>;
using trace_ptr = std::shared_ptr<const trace_callback>;

}  // namespace leat::http
