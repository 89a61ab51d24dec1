// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <system_error>

#include "leat/base/byte_buffer.hpp"
#include "leat/proto/fields/fields.hpp"
#include "leat/proto/http1/detail/body_reader.hpp"
#include "leat/proto/http1/error.hpp"

namespace leat::proto::http1::detail {

/// Frames a body that is sent and holds the program to what its head declared.
class body_writer {
 public:
  void start(framing how, std::uint64_t size) noexcept {
    how_ = how;
    remaining_ = how == framing::sized ? size : 0;
    in_data_ = false;
  }

  [[nodiscard]] framing how() const noexcept { return how_; }
  /// Returns why not, or no error.
  [[nodiscard]] errc begin(byte_buffer& out, std::uint64_t size);
  void finish(byte_buffer& out);
  [[nodiscard]] std::error_code end(byte_buffer& out, fields_view trailers);

 private:
  std::uint64_t remaining_ = 0;
  framing how_ = framing::none;
  bool in_data_ = false;
};

}  // namespace leat::proto::http1::detail
