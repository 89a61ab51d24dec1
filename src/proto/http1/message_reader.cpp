// SPDX-License-Identifier: MIT
#include "leat/proto/http1/detail/message_reader.hpp"

#include "leat/base/assert.hpp"

namespace leat::proto::http1::detail {
message_reader::message_reader(head_parser::kind what, const limits& limits) noexcept
    : kind_(what) {
  set_limits(limits);
  parser_.start(what);
}

void message_reader::set_limits(const limits& from_now_on) noexcept {
  LEAT_ASSERT(from_now_on.max_line_bytes <= most_line_bytes);
  LEAT_ASSERT(from_now_on.max_field_section_bytes <= most_line_bytes);
  limits_ = from_now_on;
}

void message_reader::start() noexcept {
  parser_.start(kind_);
  body_.start(framing::none, 0, limits_);
  has_head_ = in_trailers_ = false;
}

event message_reader::read_head(std::string_view& input) {
  // The head before was an informational one, which could be looked at until now.
  if (has_head_) start();
  switch (parser_.parse(input, limits_)) {
    case head_parser::status::done:
      input.remove_prefix(parser_.size());
      has_head_ = true;
      return {.kind = event_kind::head};
    case head_parser::status::failed: return fail(parser_.error());
    case head_parser::status::need_more: break;
  }
  if (!input_ended_) return {.kind = event_kind::need_more};
  if (input.size() > parser_.begin()) return fail(errc::truncated);
  input = {};
  return {.kind = event_kind::closed};
}

event message_reader::read_rest_of_body(std::string_view& input) {
  if (in_trailers_) return read_trailers(input);

  std::string_view data;
  switch (body_.next(input, data, limits_)) {
    case body_reader::status::data: return {.kind = event_kind::data, .data = data};
    case body_reader::status::end: return {.kind = event_kind::end};
    case body_reader::status::failed: return fail(body_.error());
    case body_reader::status::trailers:
      in_trailers_ = true;
      parser_.start(head_parser::kind::trailers);
      return read_trailers(input);
    case body_reader::status::need_more: break;
  }
  if (!input_ended_) return {.kind = event_kind::need_more};
  if (body_.ends_with_connection()) return {.kind = event_kind::end};
  return fail(errc::truncated);
}

event message_reader::read_trailers(std::string_view& input) {
  switch (parser_.parse(input, limits_)) {
    case head_parser::status::done:
      input.remove_prefix(parser_.size());
      return {.kind = event_kind::end};
    case head_parser::status::failed: return fail(parser_.error());
    case head_parser::status::need_more: break;
  }
  if (input_ended_) return fail(errc::truncated);
  return {.kind = event_kind::need_more};
}

event message_reader::fail(errc why) noexcept {
  if (failure_ == errc{}) failure_ = why;
  return failed();
}

event message_reader::failed() const noexcept {
  return {.kind = event_kind::failed, .error = failure_};
}

std::optional<std::uint64_t> message_reader::body_length() const noexcept {
  switch (body_.how()) {
    case framing::none: return 0;
    case framing::sized: return parser_.facts().content_length;
    case framing::chunked:
    case framing::until_close: break;
  }
  return std::nullopt;
}

}  // namespace leat::proto::http1::detail
