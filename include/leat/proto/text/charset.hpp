// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat::proto {

/// How text is written as bytes.
enum class charset : std::uint8_t {
  utf_8,
  windows_1252,  ///< Also what is announced as ISO-8859-1 or US-ASCII.
  utf_16,        ///< Its first bytes say which; without a byte order mark, little endian.
  utf_16le,
  utf_16be,
};

/// The charset of that name, in any case: the names that the WHATWG's encoding standard has for
/// these. Like browsers it takes ISO-8859-1 and US-ASCII for windows-1252, because that is what
/// is sent under those names. Nothing for a charset that we do not have.
[[nodiscard]] std::optional<charset> find_charset(std::string_view name) noexcept;

[[nodiscard]] std::string_view name_of(charset value) noexcept;

/// Turns bytes into UTF-8, in pieces that may end anywhere. What is malformed becomes U+FFFD, one
/// for each longest beginning of a sequence (Unicode, section 3.9), so decoding never fails. A
/// byte order mark in front is dropped.
///
/// Thread-safety: none.
class text_decoder {
 public:
  explicit text_decoder(charset from = charset::utf_8) noexcept : charset_(from) {}

  /// Appends to `out` the text of `bytes`; the beginning of a character at their end is kept for
  /// the next call. At most three bytes are added for one that is given.
  void decode(std::string_view bytes, std::string& out);

  /// The bytes are over: the beginning of a character becomes U+FFFD.
  void finish(std::string& out);

 private:
  void decode_utf_8(std::string_view bytes, std::string& out);
  void decode_utf_16(std::string_view bytes, std::string& out);
  void take_utf_16_unit(char16_t unit, std::string& out);

  charset charset_;
  bool is_begun_ = false;       // the place of a byte order mark has been passed
  std::uint8_t held_size_ = 0;  // bytes of a character that is not complete
  std::array<char, 4> held_{};
  char16_t high_surrogate_ = 0;  // waits for its second half
};

/// The text of all of `bytes`.
[[nodiscard]] std::string decode_text(std::string_view bytes, charset from);

/// How many bytes stand before the first one for which decoding has only U+FFFD, for whoever
/// takes no text with holes: the size of `bytes`, if they are well-formed.
[[nodiscard]] std::size_t well_formed_size(std::string_view bytes, charset from) noexcept;

}  // namespace leat::proto
