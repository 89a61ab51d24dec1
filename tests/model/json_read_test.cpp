// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "leat/model/json.hpp"

#include "model/problems.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::model;
using leat::testing::problem_of;
using leat::testing::problems_of;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

enum class colour { red, green, blue };
BOOST_DESCRIBE_ENUM(colour, red, green, blue)

struct item {
  std::string name;
  double price = 0;
  std::optional<int> stock;
};
BOOST_DESCRIBE_STRUCT(item, (), (name, price, stock))

struct order {
  std::uint32_t id = 0;
  colour paint = colour::red;
  std::vector<item> items;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, paint, items))

struct tagged : item {
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(tagged, (item), (tags))

struct node {
  int value = 0;
  std::vector<node> children;
};
BOOST_DESCRIBE_STRUCT(node, (), (value, children))

template <class Value>
std::string refusal(std::string_view text, const json_options& options = {}) {
  return problem_of([&] { return from_json<Value>(text, options); });
}

/// A type of the user's own, with a form of its own.
struct celsius {
  double degrees = 0;
};

}  // namespace

template <>
struct leat::model::codec<celsius> {
  static bool read(reader& in, celsius& to) {
    std::string text;
    if (!in.read_string(text)) return false;
    if (!text.ends_with("C")) return in.report(problem_kind::bad_format, "must end in C");
    to.degrees = std::stod(text);
    return true;
  }
};

TEST_CASE("json: reads a described struct") {
  const auto read = from_json<order>(
      R"( {"id": 7, "paint": "blue", "items": [{"name": "pump", "price": 2.5, "stock": 3}]} )");

  CHECK(read.id == 7);
  CHECK(read.paint == colour::blue);
  REQUIRE(read.items.size() == 1);
  CHECK(read.items[0].name == "pump");
  CHECK(read.items[0].price == 2.5);
  CHECK(read.items[0].stock == 3);
}

TEST_CASE("json: reads members in any order") {
  const auto read = from_json<item>(R"({"price":1,"name":"x"})");

  CHECK(read.name == "x");
  CHECK(read.price == 1);
}

TEST_CASE("json: reads an optional that is absent or null as empty") {
  CHECK(from_json<item>(R"({"name":"x","price":1})").stock == std::nullopt);
  CHECK(from_json<item>(R"({"name":"x","price":1,"stock":null})").stock == std::nullopt);
}

TEST_CASE("json: reads the members of a described base") {
  const auto read = from_json<tagged>(R"({"name":"x","price":1,"tags":["a","b"]})");

  CHECK(read.name == "x");
  CHECK(read.tags == std::vector{"a"s, "b"s});
}

TEST_CASE("json: reads a type that contains itself") {
  const auto read = from_json<node>(
      R"({"value":1,"children":[{"value":2,"children":[]},{"value":3,"children":[]}]})");

  REQUIRE(read.children.size() == 2);
  CHECK(read.children[1].value == 3);
}

TEST_CASE("json: reads arrays, maps and truth values") {
  CHECK(from_json<std::vector<bool>>("[true,false]") == std::vector{true, false});
  CHECK(from_json<std::array<int, 3>>("[1,2,3]") == std::array{1, 2, 3});
  CHECK(from_json<std::map<std::string, int>>(R"({"b":2,"a":1})") ==
        std::map<std::string, int>{{"a", 1}, {"b", 2}});
}

TEST_CASE("json: reads and writes any map of the standard library from texts") {
  using hashed = std::unordered_map<std::string, int>;
  CHECK(from_json<hashed>(R"({"b":2,"a":1})") == hashed{{"a", 1}, {"b", 2}});
  CHECK(to_json(hashed{{"a", 1}}) == R"({"a":1})");
  using ordered_backwards = std::map<std::string, int, std::greater<>>;
  CHECK(to_json(from_json<ordered_backwards>(R"({"a":1,"b":2})")) == R"({"b":2,"a":1})");
}

TEST_CASE("json: reads a type that the user taught it") {
  CHECK(from_json<celsius>(R"("21.5C")").degrees == 21.5);
  CHECK(refusal<celsius>(R"("21.5F")") == ": must end in C");
}

TEST_CASE("json: reads a length of time from seconds or from text") {
  CHECK(from_json<std::chrono::milliseconds>("1.5") == 1500ms);
  CHECK(from_json<std::chrono::milliseconds>(R"("250ms")") == 250ms);
  CHECK(from_json<std::chrono::seconds>("0") == 0s);
  CHECK(from_json<duration>(R"("no_timeout")") == no_timeout);
}

TEST_CASE("json: refuses a length of time that its type cannot count") {
  CHECK(refusal<std::chrono::seconds>(R"("250ms")") == ": must be a multiple of 1s: got 250ms");
  CHECK(refusal<duration>("-1") == ": must not be a negative number of seconds");
  CHECK(refusal<duration>("1e10") == ": must be at most no_timeout");
  CHECK(refusal<std::chrono::duration<std::int8_t>>("128") == ": must be at most 127s");
  CHECK(refusal<duration>(R"("soon")") ==
        ": must be a length of time such as \"250ms\", \"5s\" or \"1m30s\"");
}

TEST_CASE("json: collects every problem with its pointer") {
  const auto problems = problems_of([] {
    return from_json<order>(
        R"({"id":-1,"paint":"pink","items":[{"name":"a","price":1},{"price":"2","stock":1.5}]})");
  });

  REQUIRE(problems.size() == 5);
  CHECK(problems[0].where == "/id");
  CHECK(problems[0].kind == problem_kind::out_of_range);
  CHECK(problems[1].where == "/paint");
  CHECK(problems[1].kind == problem_kind::unknown_name);
  CHECK(problems[2].where == "/items/1/price");
  CHECK(problems[2].kind == problem_kind::wrong_type);
  CHECK(problems[3].where == "/items/1/stock");
  CHECK(problems[3].kind == problem_kind::wrong_type);
  CHECK(problems[4].where == "/items/1/name");
  CHECK(problems[4].kind == problem_kind::missing);
}

TEST_CASE("json: gives the line and column of a problem") {
  const auto problems = problems_of([] {
    return from_json<std::vector<item>>("[\n  {\"name\": 1,\n   \"price\": true}, {\n} ]");
  });

  REQUIRE(problems.size() == 4);
  CHECK(problems[0].line == 2);
  CHECK(problems[0].column == 12);
  CHECK(problems[1].line == 3);
  CHECK(problems[1].column == 13);
  CHECK(problems[2].line == 3);
  CHECK(problems[2].column == 20);
}

TEST_CASE("json: escapes a pointer as RFC 6901 asks") {
  CHECK(refusal<std::map<std::string, int>>(R"({"a/b~c":"x"})") ==
        "/a~1b~0c: must be an integer: got a string");
  CHECK(refusal<std::map<std::string, int>>(R"({"\u0061\/":"x"})") ==
        "/a~1: must be an integer: got a string");
}

TEST_CASE("json: points to the whole document with an empty pointer") {
  CHECK(refusal<item>("[]") == ": must be an object: got an array");
}

TEST_CASE("json: stops collecting at the limit, which it says") {
  const std::string text = "[" + "\"x\","s + "\"x\"," + "\"x\"]";

  try {
    static_cast<void>(from_json<std::vector<int>>(text, {.max_problems = 2}));
    FAIL("accepted");
  } catch (const validation_error& e) {
    CHECK(e.problems().size() == 2);
    CHECK_FALSE(e.is_complete());
  }
}

TEST_CASE("json: never repeats a text of the document in a message") {
  try {
    static_cast<void>(from_json<order>(R"({"id":"hunter2","paint":"hunter2","items":"hunter2"})"));
    FAIL("accepted");
  } catch (const validation_error& e) {
    CHECK(std::string(e.what()).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("json: reads integers exactly up to the ends of their types") {
  CHECK(from_json<std::int64_t>("-9223372036854775808") ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(from_json<std::uint64_t>("18446744073709551615") ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK(from_json<std::int8_t>("-128") == -128);
  CHECK(from_json<int>("-0") == 0);
}

TEST_CASE("json: refuses an integer its type does not hold") {
  CHECK(refusal<std::int8_t>("128") == ": must be between -128 and 127: got 128");
  CHECK(refusal<std::uint16_t>("-1") == ": must be between 0 and 65535: got -1");
  CHECK(refusal<std::uint64_t>("18446744073709551616") ==
        ": must be between 0 and 18446744073709551615: got an integer that 64 bits do not hold");
  CHECK(refusal<std::int64_t>("9223372036854775808") ==
        ": must be between -9223372036854775808 and 9223372036854775807: got 9223372036854775808");
}

TEST_CASE("json: refuses a fraction or an exponent where an integer belongs") {
  CHECK(refusal<int>("1.5") == ": must be an integer: got 1.5");
  CHECK(refusal<int>("1.0") == ": must be an integer: got 1");
  CHECK(refusal<int>("1e2") == ": must be an integer: got 100");
  CHECK(refusal<unsigned>("1e400") == ": must be an integer: got a number that no double holds");
}

TEST_CASE("json: converts nothing silently") {
  CHECK(refusal<int>(R"("1")") == ": must be an integer: got a string");
  CHECK(refusal<std::string>("1") == ": must be a string: got a number");
  CHECK(refusal<bool>("1") == ": must be a boolean: got a number");
  CHECK(refusal<double>("null") == ": must be a number: got null");
}

TEST_CASE("json: reads the nearest double") {
  CHECK(from_json<double>("0.1") == 0.1);
  CHECK(from_json<double>("9007199254740993") == 9007199254740992.0);
  CHECK(from_json<double>("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(from_json<double>("5e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(std::signbit(from_json<double>("-0")));
  CHECK(from_json<double>("123456789012345678901234567890") == 123456789012345678901234567890.0);
}

TEST_CASE("json: reads a number too small for a double as zero") {
  CHECK(from_json<double>("1e-400") == 0);
  CHECK(from_json<double>("0." + std::string(400, '0') + "1") == 0);
}

TEST_CASE("json: refuses a number too large for a double") {
  CHECK(refusal<double>("1e400") == ": must be a number that a double holds");
  CHECK(refusal<double>("-1e400") == ": must be a number that a double holds");
  CHECK(refusal<double>(std::string(400, '9')) == ": must be a number that a double holds");
}

TEST_CASE("json: decodes every escape") {
  CHECK(from_json<std::string>(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(from_json<std::string>(R"("\u0041\u00fc\u20AC\ud83c\udf0a")") ==
        "A\xC3\xBC\xE2\x82\xAC\xF0\x9F\x8C\x8A");
  CHECK(from_json<std::string>(R"("a\u0000b")") == "a\0b"s);
}

TEST_CASE("json: says which enumerators there are, and which one is near") {
  CHECK(refusal<colour>(R"("gren")") ==
        R"(: must be one of "red", "green", "blue"; did you mean "green"?)");
  CHECK(refusal<colour>("1") == ": must be a string: got a number");
}

TEST_CASE("json: refuses an array of another size") {
  using pair = std::array<int, 2>;
  CHECK(refusal<pair>("[1]") == ": must have 2 entries: got 1");
  CHECK(refusal<pair>("[1,2,3]") == ": must have 2 entries: got 3");
}

TEST_CASE("json: ignores an unknown key unless told otherwise") {
  const std::string text = R"({"name":"x","price":1,"stok":{"deep":[1,{"a":"}"}]}})";

  CHECK(from_json<item>(text).name == "x");
  CHECK(refusal<item>(text, {.on_unknown_key = unknown_keys::refuse}) ==
        R"(/stok: is not known; did you mean "stock"?)");
}

TEST_CASE("json: refuses a repeated key anywhere, in whatever way it is spelt") {
  CHECK_THROWS_AS(static_cast<void>(from_json<item>(R"({"name":"a","price":1,"name":"b"})")),
                  parse_error);
  CHECK_THROWS_AS(
      static_cast<void>(from_json<item>(R"({"name":"a","price":1,"x":[{"y":1,"y":2}]})")),
      parse_error);
  CHECK_THROWS_AS(static_cast<void>(from_json<json_text>(R"({"a":1,"\u0061":2})")), parse_error);
  CHECK_NOTHROW(static_cast<void>(from_json<json_text>(R"({"a":{"a":1},"b":{"a":1}})")));
}

TEST_CASE("json: refuses a repeated key among very many") {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += "\"k" + std::to_string(i) + "\":0,";

  CHECK_NOTHROW(static_cast<void>(from_json<json_text>(text + "\"k1000\":0}")));
  CHECK_THROWS_AS(static_cast<void>(from_json<json_text>(text + "\"k500\":0}")), parse_error);
}

TEST_CASE("json: refuses text that is not UTF-8") {
  for (const auto* text : {"\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xFF\"",
                           "{\"\xC3\":1}", R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(from_json<json_text>(text)), parse_error);
  }
}

TEST_CASE("json: refuses what RFC 8259 does not allow") {
  for (const auto* text : {"",           " ",
                           "{",          "[1,]",
                           "{\"a\":1,}", "01",
                           "+1",         ".5",
                           "1.",         "NaN",
                           "Infinity",   "-",
                           "'a'",        "{a:1}",
                           "[1 2]",      "\"a\nb\"",
                           "\"\\x\"",    "tru",
                           "nullx",      "1 2",
                           "// c\n1",    "\xEF\xBB\xBF[]",
                           "[1}",        "\"a",
                           "1e",         "\0"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(from_json<json_text>(text)), parse_error);
  }
}

TEST_CASE("json: tells where the syntax breaks") {
  try {
    static_cast<void>(from_json<item>("{\n  \"name\": nil\n}"));
    FAIL("accepted");
  } catch (const parse_error& e) {
    CHECK(e.line() == 2);
    CHECK(e.column() == 11);
    CHECK(e.offset() == 12);
    CHECK(e.code() == model::errc::syntax);
  }
}

TEST_CASE("json: limits how deep a text may nest") {
  const auto nested = [](int depth) {
    const auto count = static_cast<std::size_t>(depth);
    return std::string(count, '[') + std::string(count, ']');
  };

  CHECK_NOTHROW(static_cast<void>(from_json<json_text>(nested(64))));
  CHECK_THROWS_AS(static_cast<void>(from_json<json_text>(nested(65))), document_limit_exceeded);
  CHECK_THROWS_AS(static_cast<void>(from_json<json_text>(nested(1000000))),
                  document_limit_exceeded);
  CHECK_NOTHROW(static_cast<void>(from_json<json_text>(nested(3), {.max_depth = 3})));
}

TEST_CASE("json: limits how long a text may be") {
  CHECK_NOTHROW(static_cast<void>(from_json<int>("1234", {.max_bytes = 4})));
  CHECK_THROWS_AS(static_cast<void>(from_json<int>("12345", {.max_bytes = 4})),
                  document_limit_exceeded);
}

TEST_CASE("json: a text of any shape either reads or is refused at every cut") {
  const std::string text =
      R"({"id":7,"paint":"blue","items":[{"name":"\u00fcx","price":-2.5e1,"stock":null}]})";

  CHECK_NOTHROW(static_cast<void>(from_json<order>(text)));
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(static_cast<void>(from_json<order>(text.substr(0, size))), parse_error);
  }
}
