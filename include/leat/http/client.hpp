// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/base/impl_ptr.hpp"
#include "leat/coro/blocking_deadline.hpp"
#include "leat/http/client_options.hpp"
#include "leat/http/error.hpp"
#include "leat/http/request.hpp"
#include "leat/http/response.hpp"
#include "leat/http/response_stream.hpp"

namespace leat::http {

/// An HTTP/1.1 client for threads without a loop: the blocking twin of `async_client`, with the
/// same methods, options, results and errors. Each call returns when it is done. No loop and no
/// thread stand behind it, so it may be used anywhere, but not where a loop runs: there it would
/// hold everything up.
///
///     http::client api(options);                   // no I/O yet
///     const auto user = api.get("/users/7").raise_for_status().json<user_record>();
///
/// All requests:
///
/// Errors: those of `async_client`; `blocking_call_on_loop` on a thread that runs a loop.
///
/// Name lookups cannot be interrupted: a resolver that does not answer holds a call up beyond its
/// limits.
///
/// Lifetime: outlives its requests and the streams they return.
/// Thread-safety: any thread; several may send requests at once. A stream belongs to one thread
/// at a time.
class client {
 public:
  /// Errors: `invalid_url` for the base URL or a proxy, also one of the environment;
  /// `invalid_argument` for a negative timeout, a limit of no connections, or a mount.
  explicit client(client_options options = {});
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client();

  /// Sends a request and reads the answer to its end. `url` is absolute, or is appended to the
  /// base URL.
  [[nodiscard]] response request(std::string method, std::string_view url,
                                 blocking_request_options options = {});

  /// Sends a request and returns when the head of the answer is there; the body is read while it
  /// comes. `timeouts::total` bounds both together.
  [[nodiscard]] response_stream stream(std::string method, std::string_view url,
                                       blocking_request_options options = {});

  /// The request as `request()` would send it, for changing it first. Sends nothing.
  /// Errors: `invalid_url`, `invalid_argument`, `local_protocol_error`.
  [[nodiscard]] http::request build_request(std::string method, std::string_view url,
                                            blocking_request_options options = {}) const;
  /// The request that following the redirect of `answer` would send, where `sent` is what was
  /// answered; nothing if it leads nowhere. Sends nothing.
  /// Errors: `remote_protocol_error` for a Location that is no URL; `body_not_replayable`.
  [[nodiscard]] std::optional<http::request> next_request(http::request sent,
                                                          const response_head& answer) const;
  /// Sends what was built, as it is.
  [[nodiscard]] response send(http::request built);
  [[nodiscard]] response_stream open(http::request built);

  [[nodiscard]] response get(std::string_view url, blocking_request_options options);
  /// The same without options, as most are; callers need no place for them.
  [[nodiscard]] response get(std::string_view url);
  [[nodiscard]] response head(std::string_view url, blocking_request_options options = {});
  [[nodiscard]] response options(std::string_view url, blocking_request_options options = {});
  [[nodiscard]] response post(std::string_view url, blocking_request_options options = {});
  [[nodiscard]] response put(std::string_view url, blocking_request_options options = {});
  [[nodiscard]] response patch(std::string_view url, blocking_request_options options = {});
  /// DELETE; the word itself belongs to the language.
  [[nodiscard]] response del(std::string_view url, blocking_request_options options = {});

  /// Closes idle connections and refuses new requests and those that wait for a connection.
  /// Requests under way go on. Closing again does nothing.
  /// Errors: what transports of one's own throw, after all have been closed: one as it is, several
  /// as an `error_group`.
  void close();
  [[nodiscard]] bool is_closed() const noexcept;

  [[nodiscard]] client_statistics statistics() const noexcept;

 private:
  /// As `request()`, which hands everything on at the price of moving it.
  [[nodiscard]] response start(std::string method, std::string_view url,
                               blocking_request_options&& options);

  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::http
