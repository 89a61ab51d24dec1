// SPDX-License-Identifier: MIT

// Invariant: a `fields` does what a plain vector of pairs of strings does, whatever is done to
// it; the validators agree with the definitions they implement, character by character; the
// elements of a list hold no separator and no blank at either end.
//
// An input is a list of lines `<operation><name>:<value>`.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/fields.hpp"
#include "leat/proto/fields/list.hpp"
#include "leat/proto/fields/validation.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto;
using model = std::vector<std::pair<std::string, std::string>>;

bool has_name(const model::value_type& each, std::string_view name) {
  return equals_ignoring_case(each.first, name);
}

void check_same(const fields& list, const model& expected) {
  LEAT_REQUIRE(list.size() == expected.size());
  LEAT_REQUIRE(std::equal(list.begin(), list.end(), expected.begin(), expected.end(),
                          [](const field& a, const model::value_type& b) {
                            return a.name == b.first && a.value == b.second;
                          }));
}

void check_lookup(const fields& list, const model& expected, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& each : expected) {
    if (has_name(each, name)) values.push_back(each.second);
  }
  LEAT_REQUIRE(list.get_all(name) == values);
  LEAT_REQUIRE(list.get(name) == (values.empty() ? std::nullopt : std::optional(values.front())));
  LEAT_REQUIRE(list.joined(name).has_value() == !values.empty());
}

void set(model& expected, std::string_view name, std::string_view value) {
  const auto first = std::ranges::find_if(
      expected, [&](const model::value_type& each) { return has_name(each, name); });
  if (first == expected.end()) {
    expected.emplace_back(name, value);
    return;
  }
  *first = {std::string(name), std::string(value)};
  expected.erase(std::remove_if(first + 1, expected.end(),
                                [&](const auto& each) { return has_name(each, name); }),
                 expected.end());
}

void check_validators(std::string_view text) {
  const auto is_tchar = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  };
  const auto is_value = [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  };
  LEAT_REQUIRE(is_token(text) == (!text.empty() && std::ranges::all_of(text, is_tchar)));
  LEAT_REQUIRE(is_field_value(text) == std::ranges::all_of(text, is_value));
  LEAT_REQUIRE(is_request_target(text) == (!text.empty() && std::ranges::all_of(text, [](char c) {
                 return c > 32 && c < 127 && c != '#';
               })));
}

void check_list(std::string_view list) {
  std::string_view rest = list;
  while (const auto element = next_list_element(rest)) {
    LEAT_REQUIRE(!element->empty());
    LEAT_REQUIRE(*element == trim_blanks(*element));
    LEAT_REQUIRE(element->find('"') != element->npos || element->find(',') == element->npos);
    LEAT_REQUIRE(list_contains(list, *element));
  }
  LEAT_REQUIRE(rest.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  fields list;
  model expected;
  while (!input.empty()) {
    std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
    if (line.empty()) continue;
    const char operation = line.front();
    line.remove_prefix(1);
    const std::string_view name = line.substr(0, line.find(':'));
    const std::string_view value = line.substr(std::min(name.size() + 1, line.size()));

    switch (operation) {
      case 's':
        list.set(name, value);
        set(expected, name, value);
        break;
      case 'r': {
        const std::size_t removed = list.remove(name);
        LEAT_REQUIRE(removed == std::erase_if(expected, [&](const auto& each) {
                       return has_name(each, name);
                     }));
        break;
      }
      case 'c': list = fields(list.view()); break;
      case 'a': {  // into memory that is there, which may be too little
        fields copy;
        copy.reserve(name.size(), value.size());
        copy.assign(list.view());
        list = copy;
        break;
      }
      case 'm': {
        fields moved = std::move(list);
        list = std::move(moved);
        break;
      }
      case 'x':
        if (!list.is_empty()) {  // arguments that lie in the list itself
          const field last = list[list.size() - 1];
          expected.emplace_back(last.value, last.name);
          list.add(last.value, last.name);
        }
        break;
      default:
        list.add(name, value);
        expected.emplace_back(name, value);
        break;
    }
    check_same(list, expected);
    check_lookup(list, expected, name);
    check_validators(line);
    check_list(value);
    if (expected.size() > 200) break;
  }
  const std::string shown = redacted(list);
  LEAT_REQUIRE(std::ranges::none_of(
      shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }));
  return 0;
}
