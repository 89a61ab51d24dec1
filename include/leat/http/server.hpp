// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "leat/base/impl_ptr.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/router.hpp"
#include "leat/http/server_options.hpp"
#include "leat/http/server_request.hpp"
#include "leat/http/server_response.hpp"
#include "leat/io/network.hpp"

namespace leat::http {

namespace detail {
class server_core;
}

/// Answers HTTP/1.1 (and 1.0) requests with the handlers of a router.
///
///     http::router routes;
///     routes.get("/hello", [](http::server_request&) -> task<http::server_response> {
///       co_return http::server_response::text("hello\n");
///     });
///     http::server server(std::move(routes));
///     server.listen(io::endpoint::tcp("127.0.0.1", 8080));
///     co_await server.run();
///
/// Connections are kept alive, and requests may be sent ahead; they are answered one after the
/// other, in their order. A handler is called when the whole request has been read. It is
/// stopped after `timeouts.handler`, but not because its client has gone away: what it does may
/// matter to others.
///
/// What the server answers by itself, always as `{"error":{"status":404,"message":"..."}}`:
///
/// | status | when |
/// |---|---|
/// | 400 | the request breaks HTTP, or ends in its middle; `json<T>()` finds no JSON |
/// | 404, 405 | no route has the path; none of those that have it has the method (see Allow) |
/// | 408 | a head or a body does not arrive in time |
/// | 413, 414, 431 | a body, a request line, a header is too large |
/// | 422 | `json<T>()` finds JSON that does not fit, with every problem |
/// | 500 | a handler throws; the client is not told what |
/// | 501, 505 | a transfer coding or a version that is not implemented; CONNECT |
/// | 503 | a handler takes too long |
///
/// An error that leaves unread input behind closes the connection, in a way that lets the client
/// read the answer first.
///
/// Thread-safety: one loop.
class server {
 public:
  /// Errors: `invalid_argument` for a limit that makes no sense, such as no connection at all.
  explicit server(router routes, server_options options = {});
  server(server&&) noexcept;
  server& operator=(server&&) noexcept;
  /// Nothing may be running any more.
  ~server();

  /// Binds now and returns where: with the port that was chosen for port 0. Clients can connect
  /// from here on; they are served by `run()`. May be called several times before `run()`.
  /// Errors: `io::listen_error`; `invalid_argument` once `run()` or `shut_down()` was called.
  const io::endpoint& listen(const io::endpoint& at);

  /// Where the first listener listens.
  /// Errors: `invalid_argument`, if there is none.
  [[nodiscard]] const io::endpoint& local() const;

  /// Serves until `shut_down()` was called and everything has been drained. May be awaited once.
  ///
  /// Cancellation: safe; stops all handlers, closes all connections and stops listening.
  /// Errors: `invalid_argument`, if nothing listens or it was called before. What happens on a
  /// connection ends that connection only.
  [[nodiscard]] task<void> run();

  /// Begins to drain: stops listening and closes idle connections at once; requests under way
  /// are answered with `Connection: close`, and after `timeouts.drain_grace` what is left is
  /// stopped. `run()` returns when nothing is left. Calling it again does nothing.
  void shut_down() noexcept;

  /// Whether `shut_down()` was called, for a readiness check.
  [[nodiscard]] bool is_draining() const noexcept;

  /// Connections that are open now.
  [[nodiscard]] std::size_t connections() const noexcept;

 private:
  impl_ptr<detail::server_core> core_;
};

}  // namespace leat::http
