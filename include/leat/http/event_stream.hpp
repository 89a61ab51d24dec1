// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include "leat/base/function.hpp"
#include "leat/base/impl_ptr.hpp"
#include "leat/base/time.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/error.hpp"
#include "leat/http/request.hpp"
#include "leat/proto/sse/event_parser.hpp"

namespace leat::http {

class async_client;
class client;

/// One event that a server has sent.
struct server_event {
  std::string type;  ///< `message` unless the server said another.
  std::string data;
  std::string id;  ///< The last event id: of this event, or of an earlier one if it had none.
};

/// How a stream of events is asked for, and how it is asked for again.
struct event_stream_options {
  event_stream_options() = default;

  /// A stream that is asked for by anything but GET is asked for once: its end is the end, and
  /// what goes wrong is an error, because asking twice may do things twice.
  std::string method = "GET";
  /// Fields, parameters, credentials, a body. Redirects are followed and `timeouts::total` does
  /// not count unless it is said here; `timeouts::body` is `max_idle`.
  request_options request;
  /// Where an earlier stream ended, such as before the program was started again.
  std::string last_event_id;
  proto::sse::limits limits;

  /// A server that sends nothing for so long, not even a comment, is lost. How long the head of its
  /// answer may take is `timeouts::read`, as for every request.
  duration max_idle = std::chrono::minutes(2);

  /// So many connections in a row that brought no event end it, with the error of the last one.
  std::size_t max_attempts = 5;
  /// The wait before the next connection after one that brought events, until the server says
  /// another (its field `retry`), and before the second of those that bring none. It doubles
  /// with each of them, up to `max_delay`.
  duration first_delay = std::chrono::seconds(1);
  duration max_delay = std::chrono::seconds(60);
  /// What a server may say at most; more is taken for this.
  duration max_retry = std::chrono::minutes(10);
  /// Each wait is longer by up to this part of it, by chance, so that the clients of a server
  /// that was away do not all come back at once. From 0 to 1. It is never shorter than the server
  /// wants it.
  double jitter = 0.25;
  /// Numbers from 0 to 1 for the jitter. By default pseudo-random ones from a random seed.
  std::function<double()> random;
};

/// The events of a server (HTML, section 9.2), for tasks. What is lost on the way is asked for
/// again: a connection that ends or breaks is made anew, and the server is told by Last-Event-ID
/// which event was the last.
///
///     http::async_event_stream updates(api, "/updates");
///     while (auto event = co_await updates.next()) show(event->data);
///
/// A connection ends for good when the server answers 204, and with an error for every status
/// but 200 and those of 500 and above, which are tried again where a browser gives up. Each
/// connection begins at the URL that was given, whatever it was redirected to before. A last
/// event id that cannot stand in a field, because of a control character, is not sent.
///
/// Lifetime: the client outlives it; not moved while `next()` waits. Thread-safety: one loop.
class async_event_stream {
 public:
  /// No I/O yet; the first `next()` connects.
  /// Errors: `invalid_argument` for a negative time, no attempts, a jitter outside of 0 to 1.
  async_event_stream(async_client& from, std::string url, event_stream_options options = {});
  async_event_stream(async_event_stream&& other) noexcept;
  async_event_stream& operator=(async_event_stream&& other) noexcept;
  ~async_event_stream();

  /// The next event; nothing when the server wants no more connections (204), or after
  /// `close()`, and from then on. One call at a time.
  ///
  /// Cancellation: lossy. The connection is closed at once, and events that had come on it are
  /// dropped; the next call connects again and asks for what followed the event told last.
  /// Errors: `status_error`; `decode_error`, if the answer is no event stream; `limit_exceeded`;
  /// `invalid_argument`, if a call waits already. After `max_attempts` those of connecting, reading
  /// and writing, and `remote_protocol_error` if the connections ended in order. At once all other
  /// errors of a request. It may be called again after any of them.
  [[nodiscard]] task<std::optional<server_event>> next();

  /// Closes the connection, for good. A `next()` that waits returns when something comes: stop it
  /// instead. Closing again does nothing.
  void close() noexcept;
  /// Whether `next()` returns nothing any more.
  [[nodiscard]] bool is_over() const noexcept;

  /// The id of the event told last.
  [[nodiscard]] const std::string& last_event_id() const noexcept;
  /// How many connections were tried so far.
  [[nodiscard]] std::size_t connections() const noexcept;

 private:
  class impl;
  impl_ptr<impl> impl_;
};

/// The same for threads without a loop: the blocking twin of `async_event_stream`. A
/// `blocking_deadline` ends a call, as a stop does there.
///
/// Lifetime: the client outlives it. Thread-safety: one thread at a time.
class event_stream {
 public:
  /// As of `async_event_stream`.
  event_stream(client& from, std::string url, event_stream_options options = {});
  event_stream(event_stream&& other) noexcept;
  event_stream& operator=(event_stream&& other) noexcept;
  ~event_stream();

  /// As `async_event_stream::next()`. Errors: also `deadline_exceeded` of a `blocking_deadline`;
  /// `blocking_call_on_loop`.
  [[nodiscard]] std::optional<server_event> next();

  /// Closes the connection, for good. Closing again does nothing.
  void close() noexcept;
  /// Whether `next()` returns nothing any more.
  [[nodiscard]] bool is_over() const noexcept;

  /// The id of the event told last.
  [[nodiscard]] const std::string& last_event_id() const noexcept;
  /// How many connections were tried so far.
  [[nodiscard]] std::size_t connections() const noexcept;

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::http
