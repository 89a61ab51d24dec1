// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/base/impl_ptr.hpp"
#include "leat/coro/stream.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/async_response_stream.hpp"
#include "leat/http/client_options.hpp"
#include "leat/http/error.hpp"
#include "leat/http/request.hpp"
#include "leat/http/response.hpp"

namespace leat::http {

/// An HTTP/1.1 client for tasks of one loop: connections are kept and reused, every wait has a
/// limit, and whatever ends a request early closes its connection.
///
///     http::async_client api(options);             // no I/O yet
///     const auto user = (co_await api.get("/users/7")).raise_for_status().json<user_record>();
///
/// One client serves any number of tasks at once and should live as long as they do.
///
/// All requests:
///
/// Cancellation: safe for the client: the connection is closed unless the answer had been read.
/// Whether the server has acted on the request cannot be known.
/// Errors: `invalid_url`, `unsupported_protocol`, `invalid_argument` (a negative timeout) and
/// `local_protocol_error` before anything is sent; `pool::pool_timeout`; `io::resolve_error`,
/// `io::connect_error`, `io::connect_timeout`; `io::write_error`, `io::write_timeout`,
/// `io::read_error`, `io::read_timeout`; `proxy_error`; `remote_protocol_error`;
/// `deadline_exceeded` for the total; `client_closed`. A status is no error before
/// `raise_for_status()`.
///
/// A kept connection that the server closed while the request was on its way is the normal
/// fate of keep-alive. Such a request is sent once more on a new connection if nothing of an
/// answer had come and its method is idempotent (RFC 9110, section 9.2.2).
///
/// Lifetime: outlives its requests. May be made before its loop and destroyed after it.
/// Thread-safety: one loop.
class async_client {
 public:
  /// Errors: `invalid_url` for the base URL or a proxy, also one of the environment;
  /// `invalid_argument` for a negative timeout, a limit of no connections, or a mount.
  explicit async_client(async_client_options options = {});
  async_client(const async_client&) = delete;
  async_client& operator=(const async_client&) = delete;
  ~async_client();

  /// Sends a request and reads the answer to its end. `url` is absolute, or is appended to the
  /// base URL. It need not outlive the call: only what it leads to waits for the await.
  [[nodiscard]] task<response> request(std::string method, std::string_view url,
                                       async_request_options options = {});

  /// Sends a request and returns when the head of the answer is there; the body is read while it
  /// comes. `timeouts::total` bounds both together.
  [[nodiscard]] task<async_response_stream> stream(std::string method, std::string_view url,
                                                   async_request_options options = {});

  /// The request as `request()` would send it, for changing it first. Sends nothing.
  /// Errors: `invalid_url`, `invalid_argument`, `local_protocol_error`.
  [[nodiscard]] async_request build_request(std::string method, std::string_view url,
                                            async_request_options options = {}) const;
  /// The request that following the redirect of `answer` would send, where `sent` is what was
  /// answered; nothing if it leads nowhere. Sends nothing.
  /// Errors: `remote_protocol_error` for a Location that is no URL; `body_not_replayable`.
  [[nodiscard]] std::optional<async_request> next_request(async_request sent,
                                                          const response_head& answer) const;
  /// Sends what was built, as it is.
  [[nodiscard]] task<response> send(async_request built);
  [[nodiscard]] task<async_response_stream> open(async_request built);

  [[nodiscard]] task<response> get(std::string_view url, async_request_options options);
  /// The same without options, as most are; callers need no place for them.
  [[nodiscard]] task<response> get(std::string_view url);
  [[nodiscard]] task<response> head(std::string_view url, async_request_options options = {});
  [[nodiscard]] task<response> options(std::string_view url, async_request_options options = {});
  [[nodiscard]] task<response> post(std::string_view url, async_request_options options = {});
  [[nodiscard]] task<response> put(std::string_view url, async_request_options options = {});
  [[nodiscard]] task<response> patch(std::string_view url, async_request_options options = {});
  /// DELETE; the word itself belongs to the language.
  [[nodiscard]] task<response> del(std::string_view url, async_request_options options = {});

  /// Closes idle connections and refuses new requests and those that wait for a connection.
  /// Requests under way go on. Closing again does nothing.
  /// Errors: what transports of one's own throw, after all have been closed: one as it is, several
  /// as an `error_group`.
  void close();
  [[nodiscard]] bool is_closed() const noexcept;

  [[nodiscard]] client_statistics statistics() const noexcept;

 private:
  /// As `request()`, which hands everything on at the price of moving it.
  [[nodiscard]] task<response> start(std::string method, std::string_view url,
                                     async_request_options&& options);

  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::http
