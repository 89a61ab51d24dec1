// SPDX-License-Identifier: MIT
#include "model/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "leat/base/utf8.hpp"
#include "leat/model/error.hpp"
#include "leat/model/json.hpp"

namespace leat::model {
namespace {

constexpr std::uint64_t every_byte(std::uint64_t byte) noexcept {
  return byte * 0x0101010101010101U;
}

/// Not zero if any of eight bytes cannot stand in a JSON string as it is: a control character,
/// a quotation mark, a backslash, or part of a character beyond ASCII.
constexpr std::uint64_t special_bytes(std::uint64_t word) noexcept {
  const std::uint64_t quotes = word ^ every_byte('"');
  const std::uint64_t slashes = word ^ every_byte('\\');
  const std::uint64_t marks =
      (word - every_byte(0x20)) | (quotes - every_byte(1)) | (slashes - every_byte(1)) | word;
  return marks & every_byte(0x80);
}

constexpr bool is_special(unsigned char c) noexcept {
  return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
}

std::string member_named(std::string_view key) {
  return key.empty() ? "" : ", at or near member \"" + std::string(key) + "\"";
}

}  // namespace

void json_writer::flush() {
  out_.append(buffer_.data(), used_);
  used_ = 0;
}

void json_writer::put(std::string_view text) {
  if (text.size() > buffer_.size() - used_) {
    flush();
    if (text.size() >= buffer_.size()) {
      out_.append(text);
      return;
    }
  }
  std::memcpy(buffer_.data() + used_, text.data(), text.size());
  used_ += text.size();
}

void json_writer::put_escape(unsigned char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  reserve(6);
  put('\\');
  switch (c) {
    case '"':
    case '\\': put(static_cast<char>(c)); return;
    case '\b': put('b'); return;
    case '\f': put('f'); return;
    case '\n': put('n'); return;
    case '\r': put('r'); return;
    case '\t': put('t'); return;
    default: break;
  }
  put("u00");
  put(digits[c >> 4]);
  put(digits[c & 0xF]);
}

/// Puts what needs no attention from the front of `text`, as far as the buffer reaches, and
/// returns how much that is.
std::size_t json_writer::put_plain(std::string_view text) {
  const std::size_t size = std::min(text.size(), buffer_.size() - used_);
  char* const to = buffer_.data() + used_;
  std::size_t done = 0;
  while (size - done >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + done, sizeof word);
    if (special_bytes(word) != 0) break;
    std::memcpy(to + done, &word, sizeof word);
    done += sizeof word;
  }
  while (done < size && !is_special(static_cast<unsigned char>(text[done]))) {
    to[done] = text[done];
    ++done;
  }
  used_ += done;
  return done;
}

void json_writer::put_string(std::string_view text) {
  reserve(1);
  put('"');
  for (;;) {
    text.remove_prefix(put_plain(text));
    if (text.empty()) break;

    const auto next = static_cast<unsigned char>(text.front());
    if (!is_special(next)) {
      flush();  // the buffer is full
      continue;
    }
    std::size_t used = 1;
    if (next < 0x80) {
      put_escape(next);
    } else {
      used = utf8_sequence_size(text);
      if (used == 0) {
        throw write_error("cannot write JSON: text that is not UTF-8" + member_named(key_));
      }
      put(text.substr(0, used));
    }
    text.remove_prefix(used);
  }
  reserve(1);
  put('"');
}

template <class Number>
void json_writer::put_number(Number value) {
  constexpr std::size_t longest = 32;  // the shortest form of a double has 24 at most
  separate();
  reserve(longest);
  char* const begin = buffer_.data() + used_;
  used_ += static_cast<std::size_t>(std::to_chars(begin, begin + longest, value).ptr - begin);
}

void json_writer::begin(char bracket) {
  separate();
  put(bracket);
  needs_comma_ = false;
}

void json_writer::end(char bracket) {
  reserve(1);
  put(bracket);
  needs_comma_ = true;
}

void json_writer::key(std::string_view name) {
  key_ = name;
  separate();
  put_string(name);
  reserve(1);
  put(':');
  needs_comma_ = false;
}

void json_writer::member_key(std::string_view name) {
  key_ = name;
  separate();
  put('"');
  put(name);
  reserve(2);
  put('"');
  put(':');
  needs_comma_ = false;
}

void json_writer::null() {
  separate();
  put("null");
}

void json_writer::boolean(bool value) {
  separate();
  put(value ? std::string_view("true") : std::string_view("false"));
}

void json_writer::integer(std::int64_t value) {
  put_number(value);
}

void json_writer::unsigned_integer(std::uint64_t value) {
  put_number(value);
}

void json_writer::number(double value) {
  if (!std::isfinite(value)) {
    throw write_error("cannot write JSON: a number that is not finite" + member_named(key_));
  }
  put_number(value);
}

void json_writer::string(std::string_view value) {
  separate();
  put_string(value);
}

void json_writer::json(const json_text& value) {
  separate();
  put(value.view());
}

void detail::write_json(std::string& out, function_ref<void(writer&)> write) {
  const std::size_t size = out.size();
  try {
    json_writer to(out);
    write(to);
    to.finish();
  } catch (...) {
    out.resize(size);
    throw;
  }
}

}  // namespace leat::model
