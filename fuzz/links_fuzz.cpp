// SPDX-License-Identifier: MIT

// Invariant: what was read as links, written again, reads the same; and a parameter that is found
// in a value is found again when it is quoted.

#include <string>
#include <string_view>

#include "leat/proto/fields/links.hpp"
#include "leat/proto/fields/parameters.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto;

std::string quoted(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += c;
  }
  return made + "\"";
}

void check_parameters(std::string_view value) {
  std::string_view rest = value;
  while (const auto each = next_parameter(rest)) {
    LEAT_REQUIRE(each->name.size() + each->value.size() <= value.size());
    const auto text = unquote(each->value);
    if (text) LEAT_REQUIRE(unquote(quoted(*text)) == text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = leat::fuzz::as_text(data, size);
  check_parameters(input);
  const auto links = parse_links(input);
  std::string again;
  for (const auto& each : links) {
    LEAT_REQUIRE(each.target.find('>') == std::string::npos);
    again += "<" + each.target + ">";
    for (const auto& [name, value] : each.parameters) {
      // What is no token is kept as it came, and cannot always be written.
      if (name.find_first_of("\"\\,; \t") != std::string::npos) return 0;
      if (!name.empty()) again += "; " + name + "=" + quoted(value);
    }
    again += ", ";
  }
  const auto reread = parse_links(again);
  LEAT_REQUIRE(reread.size() == links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    LEAT_REQUIRE(reread[i].target == links[i].target);
    LEAT_REQUIRE(reread[i].has_relation("next") == links[i].has_relation("next"));
  }
  return 0;
}
