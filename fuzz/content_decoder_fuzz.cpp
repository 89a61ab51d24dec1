// SPDX-License-Identifier: MIT

// Invariant: fed whole and byte by byte, an input gives the same content and the same verdict; no
// more comes out than the limit allows; and what was decoded, coded again, decodes to itself.
// Where an input is both corrupt and too long, either may be found first.
//
// The first byte of an input chooses the codings.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "leat/proto/coding/coding.hpp"
#include "leat/proto/coding/content_decoder.hpp"
#include "leat/proto/coding/error.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto;

constexpr std::array<std::string_view, 7> choices{"gzip",       "deflate",  "br",           "zstd",
                                                  "gzip, gzip", "br, zstd", "zstd, deflate"};
constexpr std::size_t most = std::size_t{1} << 20;

struct result {
  std::string content;
  std::error_code error;
};

result decode(std::string_view codings, std::string_view input, std::size_t piece_size) {
  content_decoder decoder;
  decoder_limits limits;
  limits.max_output = most;
  LEAT_REQUIRE(!decoder.start(codings, limits));
  result got;
  for (bool is_over = false; !is_over;) {
    is_over = input.empty();
    if (is_over) {
      decoder.finish();
    } else {
      decoder.feed(input.substr(0, piece_size));
      input.remove_prefix(std::min(piece_size, input.size()));
    }
    for (;;) {
      std::string_view piece;
      got.error = decoder.read(piece);
      if (got.error) return got;
      if (piece.empty()) break;
      got.content += piece;
    }
  }
  return got;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const unsigned selector = leat::fuzz::take_selector(input);
  const auto codings = choices[selector % choices.size()];
  const auto whole = decode(codings, input, input.size() + 1);
  const auto bytewise = decode(codings, input, 1);
  const bool is_too_long =
      whole.error == coding_errc::output_too_long || bytewise.error == coding_errc::output_too_long;
  LEAT_REQUIRE(is_too_long ? whole.error && bytewise.error : whole.error == bytewise.error);
  LEAT_REQUIRE(whole.content.size() <= most);
  if (whole.error) return 0;
  LEAT_REQUIRE(whole.content == bytewise.content);
  const auto coding = static_cast<content_coding>(selector % 4);
  const auto again = decode(name_of(coding), encode(coding, whole.content), 4096);
  LEAT_REQUIRE(!again.error && again.content == whole.content);
  return 0;
}
