// SPDX-License-Identifier: MIT
#include "http/mount_pattern.hpp"

#include <string>

#include "leat/base/error.hpp"

#include "support/test.hpp"

using namespace leat;

namespace {

proto::url url(const std::string& text) {
  proto::url parsed;
  REQUIRE_FALSE(proto::parse_url(text, parsed));
  return parsed;
}

}  // namespace

TEST_CASE("mount: a pattern matches what the table says") {
  struct row {
    const char* pattern;
    const char* url;
    bool matches;
  };
  constexpr row table[] = {
      {"all://", "http://a.test", true},
      {"http://", "http://a.test", true},
      {"http://", "https://a.test", false},
      {"all://a.test", "https://a.test:8443", true},
      {"all://A.Test", "https://a.test", true},
      {"all://a.test", "https://www.a.test", false},
      {"https://a.test", "http://a.test", false},
      {"all://*.a.test", "http://www.a.test", true},
      {"all://*.a.test", "http://a.test", false},
      {"all://*.a.test", "http://wwwa.test", false},
      {"all://a.test:8080", "http://a.test:8080", true},
      {"all://a.test:8080", "http://a.test", false},
      {"all://a.test:443", "https://a.test", true},
      {"all://a.test:80", "http://a.test", true},
      {"all://*:8080", "http://b.test:8080", true},
      {"all://*:8080", "http://b.test", false},
      {"all://*", "http://b.test", true},
      {"all://*.a.test:81", "http://b.a.test:81", true},
      {"http://[::1]:81", "http://[::1]:81", true},
      {"http://[::1]", "http://[::1]:81", true},
  };
  for (const auto& each : table) {
    CAPTURE(std::string(each.pattern));
    CAPTURE(std::string(each.url));
    CHECK(http::mount_pattern(each.pattern).matches(url(each.url)) == each.matches);
  }
}

TEST_CASE("mount: the more specific pattern goes first") {
  constexpr const char* in_order[] = {
      "http://a.test:80",   "all://a.test:80",   "all://*.b.test:80", "all://*:80",
      "http://long.a.test", "all://long.a.test", "all://a.test",      "http://*.long.test",
      "all://*.long.test",  "all://*.test",      "http://",           "all://"};
  for (std::size_t i = 0; i < std::size(in_order); ++i) {
    for (std::size_t j = 0; j < std::size(in_order); ++j) {
      CAPTURE(std::string(in_order[i]));
      CAPTURE(std::string(in_order[j]));
      CHECK(http::mount_pattern(in_order[i]).goes_before(http::mount_pattern(in_order[j])) ==
            (i < j));
    }
  }
}

TEST_CASE("mount: what is no pattern is refused") {
  for (const char* bad :
       {"", "a.test", "ftp://a.test", "all:/", "all://a.test/path", "all://a b", "all://u@a.test",
        "all://a.test:0", "all://a.test:99999", "all://*a.test", "all://a.*.test"}) {
    CAPTURE(std::string(bad));
    CHECK_THROWS_AS(http::mount_pattern{bad}, invalid_argument);
  }
}
