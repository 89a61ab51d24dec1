// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leat/coro/task.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/router.hpp"
#include "leat/model/json.hpp"
#include "leat/proto/url/query.hpp"

namespace leat::http {

namespace detail {

/// The parts of a request that a `server_request` shows.
struct request_parts {
  std::string_view method = {};
  std::string_view target = {};
  std::string_view path = {};   // in the target
  std::string_view query = {};  // in the target
  proto::fields_view fields = {};
  std::string_view body = {};
  std::string_view peer = {};
};

/// Sees when the client of a request goes away.
class client_watch {
 public:
  virtual task<void> wait_gone() = 0;

 protected:
  ~client_watch() = default;
};

/// To be called in a handler for what `model::from_json` throws: turns it into `http_error`.
[[noreturn]] void throw_unreadable_body();

}  // namespace detail

/// A request as a handler sees it, complete with its body.
///
/// Lifetime: every view obtained from it is valid until the handler has ended. A handler that
/// hands anything to somebody who lives longer copies it.
/// Thread-safety: one loop.
class server_request {
 public:
  server_request(const detail::request_parts& parts, const route_match& route,
                 detail::client_watch* client = nullptr) noexcept
      : parts_(parts), route_(route), client_(client) {}
  server_request(const server_request&) = delete;
  server_request& operator=(const server_request&) = delete;

  /// As it was sent: methods are case-sensitive.
  [[nodiscard]] std::string_view method() const noexcept { return parts_.method; }

  /// As it was sent, in whichever form.
  [[nodiscard]] std::string_view target() const noexcept { return parts_.target; }

  /// The path in the target, still percent-encoded; `/` if the target has none.
  [[nodiscard]] std::string_view path() const noexcept { return parts_.path; }

  /// What follows the first `?` of the target, still encoded; empty if there is none.
  [[nodiscard]] std::string_view query() const noexcept { return parts_.query; }

  [[nodiscard]] proto::fields_view headers() const noexcept { return parts_.fields; }

  /// The whole body, out of its chunks; empty if there is none.
  [[nodiscard]] std::string_view body() const noexcept { return parts_.body; }

  /// The pattern of the route that was chosen, such as `/users/{id}`.
  [[nodiscard]] std::string_view route() const noexcept { return route_.pattern(); }

  /// Who sent it, as the stream names its peer.
  [[nodiscard]] std::string_view peer() const noexcept { return parts_.peer; }

  /// Waits until the client has closed the connection, or its own side of it. For handlers whose
  /// work is for nobody else, which a server does not stop by itself:
  ///
  ///     co_await when_any(find(), request.wait_client_gone());
  ///
  /// What the client sends ahead meanwhile is kept, up to 16 KiB; behind more than that its end is
  /// not seen. Without a connection it never ends.
  /// Cancellation: safe. Errors: none. To be awaited by one task at a time, before the handler
  /// ends.
  [[nodiscard]] task<void> wait_client_gone();

  /// The segment of the path that stands for `{name}` in the route, percent-decoded. It is
  /// never empty; it may hold any byte but NUL, a `/` too if it came as `%2F`.
  /// Errors: `invalid_argument`, if the route has no parameter of that name.
  [[nodiscard]] std::string path_parameter(std::string_view name) const;

  /// The same, as it was sent.
  [[nodiscard]] std::string_view raw_path_parameter(std::string_view name) const;

  /// The first parameter of that name in the query, decoded.
  [[nodiscard]] std::optional<std::string> query_parameter(std::string_view name) const;

  /// All parameters of the query, decoded, in order.
  [[nodiscard]] std::vector<proto::query_parameter> query_parameters() const {
    return proto::parse_query(parts_.query);
  }

  /// The body as a value of a described type, whatever its Content-Type says.
  ///
  /// Errors: `http_error`, which needs no catching to become an answer: 400 if the body is no
  /// JSON, 413 if it is longer or nested more deeply than `options` allow, 422 with every
  /// problem and its JSON Pointer if it does not fit.
  template <class Value>
  [[nodiscard]] Value json(const model::json_options& options = {}) const {
    try {
      return model::from_json<Value>(parts_.body, options);
    } catch (...) {
      detail::throw_unreadable_body();
    }
  }

 private:
  const detail::request_parts& parts_;
  const route_match& route_;
  detail::client_watch* client_;
};

}  // namespace leat::http
