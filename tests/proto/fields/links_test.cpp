// SPDX-License-Identifier: MIT
#include "leat/proto/fields/links.hpp"

#include "support/test.hpp"

using namespace leat::proto;

TEST_CASE("links: several with their parameters, in order") {
  const auto links = parse_links(
      "<https://h/?page=2>; rel=\"next\", <https://h/?a=1,2;3>; REL=last; title=\"a, b; c\"");
  REQUIRE(links.size() == 2);
  CHECK(links[0].target == "https://h/?page=2");
  CHECK(links[0].has_relation("next"));
  CHECK_FALSE(links[0].has_relation("nex"));
  CHECK(links[1].target == "https://h/?a=1,2;3");
  CHECK(links[1].has_relation("LAST"));
  CHECK(links[1].parameter("title") == "a, b; c");
  CHECK_FALSE(links[1].parameter("media"));
}

TEST_CASE("links: a relation may be one of several") {
  const auto links = parse_links("</a>; rel=\"start  next\"");
  REQUIRE(links.size() == 1);
  CHECK(links[0].has_relation("start"));
  CHECK(links[0].has_relation("next"));
  CHECK_FALSE(links[0].has_relation("start next"));
}

TEST_CASE("links: empty elements and targets are allowed, and so are no parameters") {
  const auto links = parse_links(", ,<>,<b> , ");
  REQUIRE(links.size() == 2);
  CHECK(links[0].target.empty());
  CHECK(links[1].target == "b");
  CHECK(links[1].parameters.empty());
  CHECK(parse_links("").empty());
}

TEST_CASE("links: what is malformed is left out, and what follows is not") {
  const auto links = parse_links("https://h/; rel=next, <b>x; rel=next, <c>; rel=\"x, <d>");
  REQUIRE(links.size() == 1);
  CHECK(links[0].target == "c");
  CHECK_FALSE(links[0].has_relation("x"));
  CHECK(parse_links("<never closed").empty());
  CHECK(parse_links("<a>; rel; title=t")[0].parameter("title") == "t");
}
