// SPDX-License-Identifier: MIT

// Invariant: what is accepted has proper names, each once, and values without a NUL and within the
// limit; written again in single quotes it reads the same. What is refused has a place in the text.

#include <set>
#include <string>
#include <string_view>

#include "leat/app/dotenv.hpp"
#include "leat/app/error.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::app;

constexpr std::size_t max_value_bytes = 4096;

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

void check_values(const std::vector<std::pair<std::string, std::string>>& values) {
  std::set<std::string_view> names;
  std::size_t bytes = 0;
  std::string again;
  bool has_folded_line = false;
  for (const auto& [name, value] : values) {
    LEAT_REQUIRE(!name.empty() && (name[0] < '0' || name[0] > '9'));
    LEAT_REQUIRE(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                        "0123456789_") == name.npos);
    LEAT_REQUIRE(names.insert(name).second);
    LEAT_REQUIRE(value.find('\0') == value.npos);
    // Line ends in quotes are LF, so one that an escape made would read as another.
    has_folded_line |= value.find("\r\n") != value.npos;
    bytes += value.size();
    again += name + "=" + quoted(value) + "\n";
  }
  LEAT_REQUIRE(bytes <= max_value_bytes);
  if (!has_folded_line) LEAT_REQUIRE(parse_dotenv(again, "again") == values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = leat::fuzz::as_text(data, size);
  const environment outer({{"HOME", "/home/ann"}, {"EMPTY", ""}});
  try {
    check_values(parse_dotenv(text, "fuzz", outer, {.max_value_bytes = max_value_bytes}));
  } catch (const invalid_configuration& e) {
    LEAT_REQUIRE(!e.problems().empty());
    for (const auto& each : e.problems()) {
      LEAT_REQUIRE(each.line >= 1 && each.column >= 1);
      LEAT_REQUIRE(each.line <= size + 1 && each.column <= size + 1);
    }
  }
  return 0;
}
