// SPDX-License-Identifier: MIT
#include <memory>
#include <string>
#include <string_view>

#include "http/request_builder.hpp"
#include "support/test.hpp"

using namespace leat;
using http::origin_memory;

namespace {

std::string origin_number(std::size_t number) {
  return "http://h" + std::to_string(number) + ".test";
}

/// As a client does, when it has not found an origin.
bool meet(origin_memory& memory, const std::string& spelled) {
  if (!memory.has_come_again(spelled)) return false;
  proto::url root;
  REQUIRE_FALSE(proto::parse_url(spelled, root));
  memory.learn(http::make_known_origin(spelled, root, {}, true));
  return true;
}

void learn(origin_memory& memory, const std::string& spelled) {
  REQUIRE_FALSE(meet(memory, spelled));
  REQUIRE(meet(memory, spelled));
}

}  // namespace

TEST_CASE("origin memory: what comes twice in a row is learned") {
  origin_memory memory;
  CHECK_FALSE(meet(memory, "http://a.test"));
  CHECK_FALSE(meet(memory, "http://b.test"));
  CHECK_FALSE(meet(memory, "http://a.test"));
  CHECK(memory.find("http://a.test/x") == nullptr);
  CHECK(meet(memory, "http://a.test"));
  REQUIRE(memory.find("http://a.test/x") != nullptr);
  CHECK(memory.find("http://a.test/x")->spelled == "http://a.test");
  CHECK(memory.find("http://b.test/x") == nullptr);
}

TEST_CASE("origin memory: what is known is found in any order, and stays where it is") {
  origin_memory memory;
  learn(memory, "http://a.test");
  const auto* const a = memory.find("http://a.test/");
  learn(memory, "http://b.test");
  const auto* const b = memory.find("http://b.test/");
  for (int i = 0; i < 3; ++i) {
    CHECK(memory.find("http://a.test/") == a);
    CHECK(memory.find("http://b.test/") == b);
  }
}

TEST_CASE("origin memory: neither more of an authority nor less of a path is the origin") {
  origin_memory memory;
  learn(memory, "http://a.test");
  for (const char* url :
       {"http://a.test", "http://a.test:81/", "http://a.test.b/", "http://a.testb/",
        "http://a.test//x", "http://a.test?x", "https://a.test/"}) {
    CAPTURE(url);
    CHECK(memory.find(url) == nullptr);
  }
}

TEST_CASE("origin memory: what is known is not learned again, however it is asked for") {
  origin_memory memory;
  learn(memory, "http://a.test");
  // Such as `http://a.test?x`, which is read as a whole each time.
  for (int i = 0; i < 3; ++i) CHECK_FALSE(memory.has_come_again("http://a.test"));
  CHECK_FALSE(memory.has_come_again(""));
  CHECK_FALSE(memory.has_come_again(""));
}

TEST_CASE("origin memory: the first ones are kept, and no others") {
  origin_memory memory;
  for (std::size_t i = 0; i < origin_memory::most_known; ++i) learn(memory, origin_number(i));
  const std::string other = origin_number(origin_memory::most_known);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(meet(memory, other));
  CHECK(memory.find(other + "/") == nullptr);
  for (std::size_t i = 0; i < origin_memory::most_known; ++i) {
    CHECK(memory.find(origin_number(i) + "/") != nullptr);
  }
}
