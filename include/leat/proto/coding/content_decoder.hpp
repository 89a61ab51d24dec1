// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

#include "leat/base/memory.hpp"

namespace leat::proto {

/// How much a decoder gives at most for what it is given. The defaults refuse the usual bombs
/// and no usual content (docs/adr/0023).
struct decoder_limits {
  decoder_limits() noexcept = default;

  /// Of each coding, in bytes. Unlimited unless set: only the program knows.
  std::uint64_t max_output = std::numeric_limits<std::uint64_t>::max();
  /// How many bytes may come out of one that goes in. Text and logs reach 10 to 100; zeros reach
  /// 1,000 in gzip and 100,000 in br.
  std::uint64_t max_ratio = 256;
  /// Below this output the ratio does not matter: what is harmless is let through.
  std::uint64_t ratio_from = std::uint64_t{8} << 20;
};

/// What to do about a coding that we do not have.
enum class unknown_coding : std::uint8_t {
  leave,   ///< Nothing is decoded: the content is as the Content-Encoding field says.
  refuse,  ///< `coding_errc::unknown_coding`.
};

namespace detail {
class decoding_stage;
}

/// Takes off the codings of a message's content, in whatever pieces it comes, and holds a piece
/// of it at a time, however much comes out.
///
///     content_decoder decoder;
///     if (auto refused = decoder.start(fields.joined("content-encoding"))) ...
///     for (each piece of input, then finish()) {
///       decoder.feed(piece);
///       for (;;) {
///         std::string_view out;
///         if (auto wrong = decoder.read(out)) ...
///         if (out.empty()) break;
///         use(out);
///       }
///     }
///
/// An empty input is an empty content in any coding, as servers have it that answer nothing.
/// Several gzip members or zstd frames in a row are one content; anything else behind an end is
/// `corrupt`.
///
/// Thread-safety: none.
class content_decoder {
 public:
  content_decoder() noexcept;
  content_decoder(content_decoder&&) noexcept;
  content_decoder& operator=(content_decoder&&) noexcept;
  ~content_decoder();

  /// Begins a content that has the codings of a Content-Encoding field's value; they were applied
  /// in their order, so the last is taken off first. `identity` and empty elements say nothing.
  /// Errors: `unknown_coding`, if that is refused; `too_many_codings`.
  [[nodiscard]] std::error_code start(std::string_view content_encoding, decoder_limits limits = {},
                                      unknown_coding unknown = unknown_coding::leave);

  /// Whether there is nothing to take off: the input is the output.
  [[nodiscard]] bool is_identity() const noexcept;

  /// The next piece of input. Only after `read()` has returned nothing.
  /// Lifetime: `input` stays until `read()` returns nothing.
  void feed(std::string_view input) noexcept;
  /// Says that there is no more input.
  void finish() noexcept { is_finished_ = true; }

  /// The next piece of output; empty if there is none before more input comes, and at the end.
  /// An error stays: all later calls return it.
  /// Errors: `corrupt`, `truncated`, `output_too_long`, `ratio_too_high`.
  /// Lifetime: the piece is valid until the next call.
  [[nodiscard]] std::error_code read(std::string_view& piece);

 private:
  [[nodiscard]] std::error_code pull(std::size_t stage, std::string_view& piece);
  [[nodiscard]] std::error_code check_limits(std::uint64_t produced) const noexcept;

  std::vector<std::unique_ptr<detail::decoding_stage>> stages_;  // outermost coding first
  std::string_view input_;
  std::uint64_t input_size_ = 0;
  decoder_limits limits_;
  bool is_finished_ = false;
  std::error_code failure_;
};

}  // namespace leat::proto
