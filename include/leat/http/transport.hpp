// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

#include "leat/base/memory.hpp"
#include "leat/http/request.hpp"
#include "leat/http/response.hpp"
#include "leat/io/surface.hpp"

namespace leat::http {

/// The body of an answer, read piece by piece. Destroying it before its end gives up whatever it
/// comes from.
template <class Io>
class basic_response_body {
 public:
  basic_response_body() = default;
  basic_response_body(const basic_response_body&) = delete;
  basic_response_body& operator=(const basic_response_body&) = delete;
  virtual ~basic_response_body() = default;

  /// The next piece; empty at the end, and from then on.
  /// Cancellation: lossy. Lifetime: the view is valid until the next call.
  virtual typename Io::template result<std::string_view> read_some() = 0;

  /// The next piece, if it is there already; empty at the end, and from then on. Nothing, if it
  /// would have to be waited for: go on with `read_some()`. Saves the frames of tasks for what
  /// came together with the head. A body may always answer with nothing, and by default does.
  /// Cancellation: never waits. Errors and lifetime: as `read_some()`.
  [[nodiscard]] virtual std::optional<std::string_view> try_read_some() { return std::nullopt; }

  /// The connection itself, if the answer has switched it to another protocol (101, or 2xx to
  /// CONNECT); what was read behind the head comes first in it. Null otherwise, and by default.
  [[nodiscard]] virtual std::unique_ptr<typename Io::stream> take_stream();
};

/// What a transport answers: the head, and the body while it comes.
template <class Io>
struct basic_transport_response {
  response_head::parts head;
  std::unique_ptr<basic_response_body<Io>> body;
};

/// Sends one request and returns one answer: the seam below redirects, authentication and
/// cookies. A client's own transport keeps connections; others stand in for it in tests, or wrap
/// it. The transports of the two surfaces are different types, so the wrong one does not compile.
///
/// Thread-safety: that of the client that uses it.
template <class Io>
class basic_transport {
 public:
  basic_transport() = default;
  basic_transport(const basic_transport&) = delete;
  basic_transport& operator=(const basic_transport&) = delete;
  virtual ~basic_transport() = default;

  /// Lifetime: `request` outlives the call, not the body of the answer.
  /// Cancellation: safe for the transport; whatever carried the request is given up.
  virtual typename Io::template result<basic_transport_response<Io>> handle(
      basic_request<Io>& request) = 0;

  /// Gives up what is idle. Requests under way go on. Errors: whatever a transport of one's own
  /// throws; its client closes all others first.
  virtual void close() {}
};

using async_transport = basic_transport<io::async>;
using transport = basic_transport<io::blocking>;
using async_response_body = basic_response_body<io::async>;
using response_body = basic_response_body<io::blocking>;

}  // namespace leat::http
