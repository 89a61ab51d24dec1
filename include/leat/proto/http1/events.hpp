// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http1/error.hpp"

namespace leat::proto::http1 {

class ready_fields;

enum class version : std::uint8_t { http_1_0, http_1_1 };

/// What a machine found at the front of its input.
enum class event_kind : std::uint8_t {
  need_more,      ///< Nothing more can be told until more bytes come. Read, then ask again.
  head,           ///< A request or final response began; see `head()` of the machine.
  informational,  ///< Clients only: a 1xx response; see `head()`. The final one follows.
  data,           ///< A part of the body is in `event::data`.
  end,            ///< The message is complete; see `trailers()`.
  paused,         ///< The message is complete and told. What is left in the input belongs to the
                  ///< next one: ask again after `start_next_cycle()`.
  switched,       ///< The connection no longer speaks HTTP; what is left in the input is the
                  ///< driver's.
  closed,         ///< The peer closed the connection between two messages.
  failed,         ///< The peer broke the protocol or a limit: `event::error`. Nothing more can be
                  ///< read; every later call says the same.
};

/// One step of reading.
struct event {
  event_kind kind = event_kind::need_more;
  std::string_view data = {};  ///< `data` only. Lifetime: a part of the input. Never empty.
  errc error = {};             ///< `failed` only.
};

/// The head of a request as it was read.
///
/// Lifetime: refers to the machine and to the input from which it was read. Valid until the
/// driver changes that memory (reads into the buffer, moves or frees it) or calls
/// `start_next_cycle()`. `proto::fields(head.fields)` makes a copy to keep.
struct request_head {
  std::string_view method;
  std::string_view target;  ///< As it was sent, in any of the four forms; never empty.
  version http_version = version::http_1_1;
  fields_view fields;
};

/// The head of a response as it was read. Lifetime: as `request_head`.
struct response_head {
  int status = 0;           ///< 100 to 999; above 599 invalid.
  std::string_view reason;  ///< May be empty. Untrusted.
  version http_version = version::http_1_1;
  fields_view fields;
};

/// How long the body of a message that is sent will be, which decides its framing.
class body_size {
 public:
  /// There is no body. A response says so with `Content-Length: 0`, and so does a request whose
  /// method is POST, PUT or PATCH (RFC 9110, section 8.6).
  static constexpr body_size none() noexcept { return {kind::none, 0}; }

  /// `bytes` bytes follow; the machine sees to it that it is neither more nor less.
  static constexpr body_size exactly(std::uint64_t bytes) noexcept {
    return {kind::exactly, bytes};
  }

  /// The length is not known yet: the body is sent in chunks; to a client that speaks HTTP/1.0
  /// until the connection is closed. A Content-Length among the fields makes it `exactly`.
  static constexpr body_size unknown() noexcept { return {kind::unknown, 0}; }

  [[nodiscard]] constexpr bool is_none() const noexcept { return kind_ == kind::none; }
  [[nodiscard]] constexpr bool is_unknown() const noexcept { return kind_ == kind::unknown; }
  [[nodiscard]] constexpr std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  enum class kind : std::uint8_t { none, exactly, unknown };
  constexpr body_size(kind k, std::uint64_t bytes) noexcept : bytes_(bytes), kind_(k) {}

  std::uint64_t bytes_;
  kind kind_;
};

/// A request to send. Lifetime: refers to everything it is given, for the call only.
///
/// The machine writes Content-Length, Transfer-Encoding and, where it is needed, `Connection:
/// close` itself. Where the fields have them too, they must say the same as `body`.
struct outgoing_request {
  std::string_view method;
  std::string_view target;  ///< In the form that is to be written; usually `url::target()`.
  fields_view fields = {};  ///< Must hold exactly one Host, here or in `more_fields`.
  std::span<const field> more_fields = {};  ///< Written behind `fields`.
  body_size body = body_size::none();
  const ready_fields* ready = nullptr;  ///< In place of `fields` and `more_fields`, if set.
};

/// A response to send. Lifetime and fields: as `outgoing_request`.
struct outgoing_response {
  int status = 200;
  std::string_view reason = {};  ///< If empty, the usual phrase for the status.
  fields_view fields = {};
  std::span<const field> more_fields = {};  ///< Written behind `fields`.

  /// Whole lines that the program vouches for, each with its CR LF, or empty: written behind
  /// the fields without being looked at. For what is the same in many responses, such as a literal,
  /// or a Date that is made once a second. They say nothing about framing or the connection, and
  /// nothing in them comes from outside.
  std::span<const std::string_view> ready_lines = {};

  /// For an answer to HEAD and for 304, the size of the body that a GET would have had.
  body_size body = body_size::none();
};

/// The phrase that RFC 9110, section 15, and the registry have for a status; empty if none.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace leat::proto::http1
