// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "leat/proto/coding/coding.hpp"

namespace leat::proto::detail {

/// One coding that is taken off: a library's decoder, and the piece of output that it makes.
class decoding_stage {
 public:
  decoding_stage() = default;
  decoding_stage(const decoding_stage&) = delete;
  decoding_stage& operator=(const decoding_stage&) = delete;
  virtual ~decoding_stage() = default;

  /// Takes from the front of `input` and writes to `out`. Neither is moved when more input is
  /// needed first, or at an end. Returns how much was written; nothing of it counts if the input
  /// is corrupt, which `is_corrupt_` then says.
  [[nodiscard]] virtual std::size_t step(std::string_view& input, std::span<char> out) = 0;
  /// Whether the input may end here.
  [[nodiscard]] virtual bool is_complete() const noexcept = 0;

  [[nodiscard]] bool is_corrupt() const noexcept { return is_corrupt_; }

  std::string_view input;      // what the stage outside of this one has given and is not used
  std::uint64_t produced = 0;  // in all
  // As large as the pieces that a client reads.
  std::array<char, 16384> output;

 protected:
  bool is_corrupt_ = false;
};

[[nodiscard]] std::unique_ptr<decoding_stage> make_gzip_stage();
[[nodiscard]] std::unique_ptr<decoding_stage> make_deflate_stage();
[[nodiscard]] std::unique_ptr<decoding_stage> make_brotli_stage();
[[nodiscard]] std::unique_ptr<decoding_stage> make_zstd_stage();

}  // namespace leat::proto::detail
