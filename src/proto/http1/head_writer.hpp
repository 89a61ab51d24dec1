// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http1/detail/outgoing_facts.hpp"

namespace leat::proto::http1::detail {

/// Checks the fields of an outgoing head and gathers what they say into `facts`. This is where
/// an injected line is refused.
///
/// Errors: fields_errc; errc::invalid_framing for a framing field that is malformed or repeated.
[[nodiscard]] std::error_code inspect_all(fields_view fields, std::span<const field> more,
                                          outgoing_facts& facts) noexcept;

/// The same. Responses of a server often have no field but those that it adds by itself.
[[nodiscard]] inline std::error_code inspect(fields_view fields, std::span<const field> more,
                                             outgoing_facts& facts) noexcept {
  if (fields.is_empty() && more.empty()) return {};
  return inspect_all(fields, more, facts);
}

/// Writes lines into room that was made for all of them before.
class line_writer {
 public:
  line_writer(byte_buffer& out, std::size_t at_most)
      : out_(out), begin_(reinterpret_cast<char*>(out.prepare(at_most).data())), at_(begin_) {}
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;
  ~line_writer() { out_.commit(static_cast<std::size_t>(at_ - begin_)); }

  void put(std::string_view text) noexcept {
    if (text.empty()) return;
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  /// A literal: as its size is known, the copy is a few moves.
  template <std::size_t Size>
  void put(const char (&text)[Size]) noexcept {
    std::memcpy(at_, text, Size - 1);
    at_ += Size - 1;
  }
  void put_status(int status) noexcept;
  void put_number(std::uint64_t number) noexcept;
  void put_field(std::string_view name, std::string_view value) noexcept;
  void put_fields(fields_view fields) noexcept;
  void put_fields(std::span<const field> fields) noexcept;

 private:
  byte_buffer& out_;
  char* begin_;
  char* at_;
};

/// More than any line that the machines add by themselves to a head needs: Content-Length,
/// Transfer-Encoding and Connection together take under 90 bytes.
inline constexpr std::size_t own_lines_bytes = 128;

}  // namespace leat::proto::http1::detail
