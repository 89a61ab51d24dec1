// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "leat/proto/http1/detail/body_reader.hpp"
#include "leat/proto/http1/detail/head_parser.hpp"
#include "leat/proto/http1/error.hpp"
#include "leat/proto/http1/events.hpp"
#include "leat/proto/http1/limits.hpp"

namespace leat::proto::http1::detail {

/// Reads one message after the other: a head, then, once it was told the framing, the body
/// and its trailers. What the two machines have in common when they read; it knows nothing of
/// the other direction.
class message_reader {
 public:
  message_reader(head_parser::kind what, const limits& limits) noexcept;

  /// Gets ready for another message.
  void start() noexcept;

  /// `head`, `need_more`, `failed`, or `closed` when the input ended in front of the head.
  [[nodiscard]] event read_head(std::string_view& input);

  void start_body(framing how, std::uint64_t size) noexcept { body_.start(how, size, limits_); }

  /// `data`, `end`, `need_more` or `failed`.
  [[nodiscard]] event read_body(std::string_view& input) {
    if (body_.is_over()) return {.kind = event_kind::end};
    return read_rest_of_body(input);
  }

  /// Marks the message as unreadable. The first reason is kept.
  event fail(errc why) noexcept;

  /// The failure, told again.
  [[nodiscard]] event failed() const noexcept;

  /// As `body_reader::take_rest()`.
  bool take_rest_of_body(std::string_view& input, std::string_view& data) noexcept {
    return body_.take_rest(input, data, limits_);
  }

  void end_of_input() noexcept { input_ended_ = true; }
  [[nodiscard]] bool has_input_ended() const noexcept { return input_ended_; }

  [[nodiscard]] const head_parser& head() const noexcept { return parser_; }
  [[nodiscard]] fields_view trailers() const noexcept { return parser_.trailers(); }

  /// As declared by the head; nothing if only the end of the body will tell.
  [[nodiscard]] std::optional<std::uint64_t> body_length() const noexcept;

  /// Before a head begins.
  void set_limits(const limits& from_now_on) noexcept;
  void set_max_body_bytes(std::uint64_t bytes) noexcept { limits_.max_body_bytes = bytes; }
  [[nodiscard]] const limits& bounds() const noexcept { return limits_; }
  void release_memory() noexcept { parser_.release_memory(); }

 private:
  event read_rest_of_body(std::string_view& input);
  event read_trailers(std::string_view& input);

  limits limits_;
  head_parser parser_;
  body_reader body_;
  errc failure_{};
  head_parser::kind kind_;
  bool input_ended_ = false;
  bool has_head_ = false;
  bool in_trailers_ = false;
};

}  // namespace leat::proto::http1::detail
