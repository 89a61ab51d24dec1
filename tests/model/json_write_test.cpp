// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "leat/model/json.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace leat::model;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

enum class colour { red, green };
BOOST_DESCRIBE_ENUM(colour, red, green)

struct item {
  std::string name;
  double price = 0;
  std::optional<int> stock;
  std::optional<int> rank;
};
BOOST_DESCRIBE_STRUCT(item, (), (name, price, stock, rank))

consteval auto leat_rules(const item*) {
  using namespace leat::model::rules;
  return list(field<&item::rank>(null_when_empty), field<&item::price>(renamed("unit-price")));
}

}  // namespace

TEST_CASE("json: writes a described struct in the order of its description") {
  CHECK(to_json(item{"pump", 2.5, 3, 4}) ==
        R"({"name":"pump","unit-price":2.5,"stock":3,"rank":4})");
}

TEST_CASE("json: leaves an empty optional out unless a rule asks for null") {
  CHECK(to_json(item{"pump", 2, {}, {}}) == R"({"name":"pump","unit-price":2,"rank":null})");
}

TEST_CASE("json: writes an empty optional in an array as null") {
  CHECK(to_json(std::vector<std::optional<int>>{1, std::nullopt}) == "[1,null]");
}

TEST_CASE("json: writes every kind of value") {
  CHECK(to_json(true) == "true");
  CHECK(to_json(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(to_json(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(to_json(colour::green) == R"("green")");
  CHECK(to_json(1500ms) == R"("1500ms")");
  CHECK(to_json(std::string_view("view")) == R"("view")");
  CHECK(to_json(std::array{1, 2}) == "[1,2]");
  CHECK(to_json(std::map<std::string, std::vector<int>>{{"a", {}}, {"b", {1}}}) ==
        R"({"a":[],"b":[1]})");
  CHECK(to_json(std::vector<item>{}) == "[]");
}

TEST_CASE("json: writes doubles in the shortest form that reads back the same") {
  for (const double value : {0.0, -0.0, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125,
                             std::numeric_limits<double>::max()}) {
    CHECK(from_json<double>(to_json(value)) == value);
  }
  CHECK(to_json(0.1) == "0.1");
  CHECK(to_json(1.0) == "1");
  CHECK(to_json(1e20) == "1e+20");
}

TEST_CASE("json: refuses to write a number that is not finite") {
  std::string out = "kept";
  const item bad{"x", std::numeric_limits<double>::quiet_NaN(), {}, {}};

  CHECK_THROWS_WITH_AS(write_json(bad, out),
                       "cannot write JSON: a number that is not finite, at or near member "
                       "\"unit-price\"",
                       write_error);
  CHECK(out == "kept");
  CHECK_THROWS_AS(static_cast<void>(to_json(std::numeric_limits<double>::infinity())), write_error);
}

TEST_CASE("json: refuses to write text that is not UTF-8") {
  CHECK_THROWS_AS(static_cast<void>(to_json("abc\xC3"s)), write_error);
  CHECK_THROWS_AS(static_cast<void>(to_json("\xED\xA0\x80"s)), write_error);
  CHECK_THROWS_AS(static_cast<void>(to_json(std::map<std::string, int>{{"\xFF", 1}})), write_error);
}

TEST_CASE("json: refuses to write an enumerator that has no name") {
  CHECK_THROWS_AS(static_cast<void>(to_json(static_cast<colour>(7))), write_error);
}

TEST_CASE("json: escapes what a string cannot hold, at every position of a machine word") {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t position = 0; position < 20; ++position) {
      std::string text(20, 'a');
      text[position] = static_cast<char>(byte);
      CAPTURE(byte);
      CAPTURE(position);
      const std::string written = to_json(text);
      CHECK(from_json<std::string>(written) == text);
      for (const char c : written) CHECK(static_cast<unsigned char>(c) >= 0x20);
    }
  }
}

TEST_CASE("json: writes characters beyond ASCII as they are") {
  const auto text = "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x8C\x8A"s;
  CHECK(to_json(text) == "\"" + text + "\"");
}

TEST_CASE("json: writes texts of every length around the size of its buffer") {
  for (std::size_t size = 1000; size < 1050; ++size) {
    const std::vector<std::string> texts{std::string(size, 'x'), "y", std::string(3 * size, '"')};
    CHECK(from_json<std::vector<std::string>>(to_json(texts)) == texts);
  }
}

TEST_CASE("json: appends to what is there") {
  std::string out = "data: ";
  write_json(std::vector{1, 2}, out);
  CHECK(out == "data: [1,2]");
}
