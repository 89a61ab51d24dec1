// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "leat/model/writer.hpp"

namespace leat::model {

/// Appends JSON to a string, through a small buffer: most pieces are a few bytes, for which
/// `std::string::append` is mostly bookkeeping.
class json_writer final : public writer {
 public:
  /// Lifetime: `out` must outlive the writer.
  explicit json_writer(std::string& out) noexcept : out_(out) {}

  /// Moves what is buffered to the string. Nothing may be written afterwards.
  void finish() { flush(); }

  void null() override;
  void boolean(bool value) override;
  void integer(std::int64_t value) override;
  void unsigned_integer(std::uint64_t value) override;
  void number(double value) override;
  void string(std::string_view value) override;
  void json(const json_text& value) override;

  void begin_array() override { begin('['); }
  void end_array() override { end(']'); }
  void begin_object() override { begin('{'); }
  void key(std::string_view name) override;
  void member_key(std::string_view name) override;
  void end_object() override { end('}'); }

 private:
  /// Makes sure that `size` bytes fit; `size` is far below the size of the buffer.
  void reserve(std::size_t size) {
    if (buffer_.size() - used_ < size) flush();
  }
  void flush();
  void put(char c) noexcept { buffer_[used_++] = c; }
  void put(std::string_view text);
  std::size_t put_plain(std::string_view text);
  void put_string(std::string_view text);
  void put_escape(unsigned char c);
  template <class Number>
  void put_number(Number value);

  /// Separates a value, or a key, from what stands before it.
  void separate() {
    reserve(2);
    if (needs_comma_) put(',');
    needs_comma_ = true;
  }
  void begin(char bracket);
  void end(char bracket);

  std::string& out_;
  std::string_view key_;  // the last one, for messages
  std::size_t used_ = 0;
  bool needs_comma_ = false;
  std::array<char, 1024> buffer_;
};

}  // namespace leat::model
