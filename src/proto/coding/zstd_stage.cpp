// SPDX-License-Identifier: MIT
#include <new>

#include <zstd.h>
#include <zstd_errors.h>

#include "proto/coding/decoding_stage.hpp"

namespace leat::proto::detail {
namespace {

// RFC 9659, section 3: no window of more than 8 MiB.
constexpr int largest_window_log = 23;

class zstd_stage final : public decoding_stage {
 public:
  zstd_stage() : state_(::ZSTD_createDStream()) {
    if (state_ == nullptr) throw std::bad_alloc();
    ::ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, largest_window_log);
  }
  ~zstd_stage() override { ::ZSTD_freeDStream(state_); }

  std::size_t step(std::string_view& input, std::span<char> out) override {
    // At the end of a frame there is nothing to flush, and a call would begin another.
    if (is_at_end_ && input.empty()) return 0;
    if (is_at_start_ && !input.empty()) {
      is_at_start_ = false;
      if (!may_begin_frame(input.front())) {
        is_corrupt_ = true;
        return 0;
      }
    }
    ZSTD_inBuffer from{input.data(), input.size(), 0};
    ZSTD_outBuffer into{out.data(), out.size(), 0};
    const std::size_t result = ::ZSTD_decompressStream(state_, &into, &from);
    if (::ZSTD_isError(result) != 0) {
      if (::ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
      is_corrupt_ = true;
      return 0;
    }
    input.remove_prefix(from.pos);
    is_at_end_ = result == 0;
    if (is_at_end_) is_at_start_ = true;
    return into.pos;
  }
  bool is_complete() const noexcept override { return is_at_end_; }

 private:
  /// RFC 8878, sections 3.1.1 and 3.1.2: data, or something to skip. The library also reads what
  /// was written before there was a standard; those decoders are no longer looked after.
  static bool may_begin_frame(char first) noexcept {
    return first == '\x28' || (first >= '\x50' && first <= '\x5F');
  }

  ZSTD_DStream* state_;
  bool is_at_start_ = true;
  bool is_at_end_ = false;
};

}  // namespace

std::unique_ptr<decoding_stage> make_zstd_stage() {
  return std::make_unique<zstd_stage>();
}

}  // namespace leat::proto::detail
