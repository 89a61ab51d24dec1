// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

#include "proto/coding/decoding_stage.hpp"

namespace leat::proto::detail {
namespace {

// What zlib calls the window sizes of its three formats.
constexpr int gzip_format = 16 + MAX_WBITS;
constexpr int zlib_format = MAX_WBITS;
constexpr int bare_format = -MAX_WBITS;

class inflate_stage : public decoding_stage {
 public:
  explicit inflate_stage(int format, bool has_members) : has_members_(has_members) {
    if (::inflateInit2(&state_, format) != Z_OK) throw std::bad_alloc();
  }
  ~inflate_stage() override { ::inflateEnd(&state_); }

  std::size_t step(std::string_view& input, std::span<char> out) override {
    if (is_at_end_) {
      if (input.empty()) return 0;
      // RFC 1952, section 2.2: another member may follow. zlib would wait for a second byte
      // before it says that the first is none.
      if (!has_members_ || input.front() != '\x1F') return refuse();
      ::inflateReset(&state_);
      is_at_end_ = false;
    }
    const std::size_t given = std::min<std::size_t>(input.size(), most_at_once);
    // zlib does not write through it.
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    state_.avail_in = static_cast<uInt>(given);
    state_.next_out = reinterpret_cast<Bytef*>(out.data());
    state_.avail_out = static_cast<uInt>(out.size());
    const int result = ::inflate(&state_, Z_NO_FLUSH);
    input.remove_prefix(given - state_.avail_in);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END) {
      is_at_end_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return refuse();
    }
    return out.size() - state_.avail_out;
  }
  bool is_complete() const noexcept override { return is_at_end_; }

 protected:
  void reset(int format) noexcept { ::inflateReset2(&state_, format); }
  std::size_t refuse() noexcept {
    is_corrupt_ = true;
    return 0;
  }

 private:
  static constexpr std::size_t most_at_once = std::numeric_limits<uInt>::max();

  z_stream state_{};
  bool has_members_;
  bool is_at_end_ = false;
};

/// `deflate` means the zlib format (RFC 9110, section 8.4.1.2), but there are servers that leave
/// its header out. The first byte tells: as the beginning of bare data, the low half of a zlib
/// header would be a stored block whose padding is not zero, which no encoder writes.
class deflate_stage final : public inflate_stage {
 public:
  deflate_stage() : inflate_stage(zlib_format, false) {}

  std::size_t step(std::string_view& input, std::span<char> out) override {
    if (!is_known_ && !input.empty()) {
      is_known_ = true;
      if ((static_cast<unsigned char>(input.front()) & 0x0F) != Z_DEFLATED) reset(bare_format);
    }
    return inflate_stage::step(input, out);
  }

 private:
  bool is_known_ = false;
};

}  // namespace

std::unique_ptr<decoding_stage> make_gzip_stage() {
  return std::make_unique<inflate_stage>(gzip_format, true);
}

std::unique_ptr<decoding_stage> make_deflate_stage() {
  return std::make_unique<deflate_stage>();
}

}  // namespace leat::proto::detail
