// SPDX-License-Identifier: MIT
#include "leat/proto/url/query.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "leat/proto/url/percent.hpp"

#include "support/test.hpp"

using namespace leat::proto;
using parameters = std::vector<query_parameter>;

TEST_CASE("query: is built in the order of the calls") {
  CHECK(query_builder().add("b", "1").add("a", "2").add("b", "3").text() == "b=1&a=2&b=3");
}

TEST_CASE("query: what has a meaning in a query is encoded") {
  CHECK(query_builder().add("a&b=c", "d+e #?/%").text() == "a%26b%3Dc=d%2Be%20%23%3F%2F%25");
}

TEST_CASE("query: a form writes a space as a plus") {
  CHECK(query_builder(query_builder::space::plus).add("a b", "c+d").text() == "a+b=c%2Bd");
}

TEST_CASE("query: is read back as it was built") {
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);

  for (const auto style : {query_builder::space::percent_20, query_builder::space::plus}) {
    const std::string text = query_builder(style).add("x", every_byte).add("", "").text();
    CHECK(parse_query(text) == parameters{{"x", every_byte}, {"", ""}});
  }
}

TEST_CASE("query: a name may come without a value") {
  CHECK(parse_query("a&b=&=c") == parameters{{"a", ""}, {"b", ""}, {"", "c"}});
}

TEST_CASE("query: empty parts are skipped") {
  CHECK(parse_query("&&a=1&&b=2&") == parameters{{"a", "1"}, {"b", "2"}});
  CHECK(parse_query("").empty());
}

TEST_CASE("query: only the first sign separates") {
  CHECK(parse_query("a=b=c") == parameters{{"a", "b=c"}});
}

TEST_CASE("query: a broken escape stands for itself") {
  CHECK(parse_query("a=100%&b=%zz%4") == parameters{{"a", "100%"}, {"b", "%zz%4"}});
}

TEST_CASE("percent: everything but unreserved characters is encoded") {
  CHECK(percent_encode("aZ09-._~ /\xff") == "aZ09-._~%20%2F%FF");
}

TEST_CASE("percent: is decoded to the byte") {
  CHECK(percent_decode("%41%c3%A4%00") == std::string("A\xc3\xa4\0", 4));
}

TEST_CASE("percent: a broken escape is refused unless leniently read") {
  for (const std::string_view text : {"%", "a%4", "%4g", "%%41"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text));
  }
  CHECK(percent_decode_leniently("%%41%") == "%A%");
}
