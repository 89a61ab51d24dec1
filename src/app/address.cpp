// SPDX-License-Identifier: MIT
#include "leat/app/address.hpp"

#include <algorithm>
#include <utility>

#include "leat/base/error.hpp"

#include "app/text.hpp"

namespace leat::app {
namespace {

void check_count(std::size_t parts) {
  if (parts > address::max_parts) {
    throw invalid_argument("an address has more than " + std::to_string(address::max_parts) +
                           " parts");
  }
}

[[noreturn]] void throw_malformed(std::string_view dotted) {
  throw invalid_argument("not an address, which is written as TOML writes a dotted key: " +
                         one_line(dotted));
}

}  // namespace

address::address(std::string_view dotted) {
  if (dotted.empty()) return;
  for (std::size_t at = 0;; ++at) {
    std::string part;
    if (at < dotted.size() && (dotted[at] == '"' || dotted[at] == '\'')) {
      const char quote = dotted[at++];
      while (at < dotted.size() && dotted[at] != quote) {
        if (quote == '"' && dotted[at] == '\\' && at + 1 < dotted.size()) ++at;
        part += dotted[at++];
      }
      if (at == dotted.size()) throw_malformed(dotted);
      ++at;
    } else {
      const std::size_t end = std::min(dotted.find_first_of(".\"' \t\n", at), dotted.size());
      part = dotted.substr(at, end - at);
      if (part.empty()) throw_malformed(dotted);
      at = end;
    }
    parts_.push_back(std::move(part));
    if (at == dotted.size()) break;
    if (dotted[at] != '.') throw_malformed(dotted);
  }
  check_count(parts_.size());
}

address address::of_parts(std::vector<std::string> parts) {
  check_count(parts.size());
  address made;
  made.parts_ = std::move(parts);
  return made;
}

std::string to_string(const address& where) {
  std::string text;
  for (const auto& part : where.parts()) {
    if (!text.empty()) text += '.';
    text += toml_key(part);
  }
  return text;
}

}  // namespace leat::app
