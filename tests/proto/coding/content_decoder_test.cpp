// SPDX-License-Identifier: MIT
#include "leat/proto/coding/content_decoder.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "leat/proto/coding/coding.hpp"
#include "leat/proto/coding/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

using namespace leat::proto;

namespace {

constexpr std::array all_codings{content_coding::gzip, content_coding::deflate, content_coding::br,
                                 content_coding::zstd};

struct decoded {
  std::string content;
  std::error_code error;
  std::size_t largest = 0;
};

/// Reads what there is. Returns false after an error.
bool drain(content_decoder& decoder, decoded& into) {
  for (;;) {
    std::string_view piece;
    into.error = decoder.read(piece);
    if (into.error) {
      CHECK(piece.empty());
      return false;
    }
    if (piece.empty()) return true;
    into.content += piece;
    into.largest = std::max(into.largest, piece.size());
  }
}

decoded decode(std::string_view codings, std::string_view head, std::string_view tail = {},
               const decoder_limits& limits = {}) {
  content_decoder decoder;
  decoded result;
  result.error = decoder.start(codings, limits);
  if (result.error) return result;
  for (const auto each : {head, tail}) {
    decoder.feed(each);
    if (!drain(decoder, result)) return result;
  }
  decoder.finish();
  drain(decoder, result);
  return result;
}

std::string varied(std::size_t size) {
  std::string text;
  std::uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += std::to_string(state >> 20) + (state >> 31 ? " and " : "\n");
  }
  text.resize(size);
  return text;
}

std::string bytes(std::initializer_list<unsigned> values) {
  std::string text;
  for (const unsigned each : values) text += static_cast<char>(each);
  return text;
}

}  // namespace

TEST_CASE("coding: names are found in any case, and only whole") {
  for (const auto each : all_codings) CHECK(find_coding(name_of(each)) == each);
  CHECK(find_coding("X-GZip") == content_coding::gzip);
  CHECK(find_coding("BR") == content_coding::br);
  for (const auto* each : {"", "gzi", "gzipp", "compress", "identity", "gzip;q=1"}) {
    CHECK_FALSE(find_coding(each));
  }
  CHECK(accept_encoding() == "gzip, deflate, br, zstd");
}

TEST_CASE("decoder: every coding gives its content back at every split") {
  const std::string content = varied(700);
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    leat::testing::for_each_split(encode(coding, content), [&](auto head, auto tail) {
      const auto result = decode(name_of(coding), head, tail);
      CHECK_FALSE(result.error);
      CHECK(result.content == content);
    });
  }
}

TEST_CASE("decoder: long content comes byte by byte, in pieces of a bounded size") {
  const std::string content = varied(300'000) + std::string(300'000, 'x');
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    content_decoder decoder;
    REQUIRE_FALSE(decoder.start(name_of(coding)));
    decoded result;
    leat::testing::in_pieces(encode(coding, content), 1, [&](std::string_view piece) {
      decoder.feed(piece);
      REQUIRE(drain(decoder, result));
    });
    decoder.finish();
    CHECK(drain(decoder, result));
    CHECK(result.content == content);
    CHECK(result.largest <= 16384);
  }
}

TEST_CASE("decoder: content that ends early is truncated, wherever it ends") {
  const std::string content = varied(700);
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    const std::string coded = encode(coding, content);
    for (std::size_t size = 1; size < coded.size(); ++size) {
      CAPTURE(size);
      CHECK(decode(name_of(coding), std::string_view(coded).substr(0, size)).error ==
            coding_errc::truncated);
    }
  }
}

TEST_CASE("decoder: a changed byte never passes for whole where the coding has a checksum") {
  const std::string content = varied(300);
  for (const auto coding : {content_coding::gzip, content_coding::deflate}) {
    CAPTURE(name_of(coding));
    const std::string coded = encode(coding, content);
    // The first ten bytes of gzip hold a time and the like, which no checksum covers.
    for (std::size_t at = 10; at < coded.size(); ++at) {
      std::string changed = coded;
      changed[at] = static_cast<char>(changed[at] ^ 0x55);
      CHECK(decode(name_of(coding), changed).error);
    }
  }
}

TEST_CASE("decoder: what is in no coding at all is corrupt") {
  for (const auto* name : {"gzip", "zstd"}) {
    CHECK(decode(name, "plain text, nothing else").error == coding_errc::corrupt);
  }
  CHECK(decode("deflate", bytes({0xFF, 0xFF, 0xFF})).error == coding_errc::corrupt);
  CHECK(decode("br", std::string(64, '\xFF')).error == coding_errc::corrupt);
}

TEST_CASE("decoder: an error stays") {
  content_decoder decoder;
  REQUIRE_FALSE(decoder.start("gzip"));
  decoder.feed("plain");
  decoded result;
  CHECK_FALSE(drain(decoder, result));
  CHECK_FALSE(drain(decoder, result));
  CHECK(result.error == coding_errc::corrupt);
}

TEST_CASE("decoder: an empty input is an empty content, but an empty inner coding is not") {
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    CHECK_FALSE(decode(name_of(coding), "").error);
    const auto empty = decode(name_of(coding), encode(coding, ""));
    CHECK_FALSE(empty.error);
    CHECK(empty.content.empty());
  }
  CHECK(decode("br, gzip", encode(content_coding::gzip, "")).error == coding_errc::truncated);
}

TEST_CASE("decoder: deflate without the zlib header is recognised at every split") {
  // A block with the fixed codes: "hello".
  const std::string bare = bytes({0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00});
  leat::testing::for_each_split(bare, [](auto head, auto tail) {
    const auto result = decode("deflate", head, tail);
    CHECK_FALSE(result.error);
    CHECK(result.content == "hello");
  });
  CHECK(decode("deflate", std::string_view(bare).substr(0, 3)).error == coding_errc::truncated);
  CHECK(decode("deflate", bare + "x").error == coding_errc::corrupt);
  // Zeros of bare data, which begin with a dynamic block.
  const std::string with_header = encode(content_coding::deflate, std::string(100'000, '\0'));
  const auto zeros =
      decode("deflate", std::string_view(with_header).substr(2, with_header.size() - 6));
  CHECK_FALSE(zeros.error);
  CHECK(zeros.content == std::string(100'000, '\0'));
}

TEST_CASE("decoder: members of gzip and frames of zstd in a row are one content") {
  for (const auto coding : {content_coding::gzip, content_coding::zstd}) {
    CAPTURE(name_of(coding));
    const std::string coded = encode(coding, "one ") + encode(coding, "") + encode(coding, "two");
    leat::testing::for_each_split(coded, [&](auto head, auto tail) {
      const auto result = decode(name_of(coding), head, tail);
      CHECK_FALSE(result.error);
      CHECK(result.content == "one two");
    });
  }
}

TEST_CASE("decoder: whatever else follows the end is corrupt, also in the next piece") {
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    const std::string coded = encode(coding, "content");
    CHECK(decode(name_of(coding), coded + "junk").error == coding_errc::corrupt);
    CHECK(decode(name_of(coding), coded, "junk").error == coding_errc::corrupt);
  }
}

TEST_CASE("decoder: codings on top of each other are taken off, the last first") {
  const std::string content = varied(400);
  const std::string coded = encode(
      content_coding::zstd, encode(content_coding::br, encode(content_coding::gzip, content)));
  leat::testing::for_each_split(coded, [&](auto head, auto tail) {
    const auto result = decode("gzip,identity , br,\tZSTD,", head, tail);
    CHECK_FALSE(result.error);
    CHECK(result.content == content);
  });
  CHECK(decode("zstd, br, gzip", coded).error == coding_errc::corrupt);
  for (std::size_t size = 1; size < coded.size(); ++size) {
    CHECK(decode("gzip, br, zstd", std::string_view(coded).substr(0, size)).error ==
          coding_errc::truncated);
  }
}

TEST_CASE("decoder: without a coding the content passes as it is") {
  for (const auto* none : {"", "identity", " , Identity", "compress", "gzip, unheard-of"}) {
    content_decoder decoder;
    CHECK_FALSE(decoder.start(none));
    CHECK(decoder.is_identity());
    CHECK(decode(none, "a", "b").content == "ab");
  }
}

TEST_CASE("decoder: an unknown coding is refused if that is wanted, and too many always") {
  content_decoder decoder;
  CHECK(decoder.start("gzip, unheard-of", {}, unknown_coding::refuse) ==
        coding_errc::unknown_coding);
  CHECK_FALSE(decoder.start("gzip, gzip, gzip, gzip"));
  CHECK(decoder.start("gzip, gzip, gzip, gzip, gzip") == coding_errc::too_many_codings);
}

TEST_CASE("decoder: the limit of the output holds to the byte, give or take no piece") {
  const std::string content(100'000, 'x');
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    decoder_limits limits;
    limits.max_output = content.size();
    CHECK(decode(name_of(coding), encode(coding, content), "", limits).content == content);
    limits.max_output = content.size() - 1;
    const auto refused = decode(name_of(coding), encode(coding, content), "", limits);
    CHECK(refused.error == coding_errc::output_too_long);
    CHECK(refused.content.size() <= limits.max_output);
  }
}

TEST_CASE("decoder: bombs are refused long before they have gone off") {
  const std::string zeros(std::size_t{32} << 20, '\0');
  for (const auto coding : all_codings) {
    CAPTURE(name_of(coding));
    const std::string coded = encode(coding, zeros);
    const auto result = decode(name_of(coding), coded);
    CHECK(result.error == coding_errc::ratio_too_high);
    CHECK(result.content.size() <=
          decoder_limits().ratio_from + decoder_limits().max_ratio * coded.size());
    decoder_limits open;
    open.max_ratio = std::uint64_t{1} << 40;
    CHECK(decode(name_of(coding), coded, "", open).content.size() == zeros.size());
  }
}

TEST_CASE("decoder: a bomb inside of another coding counts against what was really sent") {
  const std::string inner = encode(content_coding::gzip, std::string(std::size_t{32} << 20, '\0'));
  decoder_limits limits;
  limits.ratio_from = 1 << 10;
  // Either ratio alone would pass.
  limits.max_ratio = 2'000;
  CHECK_FALSE(decode("gzip", inner, "", limits).error);
  CHECK(decode("gzip, gzip", encode(content_coding::gzip, inner), "", limits).error ==
        coding_errc::ratio_too_high);
}

TEST_CASE("decoder: a zstd window of more than 8 MiB is refused") {
  // A frame header with a window of 16 MiB (RFC 8878, section 3.1.1.1.2).
  CHECK(decode("zstd", bytes({0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x70, 0x01, 0x00, 0x00})).error ==
        coding_errc::corrupt);
  CHECK_FALSE(decode("zstd", bytes({0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x68, 0x01, 0x00, 0x00})).error);
}

TEST_CASE("decoder: the formats of zstd before its standard are refused") {
  // The frame header of version 0.5, and a frame to skip, which is allowed.
  CHECK(decode("zstd", bytes({0x25, 0xB5, 0x2F, 0xFD, 0x00, 0x00})).error == coding_errc::corrupt);
  CHECK_FALSE(decode("zstd", bytes({0x50, 0x2A, 0x4D, 0x18, 0x01, 0x00, 0x00, 0x00, 0xAA})).error);
}
