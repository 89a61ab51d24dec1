// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/base/impl_ptr.hpp"
#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http2/error.hpp"
#include "leat/proto/http2/limits.hpp"

namespace leat::proto::http2 {

/// A stream within its connection. Never 0, never used twice.
using stream_id = std::int32_t;

/// A request to send. Lifetime: refers to everything it is given, for the call only.
///
/// The fields may be those of an HTTP/1.1 request: Host becomes `:authority`, names are written
/// in lower case, and what speaks only of the connection (Connection and what it names,
/// Keep-Alive, Proxy-Connection, Transfer-Encoding, Upgrade) is left out, as is a TE other than
/// `trailers` (RFC 9113, section 8.2.2).
struct outgoing_request {
  std::string_view method;
  std::string_view scheme = "https";
  std::string_view target;  ///< `:path`: in origin form, or `*`.
  fields_view fields = {};  ///< Must hold exactly one Host.
  bool has_body = false;
  /// How long the body will be, if that is known: it is announced, and seen to.
  std::optional<std::uint64_t> body_bytes = std::nullopt;
  /// Whether `next_changed()` names the stream when `is_sent()` becomes true.
  bool reports_sent = true;
  /// Of the answer, in place of the `limits` of the session, where they are set.
  std::optional<std::uint32_t> max_field_section_bytes = std::nullopt;
  std::optional<std::uint32_t> max_fields = std::nullopt;
  std::optional<std::uint32_t> max_informational = std::nullopt;
};

/// The head of a response. Lifetime: until its stream is released.
struct response_head {
  int status = 0;  ///< 100 to 999; above 599 invalid.
  fields_view fields;
};

/// The client's side of one HTTP/2 connection, without the connection: bytes in, news out;
/// requests in, bytes out. Streams are independent of each other; each is
///
///     open, send_data..., end_body      while      state of its answer, read()...
///
/// and ends with `release()`, which resets it unless both sides were done.
///
/// The answer is a state that grows, not a row of events: `next_changed()` names the streams with
/// news, and whoever waits for one looks at what is there. So nothing is lost if news of several
/// kinds come at once.
///
/// Flow control follows the reader: a peer gets more credit for a stream as its body is consumed,
/// so what is held for it is bounded by `limits::stream_window`. Credit for the connection is
/// given at once, so that no reader can hold up another.
///
/// It offers the peer no push. PING and SETTINGS are answered by themselves.
///
/// Errors: everything returns codes; nothing throws but std::bad_alloc, after which the session
/// must be given up. Once `receive()` has failed, so does every stream that was not complete; only
/// what `write()` has left should still be sent.
/// Thread-safety: none.
class client_session {
 public:
  explicit client_session(const limits& limits = {});
  client_session(client_session&&) noexcept;
  client_session& operator=(client_session&&) noexcept;
  ~client_session();

  // Requests.

  /// Whether the peer takes another stream now: fewer are open than it allows, it is not going
  /// away, and nothing has failed. A peer may lower what it allows at any time, also below what is
  /// open; those streams go on. One that refuses a stream beside others is taken at its deeds: no
  /// more than those others are opened until it says anew what it allows, or has answered many.
  [[nodiscard]] bool can_open() const noexcept;
  /// Whether there may ever be another stream on this connection.
  [[nodiscard]] bool is_going_away() const noexcept;
  [[nodiscard]] std::size_t open_streams() const noexcept;

  /// Begins a stream. Without a body the request is complete.
  ///
  /// Errors: errc::no_slot, errc::host_required, errc::invalid_framing,
  /// errc::connect_not_supported; fields_errc. Then nothing has changed.
  [[nodiscard]] std::error_code open(const outgoing_request& request, stream_id& id);

  /// Adds to the body. The bytes are copied and wait until the peer's windows let them go:
  /// `unsent()` says how many do, and a driver sends no more while that is much.
  /// A stream that has failed, or whose peer has answered, ignores it.
  ///
  /// Errors: errc::wrong_phase, errc::body_too_long.
  [[nodiscard]] std::error_code send_data(stream_id id, std::string_view bytes);

  /// Ends the body, perhaps with trailers.
  ///
  /// Errors: errc::wrong_phase, errc::body_too_short, after which the stream should be released;
  /// errc::forbidden_field; fields_errc.
  [[nodiscard]] std::error_code end_body(stream_id id, fields_view trailers = {});

  /// Whether the head of the request has been written. Where more streams were opened than the
  /// peer turns out to take, it waits.
  [[nodiscard]] bool is_sent(stream_id id) const noexcept;

  /// Bytes of the body that wait to be written.
  [[nodiscard]] std::size_t unsent(stream_id id) const noexcept;

  /// Forgets the stream. If either side of it was not complete, the peer is told (CANCEL), and
  /// what it still sends is dropped; the connection is as good as before.
  void release(stream_id id) noexcept;

  // Answers. All of these may be asked of any stream that was opened and not released.

  /// The final head, once it is there.
  [[nodiscard]] bool has_head(stream_id id) const noexcept;
  [[nodiscard]] response_head head(stream_id id) const noexcept;
  /// Whether a 100 has come: what waits for it may send its body.
  [[nodiscard]] bool may_continue(stream_id id) const noexcept;
  /// How many informational responses (1xx) have come, and the last of them.
  [[nodiscard]] std::uint32_t informational_count(stream_id id) const noexcept;
  [[nodiscard]] response_head informational(stream_id id) const noexcept;

  /// What has come of the body and was not consumed. Lifetime: until the next call of anything
  /// that is not const.
  [[nodiscard]] std::string_view data(stream_id id) const noexcept;
  /// Takes bytes from the front of `data()`, which lets the peer send as many more.
  void consume(stream_id id, std::size_t bytes);
  /// The same in two steps, without copying: exchanges `data()` for `into`, which is empty, and
  /// gives credit for what was taken when it has been read.
  void take_data(stream_id id, byte_buffer& into) noexcept;
  void give_credit(stream_id id, std::size_t bytes);

  /// Whether the peer has said all of its message; `data()` may still hold the rest of it.
  [[nodiscard]] bool is_complete(stream_id id) const noexcept;
  /// The fields behind the body. Lifetime: until the stream is released.
  [[nodiscard]] fields_view trailers(stream_id id) const noexcept;

  /// Why the stream has failed, if so. What had come of its body before is still there.
  [[nodiscard]] std::error_code error(stream_id id) const noexcept;
  /// Whether the peer certainly has not acted on the request: it may be sent again on another
  /// connection, whatever its method (RFC 9113, section 8.7).
  [[nodiscard]] bool is_unprocessed(stream_id id) const noexcept;
  /// Whether the peer refused the request while others were open: it had no room for one more, and
  /// takes it once `can_open()`.
  [[nodiscard]] bool is_crowded_out(stream_id id) const noexcept;
  /// The code of the peer's RST_STREAM or, for a connection that was given up, GOAWAY.
  [[nodiscard]] std::uint32_t peer_code(stream_id id) const noexcept;

  // The connection.

  /// Takes what was read.
  ///
  /// Errors: errc::connection_error, errc::flooded, and the same again from then on: the
  /// connection is lost.
  [[nodiscard]] std::error_code receive(std::string_view bytes);

  /// The peer will send no more. Streams that were not complete fail.
  void end_of_input();

  /// What made the connection useless, if something has.
  [[nodiscard]] std::error_code error() const noexcept;

  /// Whether there is something to write. Costs no more than asking.
  [[nodiscard]] bool has_output() const noexcept;
  /// Appends what is to be written to `out`, and stops when that holds `enough` bytes or more.
  /// Errors: as `receive()`.
  [[nodiscard]] std::error_code write(byte_buffer& out, std::size_t enough = 65536);

  /// Asks the peer for a sign of life.
  void send_ping();
  /// How many of the PINGs that were sent have not been answered.
  [[nodiscard]] std::uint32_t unanswered_pings() const noexcept;

  /// Tells the peer that no more streams will come. What is open goes on.
  void send_goaway();

  /// The next stream about which there is news since it was named here last; one that was
  /// released is not named. Nothing, if there is none.
  [[nodiscard]] std::optional<stream_id> next_changed() noexcept;

  /// Streams that the peer allows, as far as it has said so.
  [[nodiscard]] std::uint32_t peer_max_streams() const noexcept;

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::proto::http2
