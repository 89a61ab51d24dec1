// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include "leat/base/error.hpp"
#include "leat/http/cookies.hpp"
#include "leat/http/error.hpp"

#include "support/test.hpp"

using namespace leat;

namespace {

proto::url url_of(std::string_view text) {
  proto::url parsed;
  REQUIRE(!proto::parse_url(text, parsed));
  return parsed;
}

}  // namespace

TEST_CASE("cookies: one that is put in by hand is for its host, however that is spelt") {
  http::cookies jar;
  jar.set("session", "1", "A.Test");
  CHECK(jar.header_for(url_of("http://a.test/any/path")) == "session=1");
  CHECK(jar.header_for(url_of("http://www.a.test/")).empty());
  CHECK(jar.header_for(url_of("http://b.test/")).empty());
  jar.set("session", "2", "a.test");
  CHECK(jar.header_for(url_of("http://a.test/")) == "session=2");
}

TEST_CASE("cookies: several of a name are a conflict, unless it is said which is meant") {
  http::cookies jar;
  jar.set("a", "1", "x.test");
  jar.set("a", "2", "y.test");
  proto::cookie deep;
  deep.name = "a";
  deep.value = "3";
  deep.domain = "y.test";
  deep.path = "/deep";
  jar.set(deep);

  CHECK_THROWS_WITH_AS(static_cast<void>(jar.get("a")),
                       "3 cookies are called a: say of which domain or path",
                       http::cookie_conflict);
  CHECK_THROWS_AS(static_cast<void>(jar.get("a", "y.test")), http::cookie_conflict);
  CHECK(jar.get("a", "x.test") == "1");
  CHECK(jar.get("a", "y.test", "/deep") == "3");
  CHECK(jar.get("a", {}, "/deep") == "3");
  CHECK_FALSE(jar.get("b"));
}

TEST_CASE("cookies: are removed by name, and cleared by domain or all") {
  http::cookies jar;
  for (const char* host : {"x.test", "www.x.test", "y.test"}) jar.set("a", "1", host);
  CHECK(jar.remove("a", "y.test") == 1);
  CHECK(jar.remove("a", "y.test") == 0);
  jar.clear("www.x.test");
  CHECK(jar.all().size() == 1);
  jar.clear();
  CHECK(jar.all().empty());
}

TEST_CASE("cookies: what a server may not set is not kept") {
  http::cookies jar;
  const http::headers answer{{"set-cookie", "own=1"},
                             {"Set-Cookie", "foreign=1; Domain=b.test"},
                             {"set-cookie", "all=1; Domain=test"},
                             {"set-cookie", "gone=1; Max-Age=0"},
                             {"set-cookie", "secure=1; Secure"},
                             {"set-cookie", "below=1; Domain=a.test; Path=/x"}};
  jar.store(url_of("http://www.a.test/dir/page"), answer);
  CHECK(jar.header_for(url_of("http://www.a.test/dir/")) == "own=1");
  CHECK(jar.header_for(url_of("http://other.a.test/x/y")) == "below=1");
  CHECK(jar.all().size() == 2);
}

TEST_CASE("cookies: what cannot be sent is refused") {
  http::cookies jar;
  CHECK_THROWS_AS(jar.set("a;b", "1", "a.test"), invalid_argument);
  CHECK_THROWS_AS(jar.set("a", "1\r\nx: y", "a.test"), invalid_argument);
  CHECK_THROWS_AS(jar.set("a", "1", ""), invalid_argument);
  CHECK_THROWS_AS(jar.load("no line of a jar\n"), invalid_argument);
  CHECK(jar.all().empty());
}
