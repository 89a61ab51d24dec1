// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "leat/http/auth.hpp"
#include "leat/http/cookies.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/http/transport.hpp"
#include "leat/io/tls.hpp"
#include "leat/log/logger.hpp"
#include "leat/proto/coding/content_decoder.hpp"
#include "leat/proto/text/charset.hpp"

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

/// How the content codings and the charset of answers are treated.
struct decoding_options {
  decoding_options() noexcept = default;

  /// Whether answers are asked for in the codings that we have, by an Accept-Encoding field, and
  /// decoded. A request with an Accept-Encoding or Range field of its own is sent as it is.
  bool enabled = true;
  /// What a coding may make of what was received. Passing it is `limit_exceeded`.
  proto::decoder_limits limits;
  /// About an answer in a coding that we do not have; to refuse it is a `decode_error`.
  proto::unknown_coding unknown = proto::unknown_coding::leave;
  /// What text is read as where the answer does not say.
  proto::charset default_charset = proto::charset::utf_8;
};

/// When hooks run.
enum class hook_scope : std::uint8_t {
  per_call,  ///< Once for what the caller asked, whatever redirects and authentication add to it.
  per_hop,   ///< For each request that is sent, and for its answer.
};

/// An answer as a hook sees it, before its body is read. What it changes, the caller sees.
template <class Io>
struct basic_hook_answer {
  const basic_request<Io>& request;
  response_head::parts& head;
};

using async_hook_answer = basic_hook_answer<io::async>;
using hook_answer = basic_hook_answer<io::blocking>;

/// What a client is made with; the same for both surfaces but for the types of what it uses.
template <class Io>
struct basic_client_options {
  basic_client_options() = default;

  /// Stands in front of every URL that has no scheme; its path is kept and appended to.
  std::string base_url;
  /// Sent with every request, unless the request says otherwise.
  http::headers headers;
  http::timeouts timeouts;
  connection_limits limits;
  /// The most a response's body may have, as it comes and decoded. Unlimited unless set: only the
  /// program knows.
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();
  decoding_options decoding;
  redirect_policy redirects;
  /// The credentials of requests that bring none.
  auth_ptr auth;
  /// The jar, which several clients may share; by default one of this client's own.
  std::shared_ptr<http::cookies> cookies;

  /// Called in their order before a request is sent, and may change it. One that throws ends the
  /// call, and no connection is taken. On the async surface they are tasks.
  std::vector<std::function<typename Io::template result<void>(basic_request<Io>&)>> on_request;
  /// Called in their order when the head of an answer is there. One that throws ends the call,
  /// and the connection is given up.
  std::vector<std::function<typename Io::template result<void>(basic_hook_answer<Io>&)>>
      on_response;
  http::hook_scope hook_scope = http::hook_scope::per_call;

  /// Told of each request that was answered, at level info and when the head of its answer is
  /// there: `HTTP Request: GET http://a.test/ "HTTP/1.1 200 OK"`, with the fields `status` and
  /// `elapsed`. Credentials of the URL are left out. By default it says nothing.
  log::logger logger;

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
  /// Lifetime: outlives the client.
  typename Io::network* network = nullptr;
  /// Takes the place of the client's own transport and its connections.
  std::shared_ptr<basic_transport<Io>> transport;
};

using async_client_options = basic_client_options<io::async>;
using client_options = basic_client_options<io::blocking>;

struct client_statistics {
  std::size_t active = 0;   ///< Connections in use.
  std::size_t idle = 0;     ///< Connections kept for the next request.
  std::size_t waiting = 0;  ///< Requests that wait for a connection.
};

}  // namespace leat::http
