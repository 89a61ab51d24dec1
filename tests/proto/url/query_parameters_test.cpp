// SPDX-License-Identifier: MIT
#include "leat/proto/url/query_parameters.hpp"

#include "support/test.hpp"

using namespace leat::proto;

TEST_CASE("query parameters: keep their order and those of one name") {
  const auto all = query_parameters::parse("b=1&a=x+y&b=2&c");
  CHECK(all.size() == 4);
  CHECK(all.get("b") == "1");
  CHECK(all.get_all("b") == std::vector<std::string_view>{"1", "2"});
  CHECK(all.get("a") == "x y");
  CHECK(all.get("c") == "");
  CHECK_FALSE(all.get("B"));
  CHECK(all.text() == "b=1&a=x%20y&b=2&c=");
  CHECK(query_parameters::parse(all.text()) == all);
  CHECK(query_parameters::parse("").is_empty());
  CHECK(query_parameters().text().empty());
}

TEST_CASE("query parameters: what would change them makes others") {
  const query_parameters all{{"a", "1"}, {"b", "2"}, {"a", "3"}};
  CHECK(all.with("a", "4").text() == "a=4&b=2");
  CHECK(all.with("c", "&=").text() == "a=1&b=2&a=3&c=%26%3D");
  CHECK(all.with_added("b", "5").text() == "a=1&b=2&a=3&b=5");
  CHECK(all.without("a").text() == "b=2");
  CHECK(all.without("x") == all);
  CHECK(all.merged_with({{"a", "6"}, {"d", "7"}, {"a", "8"}}).text() == "b=2&a=6&d=7&a=8");
  CHECK(all.merged_with({}) == all);
  CHECK(all.text() == "a=1&b=2&a=3");
  CHECK_FALSE(all == query_parameters{{"b", "2"}, {"a", "1"}, {"a", "3"}});
}

TEST_CASE("query parameters: no text of a query is refused") {
  for (const char* text : {"&&&", "=", "%", "%zz=%", "a==b", "\xff=\xc3"}) {
    CAPTURE(text);
    const auto all = query_parameters::parse(text);
    CHECK(query_parameters::parse(all.text()) == all);
  }
}
