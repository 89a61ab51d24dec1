// SPDX-License-Identifier: MIT
#include "leat/model/ordered_map.hpp"

#include <string>

#include "leat/model/json.hpp"

#include "support/test.hpp"

using namespace leat::model;

namespace {

struct section {
  std::string status;
  std::optional<json_text> data{};
  std::optional<std::string> detail{};
};
BOOST_DESCRIBE_STRUCT(section, (), (status, data, detail))

}  // namespace

TEST_CASE("ordered map: keeps the order in which keys were added") {
  ordered_map<int> map;
  map["zebra"] = 1;
  map["ant"] = 2;
  map["zebra"] = 3;

  CHECK(to_json(map) == R"({"zebra":3,"ant":2})");
}

TEST_CASE("ordered map: finds what is there and nothing else") {
  const ordered_map<int> map{{"a", 1}, {"b", 2}};

  REQUIRE(map.find("b") != nullptr);
  CHECK(*map.find("b") == 2);
  CHECK(map.find("c") == nullptr);
  CHECK(map.size() == 2);
}

TEST_CASE("ordered map: reads an object in the order of the text") {
  const auto map = from_json<ordered_map<int>>(R"({"z":1,"a":2,"m":3})");

  CHECK(map == ordered_map<int>{{"z", 1}, {"a", 2}, {"m", 3}});
  CHECK(to_json(map) == R"({"z":1,"a":2,"m":3})");
}

TEST_CASE("ordered map: makes a dashboard whose sections are named at run time") {
  ordered_map<section> dashboard;
  dashboard["activity"] = {.status = "ok", .data = json_text::parse(R"({"users": 3})")};
  dashboard["revenue"] = {.status = "error", .detail = "timed out"};

  CHECK(to_json(dashboard) == R"({"activity":{"status":"ok","data":{"users":3}},)"
                              R"("revenue":{"status":"error","detail":"timed out"}})");
}
