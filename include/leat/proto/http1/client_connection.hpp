// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
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

/// The client's side of one HTTP/1 connection, without the connection: it writes requests into
/// a buffer it is given and reads responses from bytes it is shown. The rules of `next()` and
/// of writing are those of `server_connection`; one cycle is
///
///     send_head, send_data..., send_end      while at any time      next() until `end`
///
/// and then `is_reusable()` and `start_next_cycle()`, or the connection is closed. A response may
/// be complete before its request is; the rest of the request may still be sent.
///
/// It is as strict as the server about where a message ends. It is lenient where servers that
/// are in use are sloppy and nothing depends on it:
///
/// - a status line may lack the space in front of an absent reason (`HTTP/1.1 200`);
/// - a reason may hold bytes from 0x80 on;
/// - a response to HEAD, a 1xx, a 204 and a 304 may have a well-formed Content-Length or
///   Transfer-Encoding, even where a server must not send it; there is no body all the same.
///
/// Errors: `next()` tells them as events; everything that writes returns a code, and then has
/// written nothing. Nothing throws but std::bad_alloc.
/// Thread-safety: none.
class client_connection {
 public:
  explicit client_connection(const limits& limits = {}) noexcept;

  /// The limits of answers from now on. Not while an exchange is under way.
  void set_limits(const limits& from_now_on) noexcept { reader_.set_limits(from_now_on); }

  /// Sends the head of a request, always as HTTP/1.1.
  ///
  /// Errors: errc::wrong_phase, errc::host_required (not exactly one Host), errc::invalid_framing
  /// (the fields and `body` disagree); fields_errc.
  [[nodiscard]] std::error_code send_head(byte_buffer& out, const outgoing_request& request);

  /// Sends a part of the body. An empty one is ignored.
  ///
  /// Errors: errc::wrong_phase, errc::body_not_allowed, errc::body_too_long.
  [[nodiscard]] std::error_code send_data(byte_buffer& out, std::string_view bytes);

  /// As `send_data()` for bytes that the driver writes itself, without copying: what this
  /// writes, then exactly `size` bytes, then what `finish_data()` writes.
  [[nodiscard]] std::error_code begin_data(byte_buffer& out, std::uint64_t size);
  [[nodiscard]] std::error_code finish_data(byte_buffer& out);

  /// Ends the request. Trailers can only follow a chunked body.
  ///
  /// Errors: errc::wrong_phase; errc::body_too_short, after which the connection must be
  /// closed; errc::trailers_not_possible, errc::forbidden_trailer; fields_errc.
  [[nodiscard]] std::error_code send_end(byte_buffer& out, fields_view trailers = {});

  /// Whether the request asked for `100 Continue` and neither it nor another answer has come:
  /// the body may be held back a while.
  [[nodiscard]] bool waits_for_continue() const noexcept { return waits_for_continue_; }

  /// Consumes from the front of `input` what it understands, up to the next event. Bytes that
  /// no request asked for are a failure (errc::unexpected_bytes).
  [[nodiscard]] event next(std::string_view& input);

  /// Between the events `head` and `end`: consumes what is to come of the body, if its length is
  /// known and `input` begins with all of it, and the end with it. It is what `next()` tells as
  /// `data` and `end`. Else consumes nothing and returns nothing.
  /// Lifetime: what is returned is a part of `input`.
  [[nodiscard]] std::optional<std::string_view> take_whole_body(std::string_view& input) noexcept;

  /// The peer will send no more than what is in the input already. `next()` then tells how
  /// it ended: `closed` between two exchanges, `end` for a body that only the end of the
  /// connection ends, else `failed`: with errc::no_response, which is also failure::transient,
  /// as long as nothing of a response had come, otherwise with errc::truncated.
  void end_of_input() noexcept { reader_.end_of_input(); }

  /// The current response, from the event `informational` or `head` on.
  [[nodiscard]] response_head head() const noexcept;

  /// The length of the response's body: zero if there is none, nothing if it is not known.
  [[nodiscard]] std::optional<std::uint64_t> body_length() const noexcept;

  /// The fields behind a chunked body, from the event `end` on. They are kept apart from the
  /// head's and have no effect on the machine. Lifetime: as `response_head`.
  [[nodiscard]] fields_view trailers() const noexcept;

  /// Changes the limit for the body of the current response and of those that follow.
  void set_max_body_bytes(std::uint64_t bytes) noexcept { reader_.set_max_body_bytes(bytes); }

  /// Makes this the last exchange: the head of the request will say `Connection: close`.
  void disable_keep_alive() noexcept;

  /// Whether, as far as is known, another request may follow this one.
  [[nodiscard]] bool keep_alive() const noexcept { return exchange_.keep_alive(); }

  /// Whether nothing has been sent since the start of the cycle.
  [[nodiscard]] bool is_idle() const noexcept;

  /// Whether both messages are complete and the connection may carry another exchange. It may
  /// not if bytes followed the response: they would be taken for the answer to the next
  /// request. For the same reason a driver that finds input while it is idle shows it to
  /// `next()`.
  [[nodiscard]] bool is_reusable() const noexcept;

  /// Whether the answer was 101, or 2xx to CONNECT: what follows it is another protocol's.
  [[nodiscard]] bool has_switched() const noexcept;

  /// Gets ready for the next request. The head read last is forgotten.
  ///
  /// Errors: errc::wrong_phase while either message is incomplete, errc::not_reusable if the
  /// connection must be closed.
  [[nodiscard]] std::error_code start_next_cycle() noexcept;

  /// Gives back the memory for the fields of a head. For a connection that becomes idle: between
  /// two cycles, before any byte of a response. At any other time it does nothing.
  void release_memory() noexcept { reader_.release_memory(); }

 private:
  event begin_response() noexcept;
  event take_informational() noexcept;
  void end_response(std::string_view rest) noexcept;
  event take_failure(const event& failure) noexcept;
  [[nodiscard]] bool is_switch(int status) const noexcept;
  [[nodiscard]] detail::framing response_framing(int status) const noexcept;

  detail::message_reader reader_;
  detail::body_writer writer_;
  std::uint32_t informational_count_ = 0;
  detail::exchange exchange_;
  bool waits_for_continue_ = false;
  bool is_head_request_ = false;
  bool is_connect_ = false;
};

}  // namespace leat::proto::http1
