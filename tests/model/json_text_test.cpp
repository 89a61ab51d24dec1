// SPDX-License-Identifier: MIT
#include "leat/model/json_text.hpp"

#include <string>
#include <utility>

#include "leat/model/json.hpp"

#include "support/test.hpp"

using namespace leat::model;

namespace {

struct envelope {
  int id = 0;
  json_text body;
  std::optional<json_text> extra;
};
BOOST_DESCRIBE_STRUCT(envelope, (), (id, body, extra))

}  // namespace

TEST_CASE("json text: is null at first") {
  const json_text piece;
  CHECK(piece.is_null());
  CHECK(piece.view() == "null");
}

TEST_CASE("json text: tells its kind") {
  CHECK(json_text::parse(" {} ").kind() == value_kind::object);
  CHECK(json_text::parse(" [1]").kind() == value_kind::array);
  CHECK(json_text::parse("\"a\"").kind() == value_kind::string);
  CHECK(json_text::parse("-1").kind() == value_kind::number);
  CHECK(json_text::parse("true").kind() == value_kind::boolean);
  CHECK(json_text::parse("null").kind() == value_kind::null);
}

TEST_CASE("json text: keeps everything but white space between tokens") {
  const auto piece = json_text::parse(
      "{ \"b\" : [ 1.50 , 12345678901234567890123 ] ,\n\t\"a \\u0041\": \" x \" }\r\n");
  CHECK(piece.view() == R"({"b":[1.50,12345678901234567890123],"a \u0041":" x "})");
}

TEST_CASE("json text: refuses what is not JSON") {
  CHECK_THROWS_AS(static_cast<void>(json_text::parse("{]")), parse_error);
  CHECK_THROWS_AS(static_cast<void>(json_text::parse("[[1]]", {.max_depth = 1})),
                  document_limit_exceeded);
}

TEST_CASE("json text: passes through as a member") {
  const auto read = from_json<envelope>(R"({"id":1, "body": { "x" : [1, 2] }, "extra": "y"})");

  CHECK(read.body.view() == R"({"x":[1,2]})");
  CHECK(to_json(read) == R"({"id":1,"body":{"x":[1,2]},"extra":"y"})");
}

TEST_CASE("json text: takes null as a member, and an optional one is then empty") {
  const auto read = from_json<envelope>(R"({"id":1,"body":null,"extra":null})");

  CHECK(read.body.is_null());
  CHECK(read.extra == std::nullopt);
}

TEST_CASE("json text: is made from a value") {
  CHECK(to_json_text(std::vector{1, 2}).view() == "[1,2]");
}

TEST_CASE("json text: is looked into by reading it again") {
  const auto piece = json_text::parse(R"([1,2,3])");
  CHECK(from_json<std::vector<int>>(piece.view()).size() == 3);
}

TEST_CASE("json text: compares texts, not meanings") {
  CHECK(json_text::parse("[1, 2]") == json_text::parse("[1,2]"));
  CHECK(json_text::parse("1.0") != json_text::parse("1"));
}

TEST_CASE("json text: leaves null when its text is taken") {
  auto piece = json_text::parse("[1]");
  CHECK(std::move(piece).take() == "[1]");
  CHECK(piece.is_null());  // NOLINT(bugprone-use-after-move): that is the promise
}
