// SPDX-License-Identifier: MIT

// Invariant: whole and byte by byte, bytes give the same text, which is well-formed UTF-8 and no
// longer than three bytes for one and one character more; and the lines of a text are the same
// however it is cut, and hold all of it but the ends of lines. What is called well-formed is
// decoded by itself as it is in front of the rest, and what comes next is replaced.
//
// The first byte of an input chooses the charset.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/utf8.hpp"
#include "leat/proto/text/charset.hpp"
#include "leat/proto/text/line_splitter.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto;

constexpr std::array charsets{charset::utf_8, charset::windows_1252, charset::utf_16,
                              charset::utf_16le, charset::utf_16be};

std::vector<std::string> split(std::string_view text, std::size_t piece_size) {
  line_splitter splitter;
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string piece(text.substr(0, piece_size));
    text.remove_prefix(piece.size());
    splitter.feed(piece);
    for (std::string_view line; splitter.next(line);) lines.emplace_back(line);
  }
  splitter.finish();
  for (std::string_view line; splitter.next(line);) lines.emplace_back(line);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const charset from = charsets[leat::fuzz::take_selector(input) % charsets.size()];
  const std::string whole = decode_text(input, from);
  LEAT_REQUIRE(leat::is_utf8(whole));
  LEAT_REQUIRE(whole.size() <= 3 * input.size() + 3);
  const std::size_t good = well_formed_size(input, from);
  LEAT_REQUIRE(good <= input.size());
  LEAT_REQUIRE(well_formed_size(input.substr(0, good), from) == good);
  const std::string beginning = decode_text(input.substr(0, good), from);
  const std::string_view next =
      std::string_view(whole).substr(std::min(beginning.size(), whole.size()));
  LEAT_REQUIRE(whole.starts_with(beginning));
  LEAT_REQUIRE(good == input.size() ? next.empty() : next.starts_with("\xEF\xBF\xBD"));

  text_decoder decoder(from);
  std::string bytewise;
  for (std::size_t i = 0; i < input.size(); ++i) decoder.decode(input.substr(i, 1), bytewise);
  decoder.finish(bytewise);
  LEAT_REQUIRE(bytewise == whole);

  const auto lines = split(whole, whole.size());
  LEAT_REQUIRE(lines == split(whole, 1));
  std::string joined;
  for (const auto& each : lines) joined += each;
  std::string without_ends = whole;
  std::erase_if(without_ends, [](char c) { return c == '\r' || c == '\n'; });
  LEAT_REQUIRE(joined == without_ends);
  return 0;
}
