// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "leat/proto/http1/chunk_size_reader.hpp"
#include "leat/proto/http1/error.hpp"
#include "leat/proto/http1/limits.hpp"

namespace leat::proto::http1::detail {

/// Where the end of a body is (RFC 9112, section 6.3).
enum class framing : std::uint8_t { none, sized, chunked, until_close };

/// Cuts a body out of the bytes that follow a head. It stops in front of the trailers, which
/// are read like a head.
class body_reader {
 public:
  enum class status : std::uint8_t { need_more, data, end, trailers, failed };

  /// `size` is the Content-Length of a sized body.
  void start(framing how, std::uint64_t size, const limits& limits) noexcept {
    remaining_ = how == framing::sized ? size : 0;
    total_ = 0;
    line_ = chunk_size_reader(limits.max_chunk_line_bytes);
    extension_bytes_ = 0;
    error_ = {};
    how_ = how;
    position_ = position::chunk_line;
  }

  /// Consumes from the front of `input`. With `data`, `data` is what was consumed last, never
  /// empty; once there are `end`, `trailers` or `failed`, nothing more is consumed.
  status next(std::string_view& input, std::string_view& data, const limits& limits) noexcept;

  /// Takes from the front of `input` all that is to come of a body of known size, if it is there
  /// and within the limits; it is over then. Else consumes nothing.
  bool take_rest(std::string_view& input, std::string_view& data, const limits& limits) noexcept;

  /// Whether the connection's end is the end of this body.
  [[nodiscard]] bool ends_with_connection() const noexcept { return how_ == framing::until_close; }

  [[nodiscard]] framing how() const noexcept { return how_; }

  /// Whether nothing of it is to come, as far as that is known without looking at the input.
  [[nodiscard]] bool is_over() const noexcept {
    return remaining_ == 0 && how_ <= framing::sized && error_ == errc{};
  }

  /// Bytes of a sized body, or of the current chunk, that have not come yet.
  [[nodiscard]] std::uint64_t remaining() const noexcept { return remaining_; }

  [[nodiscard]] errc error() const noexcept { return error_; }

 private:
  enum class position : std::uint8_t { chunk_line, chunk_data, chunk_cr, chunk_lf, trailers };

  status next_in_chunks(std::string_view& input, std::string_view& data,
                        const limits& limits) noexcept;
  status next_until_close(std::string_view& input, std::string_view& data,
                          const limits& limits) noexcept;
  status take(std::string_view& input, std::string_view& data, const limits& limits) noexcept;
  status fail(errc why) noexcept;
  /// How many bytes more the limit allows.
  [[nodiscard]] std::uint64_t allowed(const limits& limits) const noexcept;

  std::uint64_t remaining_ = 0;
  std::uint64_t total_ = 0;  // body bytes told so far
  chunk_size_reader line_{0};
  std::uint32_t extension_bytes_ = 0;
  errc error_{};
  framing how_ = framing::none;
  position position_ = position::chunk_line;
};

}  // namespace leat::proto::http1::detail
