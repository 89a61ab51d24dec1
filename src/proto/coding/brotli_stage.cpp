// SPDX-License-Identifier: MIT
#include <new>

#include <brotli/decode.h>

#include "proto/coding/decoding_stage.hpp"

namespace leat::proto::detail {
namespace {

class brotli_stage final : public decoding_stage {
 public:
  brotli_stage() : state_(::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    if (state_ == nullptr) throw std::bad_alloc();
  }
  ~brotli_stage() override { ::BrotliDecoderDestroyInstance(state_); }

  std::size_t step(std::string_view& input, std::span<char> out) override {
    if (is_at_end_) {
      is_corrupt_ = !input.empty();
      return 0;
    }
    std::size_t left = input.size();
    const auto* from = reinterpret_cast<const std::uint8_t*>(input.data());
    std::size_t room = out.size();
    auto* into = reinterpret_cast<std::uint8_t*>(out.data());
    const auto result =
        ::BrotliDecoderDecompressStream(state_, &left, &from, &room, &into, nullptr);
    input.remove_prefix(input.size() - left);
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      const auto code = ::BrotliDecoderGetErrorCode(state_);
      if (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
          code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES) {
        throw std::bad_alloc();
      }
      is_corrupt_ = true;
      return 0;
    }
    is_at_end_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    return out.size() - room;
  }
  bool is_complete() const noexcept override { return is_at_end_; }

 private:
  BrotliDecoderState* state_;
  bool is_at_end_ = false;
};

}  // namespace

std::unique_ptr<decoding_stage> make_brotli_stage() {
  return std::make_unique<brotli_stage>();
}

}  // namespace leat::proto::detail
