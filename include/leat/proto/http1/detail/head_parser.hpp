// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http1/error.hpp"
#include "leat/proto/http1/events.hpp"
#include "leat/proto/http1/limits.hpp"

namespace leat::proto::http1::detail {

/// What the fields of a head say about its body and its connection, gathered while they are
/// read, so that no field is looked up afterwards.
struct head_facts {
  std::uint64_t content_length = 0;
  bool has_content_length = false;
  bool is_chunked = false;
  bool has_host = false;
  bool has_upgrade = false;
  bool connection_close = false;
  bool connection_keep_alive = false;
  bool connection_upgrade = false;
  bool expects_continue = false;
};

/// Reads a head, or the trailers behind a chunked body, from a buffer that grows until it is
/// there. Nothing is consumed meanwhile; each byte is looked at once, however it arrives.
///
/// The input must start at the same byte in every call until `done`; it may lie elsewhere.
class head_parser {
 public:
  enum class kind : std::uint8_t { request, response, trailers };
  enum class status : std::uint8_t { need_more, done, failed };

  /// Forgets the head before. Slices of a head are kept while its trailers are read.
  void start(kind what) noexcept;

  /// Errors: `failed`, see `error()`. Throws nothing but std::bad_alloc.
  status parse(std::string_view input, const limits& limits);

  /// The bytes from the start of the input to behind the empty line, once `done`.
  [[nodiscard]] std::uint32_t size() const noexcept { return line_begin_; }
  [[nodiscard]] errc error() const noexcept { return error_; }

  /// Where the start line begins: behind the empty line that was skipped, if any.
  [[nodiscard]] std::uint32_t begin() const noexcept { return begin_; }

  [[nodiscard]] const head_facts& facts() const noexcept { return facts_; }
  [[nodiscard]] version http_version() const noexcept { return version_; }
  [[nodiscard]] int status_code() const noexcept { return status_code_; }
  [[nodiscard]] std::string_view method() const noexcept { return {text_ + begin_, first_size_}; }
  [[nodiscard]] std::string_view target() const noexcept {
    return {text_ + begin_ + first_size_ + 1, second_size_};
  }
  [[nodiscard]] std::string_view reason() const noexcept {
    return {text_ + begin_ + first_size_, second_size_};
  }
  [[nodiscard]] fields_view fields() const noexcept;
  [[nodiscard]] fields_view trailers() const noexcept;

  /// Gives back the memory for slices, unless any byte of a head has been looked at.
  void release_memory() noexcept;

 private:
  [[nodiscard]] std::uint32_t first_limit(const limits& limits) const noexcept;
  [[nodiscard]] errc why_too_long(const limits& limits) const noexcept;
  /// `method_end` is not behind the first character that no method may have.
  bool take_start_line(std::string_view line, const char* method_end) noexcept;
  bool take_request_line(std::string_view line, const char* method_end) noexcept;
  bool take_status_line(std::string_view line) noexcept;

  /// Takes the lines from `line_begin_` on that are complete and plain: a start line of printable
  /// ASCII, then fields, each a name of letters and hyphens, a colon, at most one space, printable
  /// ASCII, CR LF, all within the limits. Nearly all are. The others are left to the loop in
  /// `parse()`, which knows what is wrong with them; for these here it would need twice the time.
  bool take_plain_lines(const char* base, const char* end, const limits& limits);

  bool take_field_line(const char* section, const char* line, const char* line_end,
                       const limits& limits);
  bool take_field(std::vector<field_slice>& into, const char* section, const char* name,
                  const char* name_end, const char* value, const char* value_end);
  [[nodiscard]] std::vector<field_slice>& taken_fields() noexcept {
    return kind_ == kind::trailers ? trailer_slices_ : slices_;
  }
  bool take_known_field(std::string_view name, std::string_view value) noexcept;
  bool take_content_length(std::string_view value) noexcept;
  bool take_transfer_encoding(std::string_view value) noexcept;
  bool take_connection(std::string_view value) noexcept;
  bool take_host(std::string_view value) noexcept;
  bool finish(const char* base) noexcept;
  bool check_framing() noexcept;
  bool fail(errc why) noexcept;

  std::vector<field_slice> slices_;  // of the head
  // Apart from those, because a view of the head's fields is valid until the next head.
  std::vector<field_slice> trailer_slices_;
  const char* text_ = nullptr;  // where the head, and the trailers, were once complete
  const char* trailer_text_ = nullptr;
  head_facts facts_;
  std::uint32_t begin_ = 0;          // of the start line, which an empty line may precede
  std::uint32_t line_begin_ = 0;     // of the line that is being read
  std::uint32_t scanned_ = 0;        // up to here no byte ends or spoils that line
  std::uint32_t section_begin_ = 0;  // of the fields that are being read
  std::uint32_t fields_begin_ = 0;   // of the fields of the head
  std::uint32_t fields_size_ = 0;
  std::uint32_t trailers_size_ = 0;
  std::uint32_t first_size_ = 0;   // of the method, or of all that precedes the reason
  std::uint32_t second_size_ = 0;  // of the target or the reason
  errc error_{};
  std::int16_t status_code_ = 0;
  version version_ = version::http_1_1;
  kind kind_ = kind::request;
  bool in_fields_ = false;
};

}  // namespace leat::proto::http1::detail
