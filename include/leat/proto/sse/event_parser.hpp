// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/chrono.hpp"
#include "leat/proto/sse/error.hpp"

/// Server-sent events: the text/event-stream format (HTML, section 9.2).
namespace leat::proto::sse {

/// What a stream may make us keep.
struct limits {
  /// Of a line, without its end. Lines of data are whole documents as a rule, and some of those
  /// carry pictures in Base64.
  std::size_t max_line_bytes = std::size_t{1} << 20;
  /// Of an event: its type and its data together.
  std::size_t max_event_bytes = std::size_t{4} << 20;
};

enum class event_kind : std::uint8_t {
  need_more,
  message,  ///< An event: `type` and `data`; `event_parser::last_event_id()` is the id.
  retry,    ///< The server says how long to wait before the next connection.
  failed,   ///< A limit was passed: `error`. Nothing more is read.
};

struct event {
  event_kind kind = event_kind::need_more;
  std::string_view type = {};  ///< `message` unless the server said another.
  std::string_view data = {};
  std::chrono::milliseconds retry{};
  std::error_code error = {};
};

/// Reads a stream of events (HTML, section 9.2.6). Every stream of bytes is one: unknown fields
/// and comments are skipped, and bytes that are no UTF-8 become U+FFFD, as a browser does it.
///
///     std::string_view input = what_came;
///     for (auto found = parser.next(input); found.kind != sse::event_kind::need_more;
///          found = parser.next(input)) { ... }
///
/// An event is told with the end of the blank line behind it, be that end a lone CR that was the
/// last byte received. One that the stream leaves unfinished is never told.
///
/// Thread-safety: none.
class event_parser {
 public:
  /// `last_event_id` is what an earlier stream of the same source ended with.
  explicit event_parser(limits allowed = {}, std::string last_event_id = {});

  /// Takes what it can use from the front of `input`, and tells what it found. With `need_more`
  /// all of `input` was taken.
  /// Lifetime: the views are valid until the next call.
  event next(std::string_view& input);

  /// Begins with a new stream and drops what the last one left unfinished. The last event id
  /// stays, for events that bring none.
  void restart() noexcept;

  /// The id of the event told last, or of an earlier one if it had none: what to send as
  /// Last-Event-ID. Has no CR, LF or NUL; empty if there was no id.
  [[nodiscard]] const std::string& last_event_id() const noexcept { return last_event_id_; }

 private:
  event take_line(std::string_view line);
  event take_field(std::string_view name, std::string_view value);
  event finish_event();
  event check_event() noexcept;
  event fail(errc why) noexcept;

  limits limits_;
  std::string line_;  // what has come of an unfinished one
  std::string type_;
  std::string data_;  // each line of it with a line feed behind it
  std::string id_;    // becomes the last event id with the next blank line
  std::string last_event_id_;
  std::string told_type_;
  std::string told_data_;
  std::error_code error_;
  bool is_at_begin_ = true;
  bool skips_line_feed_ = false;  // the line before ended with a CR
};

}  // namespace leat::proto::sse
