// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/http/auth.hpp"
#include "leat/http/cookies.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/http/trace_event.hpp"
#include "leat/http/transport.hpp"
#include "leat/http/transport_options.hpp"
#include "leat/log/logger.hpp"
#include "leat/proto/coding/content_decoder.hpp"
#include "leat/proto/text/charset.hpp"

namespace leat::http {

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

/// Which requests go another way than the others.
///
/// A pattern is a scheme or `all`, and what stands behind it says which hosts are meant:
///
/// | pattern | requests |
/// |---|---|
/// | `all://` | all |
/// | `https://` | all with this scheme |
/// | `all://api.test`, `http://[::1]` | to this host |
/// | `all://*.test` | to all hosts below it |
/// | `all://*:8080`, `all://api.test:8080` | the same with this port |
///
/// Of those that match, the most specific counts: one with a port before one without, then the host
/// itself before those below another, the longer host before the shorter, a scheme before `all`.
template <class Io>
struct basic_mount {
  // NOLINTNEXTLINE(google-explicit-constructor): written in braces in a list
  basic_mount(std::string on, std::shared_ptr<basic_transport<Io>> by)
      : pattern(std::move(on)), transport(std::move(by)) {}

  std::string pattern;
  /// Null: the client's own connections, without a proxy.
  std::shared_ptr<basic_transport<Io>> transport;
};

using async_mount = basic_mount<io::async>;
using mount = basic_mount<io::blocking>;

/// What a client is made with; the same for both surfaces but for the types of what it uses. How
/// its requests reach their origins is in `basic_transport_options`.
template <class Io>
struct basic_client_options : basic_transport_options<Io> {
  basic_client_options();
  basic_client_options(const basic_client_options&);
  basic_client_options(basic_client_options&&) noexcept;
  basic_client_options& operator=(const basic_client_options&);
  basic_client_options& operator=(basic_client_options&&) noexcept;
  ~basic_client_options();

  /// Stands in front of every URL that has no scheme; its path is kept and appended to.
  std::string base_url;
  /// Sent with every request, unless the request says otherwise.
  http::headers headers;
  /// Parameters of every URL that a request is made with, but for names that the request or its
  /// URL has itself. Where a redirect leads to is taken as it is.
  std::vector<std::pair<std::string, std::string>> query_parameters;
  http::timeouts timeouts;
  decoding_options decoding;
  redirect_policy redirects;
  /// The fields that a redirect to another origin leaves behind, as it does Authorization, Cookie,
  /// Proxy-Authorization and what an `auth` has added. Whatever else your services know you by
  /// belongs here.
  std::vector<std::string> secret_headers = {"x-api-key",      "api-key",       "x-auth-token",
                                             "x-access-token", "private-token", "x-csrf-token"};
  /// The credentials of requests that bring none.
  auth_ptr auth;
  /// The jar, which several clients may share; by default one of this client's own.
  std::shared_ptr<http::cookies> cookies;

  /// Called in their order before a request is sent, and may change it. One that throws ends the
  /// call, and no connection is taken. On the async surface they are tasks.
  /// Thread-safety: those of a blocking client, and those for answers, are called by all threads
  /// that use it, several at once.
  std::vector<std::function<typename Io::template result<void>(basic_request<Io>&)>> on_request;
  /// Called in their order when the head of an answer is there. One that throws ends the call,
  /// and the connection is given up.
  std::vector<std::function<typename Io::template result<void>(basic_hook_answer<Io>&)>>
      on_response;
  http::hook_scope hook_scope = http::hook_scope::per_call;

  /// Told each step of each request: waiting for a connection, connecting, TLS, what was sent and
  /// what came, and what became of the connection. See `trace_step`, and `trace_callback` for what
  /// it may do. By default nobody is told, and nothing is paid. Transports of one's own tell what
  /// they like.
  trace_callback trace;

  /// Told of each request that was answered, at level info and when the head of its answer is
  /// there: `HTTP Request: GET http://a.test/ "HTTP/1.1 200 OK"`, with the fields `status` and
  /// `elapsed`. Credentials of the URL are left out. At level debug it is told the steps that
  /// `trace` is told: `HTTP Trace: tls_finished GET https://a.test/`, with the members of the
  /// event as fields. By default it says nothing.
  log::logger logger;

  /// Whether a request tells the trace that its task carries (`leat::trace_context`), as
  /// `traceparent` and `tracestate`, with a span of its own. Not where the request has a
  /// `traceparent` already, and no further once a redirect leads to another origin: whom the
  /// program asks is its own choice, where it is sent then is not. Without a trace nothing is sent.
  bool sends_trace = true;

  /// Takes the place of the client's own transport and its connections.
  std::shared_ptr<basic_transport<Io>> transport;
  /// Requests that go another way. Each redirect is looked at anew.
  std::vector<basic_mount<Io>> mounts;
};

using async_client_options = basic_client_options<io::async>;
using client_options = basic_client_options<io::blocking>;

struct client_statistics {
  std::size_t active = 0;   ///< Connections in use.
  std::size_t idle = 0;     ///< Connections kept for the next request.
  std::size_t waiting = 0;  ///< Requests that wait for a connection.
};

}  // namespace leat::http
