// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/proto/http1/detail/body_writer.hpp"
#include "leat/proto/http1/detail/exchange.hpp"
#include "leat/proto/http1/detail/message_reader.hpp"
#include "leat/proto/http1/error.hpp"
#include "leat/proto/http1/events.hpp"
#include "leat/proto/http1/limits.hpp"

namespace leat::proto::http1 {

/// The server's side of one HTTP/1 connection, without the connection: it reads requests from
/// bytes it is shown and writes responses into a buffer it is given.
///
/// A driver owns a `byte_buffer` for each way and repeats:
///
///     std::string_view input = received.text();
///     event e = machine.next(input);                        // consumes from the front of input
///     received.consume(received.size() - input.size());
///     switch (e.kind) {
///       case event_kind::need_more: read more, or call end_of_input() if there is no more;
///       case event_kind::head:      route machine.head() ...
///       case event_kind::data:      take e.data before the buffer changes
///       case event_kind::end:       the request is complete
///       ...
///     }
///
/// and answers with `send_head()`, any number of `send_data()`, and `send_end()`, at any time
/// after the head. When both messages are over, `must_close()` or `start_next_cycle()`. Requests
/// that a client sent ahead stay unread in the driver's buffer until then.
///
/// As long as a head, or the trailers of a body, are incomplete, `next()` consumes nothing of
/// them and must be shown the same bytes again with more behind them; they may have moved. The
/// work stays linear all the same, however slowly they come.
///
/// It is strict where two readers could see different messages (RFC 9112, sections 2.2, 5, 6
/// and 11.2); src/proto/http1/transitions.hpp and the errors list what is refused.
///
/// Errors: `next()` tells them as events; everything that writes returns a code, and then has
/// written nothing. Nothing throws but std::bad_alloc.
/// Thread-safety: none.
class server_connection {
 public:
  explicit server_connection(const limits& limits = {}) noexcept;

  /// Consumes from the front of `input` what it understands, up to the next event.
  [[nodiscard]] event next(std::string_view& input);

  /// The peer will send no more than what is in the input already. `next()` then tells how
  /// it ended: `closed` between two requests, `failed` with errc::truncated inside of one.
  void end_of_input() noexcept { reader_.end_of_input(); }

  /// The current request, from the event `head` on.
  [[nodiscard]] request_head head() const noexcept;

  /// The length of the request's body: zero if there is none, nothing if it comes in chunks.
  [[nodiscard]] std::optional<std::uint64_t> body_length() const noexcept;

  /// The fields behind a chunked body, from the event `end` on. They are kept apart from the
  /// head's and have no effect on the machine. Lifetime: as `request_head`.
  [[nodiscard]] fields_view trailers() const noexcept;

  /// Changes the limit for the body of the current request and of those that follow. Call it
  /// between `head` and the next call of `next()`.
  void set_max_body_bytes(std::uint64_t bytes) noexcept { reader_.set_max_body_bytes(bytes); }

  /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110, section
  /// 10.1.1). No longer so once anything was sent, or the body came anyway.
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }

  /// Whether the request asks to leave HTTP: CONNECT, or Upgrade. Answer with 2xx or 101
  /// respectively to do so, with anything else to decline.
  [[nodiscard]] bool switch_proposed() const noexcept { return exchange_.switch_proposed(); }

  /// Sends a response with a status of 1xx, such as 100 or 103, in front of the real one.
  ///
  /// Errors: errc::invalid_status (101 is a head, see `send_head()`), errc::wrong_phase before
  /// a request, behind the head, or to HTTP/1.0; fields_errc.
  [[nodiscard]] std::error_code send_informational(byte_buffer& out, int status,
                                                   fields_view fields = {});

  /// Sends the head of the response. Allowed once in each cycle; before any request too, to
  /// say why the connection is closed.
  ///
  /// With status 101, or 2xx to CONNECT, it is the whole response and the connection leaves
  /// HTTP; the request must have been read to its end.
  ///
  /// Errors: errc::wrong_phase, errc::invalid_status, errc::invalid_framing (the fields and
  /// `body` disagree, or the status has no body), errc::switch_not_proposed; fields_errc.
  [[nodiscard]] std::error_code send_head(byte_buffer& out, const outgoing_response& response);

  /// Sends a response that is there whole: its head, of which `response.body` is not looked at,
  /// then `body`, unless the request or the status excludes it, and the end. The same as the
  /// calls one by one, for the usual case.
  ///
  /// Errors: those of `send_head()`; nothing was written then.
  [[nodiscard]] std::error_code send_whole(byte_buffer& out, const outgoing_response& response,
                                           std::string_view body);

  /// Sends a response as most are: 200, `ready_lines`, and a body that is there whole. Returns
  /// false, and has written nothing, if there is more to it than that: a request that is not over
  /// or is the last one, HTTP/1.0, HEAD. `send_whole()` is right for all.
  [[nodiscard]] bool send_plain(byte_buffer& out, std::span<const std::string_view> ready_lines,
                                std::string_view body);

  /// Whether the response, its head sent, has a body on the wire. It has none for HEAD, 204 and
  /// 304; sending data is then an error.
  [[nodiscard]] bool response_has_body() const noexcept;

  /// Sends a part of the body. An empty one is ignored.
  ///
  /// Errors: errc::wrong_phase, errc::body_not_allowed, errc::body_too_long.
  [[nodiscard]] std::error_code send_data(byte_buffer& out, std::string_view bytes);

  /// As `send_data()` for bytes that the driver writes itself, without copying: what this
  /// writes, then exactly `size` bytes, then what `finish_data()` writes.
  [[nodiscard]] std::error_code begin_data(byte_buffer& out, std::uint64_t size);
  [[nodiscard]] std::error_code finish_data(byte_buffer& out);

  /// Ends the response. Trailers can only follow a chunked body.
  ///
  /// Errors: errc::wrong_phase; errc::body_too_short, after which the connection must be
  /// closed; errc::trailers_not_possible, errc::forbidden_trailer; fields_errc.
  [[nodiscard]] std::error_code send_end(byte_buffer& out, fields_view trailers = {});

  /// Makes this the last exchange: the head of the response will say `Connection: close`. For a
  /// server that drains.
  void disable_keep_alive() noexcept;

  /// Whether, as far as is known, another request may follow this one.
  [[nodiscard]] bool keep_alive() const noexcept { return exchange_.keep_alive(); }

  /// Whether nothing more can be sent, so that the connection is to be closed as soon as
  /// everything is written: the response is over and no other may follow, or the client left.
  [[nodiscard]] bool must_close() const noexcept;

  /// Whether the response has been sent to its end.
  [[nodiscard]] bool is_response_complete() const noexcept;

  /// Gets ready for the next request. The head read last is forgotten.
  ///
  /// Errors: errc::wrong_phase while either message is incomplete, errc::not_reusable if the
  /// connection must be closed.
  [[nodiscard]] std::error_code start_next_cycle() noexcept;

  /// Gives back the memory for the fields of a head. For a connection that becomes idle: between
  /// two cycles, before any byte of a request. At any other time it does nothing.
  void release_memory() noexcept { reader_.release_memory(); }

 private:
  event begin_request() noexcept;
  event continue_request(std::string_view& input);
  event take_failure(const event& failure) noexcept;
  errc begin_response(int status) noexcept;
  [[nodiscard]] bool expects_plain_response() const noexcept;
  /// Writes what is given of a body behind the head, if there is to be one.
  [[nodiscard]] std::error_code put_head(byte_buffer& out, const outgoing_response& response,
                                         body_size size, std::string_view body);
  [[nodiscard]] bool is_switch(int status) const noexcept;

  detail::message_reader reader_;
  detail::body_writer writer_;
  detail::exchange exchange_;
  bool expects_continue_ = false;
  bool is_head_request_ = false;
  bool is_connect_ = false;
};

}  // namespace leat::proto::http1
