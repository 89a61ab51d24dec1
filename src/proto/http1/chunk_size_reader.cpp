// SPDX-License-Identifier: MIT
#include "leat/proto/http1/chunk_size_reader.hpp"

#include <limits>

#include "leat/proto/fields/ascii.hpp"

#include "proto/fields/characters.hpp"

namespace leat::proto::http1 {
namespace {

constexpr std::uint64_t max_size = std::numeric_limits<std::int64_t>::max();

/// The value of a hexadecimal digit, or 16.
constexpr unsigned digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return 16;
}

}  // namespace

chunk_size_reader::status chunk_size_reader::feed(std::string_view& input) noexcept {
  while (status_ == status::need_more && !input.empty()) {
    const char c = input.front();
    input.remove_prefix(1);
    step(c);
  }
  return status_;
}

std::error_code chunk_size_reader::error() const noexcept {
  return status_ == status::failed ? make_error_code(error_) : std::error_code();
}

void chunk_size_reader::step(char c) noexcept {
  if (position_ == position::line_feed) {
    if (c != '\n') return fail(errc::bad_chunk);
    status_ = status::done;
    return;
  }
  if (c == '\r' && position_ != position::first_digit && position_ != position::before_extension) {
    position_ = position::line_feed;
    return;
  }
  if (bytes_left_ == 0) return fail(errc::chunk_line_too_long);
  --bytes_left_;

  switch (position_) {
    case position::first_digit:
    case position::digits: return step_in_size(c);

    // Blanks may precede the semicolon, although no sender should write them (RFC 9112,
    // section 7.1.1), but they may not end the line.
    case position::before_extension:
      if (c == ';') {
        position_ = position::extension;
        ++extension_bytes_;
      } else if (!is_blank(c)) {
        fail(errc::bad_chunk);
      }
      return;

    // A bare line feed must not end the line: a peer in front of us may not agree that it does,
    // and the two would see different messages.
    case position::extension:
      if (is_control(c)) return fail(errc::bad_chunk);
      ++extension_bytes_;
      return;

    case position::line_feed: return;
  }
}

void chunk_size_reader::step_in_size(char c) noexcept {
  const unsigned digit = digit_value(c);
  if (digit < 16) {
    if (size_ > (max_size >> 4)) return fail(errc::bad_chunk);
    size_ = size_ << 4 | digit;
    position_ = position::digits;
    return;
  }
  if (position_ == position::first_digit) return fail(errc::bad_chunk);
  if (c == ';') {
    position_ = position::extension;
    ++extension_bytes_;
  } else if (is_blank(c)) {
    position_ = position::before_extension;
  } else {
    fail(errc::bad_chunk);
  }
}

void chunk_size_reader::fail(errc why) noexcept {
  error_ = why;
  status_ = status::failed;
}

}  // namespace leat::proto::http1
