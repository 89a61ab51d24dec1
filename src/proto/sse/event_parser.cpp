// SPDX-License-Identifier: MIT
#include "leat/proto/sse/event_parser.hpp"

#include <algorithm>
#include <utility>

#include "leat/base/utf8.hpp"

namespace leat::proto::sse {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// How many bytes at the front of malformed `text` one U+FFFD stands for: the longest beginning
/// of a sequence that could have become a good one (Encoding, section 4.1).
std::size_t malformed_size(std::string_view text) noexcept {
  const auto byte_at = [text](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const auto is_within = [](unsigned byte, unsigned low, unsigned high) {
    return byte >= low && byte <= high;
  };
  const unsigned lead = byte_at(0);
  if (!is_within(lead, 0xE0, 0xF4)) return 1;
  // The second byte is the only one with a range of its own (RFC 3629, section 4).
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_within(byte_at(1), low, high)) return 1;
  return lead >= 0xF0 && is_within(byte_at(2), 0x80, 0xBF) ? 3 : 2;
}

void append_as_utf8(std::string& to, std::string_view from) {
  if (is_utf8(from)) {
    to += from;
    return;
  }
  while (!from.empty()) {
    std::size_t size = utf8_sequence_size(from);
    if (size != 0) {
      to += from.substr(0, size);
    } else {
      size = malformed_size(from);
      to += replacement;
    }
    from.remove_prefix(size);
  }
}

bool is_line_end(char c) noexcept {
  return c == '\n' || c == '\r';
}

}  // namespace

event_parser::event_parser(limits allowed, std::string last_event_id)
    : limits_(allowed), id_(last_event_id), last_event_id_(std::move(last_event_id)) {}

void event_parser::restart() noexcept {
  line_.clear();
  type_.clear();
  data_.clear();
  id_ = last_event_id_;
  error_.clear();
  is_at_begin_ = true;
  skips_line_feed_ = false;
}

event event_parser::next(std::string_view& input) {
  while (!error_) {
    if (skips_line_feed_ && !input.empty()) {
      skips_line_feed_ = false;
      if (input.front() == '\n') input.remove_prefix(1);
    }
    if (input.empty()) return {};
    const auto end =
        static_cast<std::size_t>(std::ranges::find_if(input, is_line_end) - input.begin());
    if (end > limits_.max_line_bytes - line_.size()) return fail(errc::line_too_long);
    if (end == input.size()) {
      line_ += input;
      input = {};
      return {};
    }
    std::string_view line = input.substr(0, end);
    if (!line_.empty()) line = line_ += line;
    skips_line_feed_ = input[end] == '\r';
    input.remove_prefix(end + 1);
    if (std::exchange(is_at_begin_, false) && line.starts_with(byte_order_mark)) {
      line.remove_prefix(byte_order_mark.size());
    }
    const event found = take_line(line);
    line_.clear();
    if (found.kind != event_kind::need_more) return found;
  }
  return {.kind = event_kind::failed, .error = error_};
}

event event_parser::take_line(std::string_view line) {
  if (line.empty()) return finish_event();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return take_field(line, {});
  std::string_view value = line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  return take_field(line.substr(0, colon), value);  // a comment has no name
}

event event_parser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    append_as_utf8(data_, value);
    data_ += '\n';
    return check_event();
  }
  if (name == "event") {
    type_.clear();
    append_as_utf8(type_, value);
    return check_event();
  }
  if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_.clear();
    append_as_utf8(id_, value);
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (name == "retry" && !value.empty() && std::ranges::all_of(value, is_digit)) {
    constexpr std::int64_t most = 1'000'000'000'000;  // 31 years; more is no more than that
    std::int64_t time = 0;
    for (const char digit : value) time = std::min(time * 10 + (digit - '0'), most);
    return {.kind = event_kind::retry, .retry = std::chrono::milliseconds(time)};
  }
  return {};
}

event event_parser::finish_event() {
  last_event_id_ = id_;
  if (data_.empty()) {
    type_.clear();
    return {};
  }
  data_.pop_back();
  std::swap(told_data_, data_);
  std::swap(told_type_, type_);
  data_.clear();
  type_.clear();
  return {.kind = event_kind::message,
          .type = told_type_.empty() ? std::string_view("message") : told_type_,
          .data = told_data_};
}

event event_parser::check_event() noexcept {
  const std::size_t data_bytes = data_.empty() ? 0 : data_.size() - 1;
  if (data_bytes + type_.size() <= limits_.max_event_bytes) return {};
  return fail(errc::event_too_long);
}

event event_parser::fail(errc why) noexcept {
  error_ = why;
  return {.kind = event_kind::failed, .error = error_};
}

}  // namespace leat::proto::sse
