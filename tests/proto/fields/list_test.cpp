// SPDX-License-Identifier: MIT
#include "leat/proto/fields/list.hpp"

#include <string_view>
#include <vector>

#include "support/test.hpp"

using leat::proto::list_contains;
using leat::proto::next_list_element;

namespace {

std::vector<std::string_view> elements(std::string_view list) {
  std::vector<std::string_view> all;
  while (const auto element = next_list_element(list)) all.push_back(*element);
  return all;
}

using list = std::vector<std::string_view>;

}  // namespace

TEST_CASE("list: is cut at commas") {
  CHECK(elements("a,b, c\t,d") == list{"a", "b", "c", "d"});
}

TEST_CASE("list: empty elements are skipped") {
  CHECK(elements(",, a ,,b, ") == list{"a", "b"});
}

TEST_CASE("list: nothing has no elements") {
  CHECK(elements("").empty());
}

TEST_CASE("list: a comma in a quoted string does not separate") {
  CHECK(elements(R"(a="x,y", b)") == list{R"(a="x,y")", "b"});
}

TEST_CASE("list: an escaped quote does not end a quoted string") {
  CHECK(elements(R"("x\",y", b)") == list{R"("x\",y")", "b"});
}

TEST_CASE("list: a quoted string without an end takes the rest") {
  CHECK(elements(R"(a, "b, c)") == list{"a", R"("b, c)"});
}

TEST_CASE("list: a token is found whatever its case") {
  CHECK(list_contains("keep-alive, Close", "close"));
}

TEST_CASE("list: part of an element is not the token") {
  CHECK_FALSE(list_contains("not-close, closed", "close"));
}
