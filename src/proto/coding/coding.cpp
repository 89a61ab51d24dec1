// SPDX-License-Identifier: MIT
#include "leat/proto/coding/coding.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

namespace leat::proto {
namespace {

constexpr std::array names{
    std::pair("gzip", content_coding::gzip), std::pair("deflate", content_coding::deflate),
    std::pair("br", content_coding::br), std::pair("zstd", content_coding::zstd),
    // RFC 9110, section 8.4.1.3.
    std::pair("x-gzip", content_coding::gzip)};

char lowered(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

std::string deflated(std::string_view content, int format) {
  z_stream state{};
  constexpr int usual_memory = 8;
  if (::deflateInit2(&state, Z_DEFAULT_COMPRESSION, Z_DEFLATED, format, usual_memory,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const struct ending {
    z_stream& state;
    ~ending() { ::deflateEnd(&state); }
  } ends{state};
  std::string out;
  std::array<char, 16384> some;
  for (int result = Z_OK; result != Z_STREAM_END;) {
    // zlib counts what it is given in an unsigned int.
    const auto part = content.substr(0, std::size_t{1} << 30);
    content.remove_prefix(part.size());
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    state.avail_in = static_cast<uInt>(part.size());
    do {
      state.next_out = reinterpret_cast<Bytef*>(some.data());
      state.avail_out = static_cast<uInt>(some.size());
      result = ::deflate(&state, content.empty() ? Z_FINISH : Z_NO_FLUSH);
      out.append(some.data(), some.size() - state.avail_out);
    } while (state.avail_out == 0);
  }
  return out;
}

std::string brotli(std::string_view content) {
  // The default quality is the highest, which is for content that is coded once and kept.
  constexpr int quality = 5;
  // 0 says that no size can be promised; and for an empty content it promises one byte too few.
  std::size_t size = std::max<std::size_t>(::BrotliEncoderMaxCompressedSize(content.size()), 16);
  std::string out(size, '\0');
  if (::BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, content.size(),
                              reinterpret_cast<const std::uint8_t*>(content.data()), &size,
                              reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_FALSE) {
    throw std::bad_alloc();
  }
  out.resize(size);
  return out;
}

std::string zstandard(std::string_view content) {
  std::string out(::ZSTD_compressBound(content.size()), '\0');
  const std::size_t size =
      ::ZSTD_compress(out.data(), out.size(), content.data(), content.size(), ZSTD_CLEVEL_DEFAULT);
  if (::ZSTD_isError(size) != 0) throw std::bad_alloc();
  out.resize(size);
  return out;
}

}  // namespace

std::string_view name_of(content_coding coding) noexcept {
  return std::ranges::find(names, coding, [](const auto& each) { return each.second; })->first;
}

std::optional<content_coding> find_coding(std::string_view name) noexcept {
  for (const auto& [known, coding] : names) {
    if (std::ranges::equal(name, std::string_view(known),
                           [](char a, char b) { return lowered(a) == b; })) {
      return coding;
    }
  }
  return std::nullopt;
}

std::string_view accept_encoding() noexcept {
  return "gzip, deflate, br, zstd";
}

std::string encode(content_coding coding, std::string_view content) {
  switch (coding) {
    case content_coding::gzip: return deflated(content, 16 + MAX_WBITS);
    case content_coding::deflate: return deflated(content, MAX_WBITS);
    case content_coding::br: return brotli(content);
    case content_coding::zstd: return zstandard(content);
  }
  return std::string(content);
}

}  // namespace leat::proto
