// SPDX-License-Identifier: MIT
#include "leat/proto/cookies/jar.hpp"

#include <string>

#include "support/test.hpp"

using namespace leat::proto;
using namespace std::chrono_literals;

namespace {

constexpr wall_time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);

url at(std::string_view text) {
  url parsed;
  REQUIRE(!parse_url(text, parsed));
  return parsed;
}

void store(cookie_jar& jar, std::string_view text, std::string_view from, wall_time when = now) {
  CAPTURE(text);
  REQUIRE(jar.store(text, at(from), when) == cookie_refusal::none);
}

std::string sent(cookie_jar& jar, std::string_view to, wall_time when = now) {
  return jar.header_for(at(to), when);
}

}  // namespace

TEST_CASE("cookie jar: sends a cookie back to the host that set it, and to no other") {
  cookie_jar jar;
  store(jar, "a=1", "http://a.test/");
  CHECK(sent(jar, "http://a.test/x") == "a=1");
  CHECK(sent(jar, "http://www.a.test/").empty());
  CHECK(sent(jar, "http://b.test/").empty());
  CHECK(sent(jar, "http://evil-a.test/").empty());
}

TEST_CASE("cookie jar: a cookie of a domain goes to what is below it") {
  cookie_jar jar;
  store(jar, "a=1; Domain=a.test", "http://www.a.test/");
  CHECK(sent(jar, "http://a.test/") == "a=1");
  CHECK(sent(jar, "http://x.y.a.test/") == "a=1");
  CHECK(sent(jar, "http://xa.test/").empty());
}

TEST_CASE("cookie jar: the port makes no difference") {
  cookie_jar jar;
  store(jar, "a=1", "http://a.test:8080/");
  CHECK(sent(jar, "http://a.test:9090/") == "a=1");
}

TEST_CASE("cookie jar: a path covers its folder, not what only begins like it") {
  cookie_jar jar;
  store(jar, "a=1; Path=/api", "http://a.test/");
  CHECK(sent(jar, "http://a.test/api") == "a=1");
  CHECK(sent(jar, "http://a.test/api/users") == "a=1");
  CHECK(sent(jar, "http://a.test/apis").empty());
  CHECK(sent(jar, "http://a.test/").empty());
}

TEST_CASE("cookie jar: a secure cookie goes over TLS only") {
  cookie_jar jar;
  store(jar, "a=1; Secure", "https://a.test/");
  CHECK(sent(jar, "https://a.test/") == "a=1");
  CHECK(sent(jar, "wss://a.test/") == "a=1");
  CHECK(sent(jar, "http://a.test/").empty());
}

TEST_CASE("cookie jar: what is not encrypted cannot overlay a secure cookie") {
  cookie_jar jar;
  store(jar, "a=1; Secure; Domain=a.test; Path=/", "https://a.test/");
  CHECK(jar.store("a=2", at("http://www.a.test/login"), now) == cookie_refusal::insecure);
  CHECK(sent(jar, "https://www.a.test/login") == "a=1");
}

TEST_CASE("cookie jar: longer paths come first, then older cookies") {
  cookie_jar jar;
  store(jar, "old=1; Path=/", "http://a.test/");
  store(jar, "new=1; Path=/", "http://a.test/");
  store(jar, "deep=1; Path=/x", "http://a.test/");
  store(jar, "old=2; Path=/", "http://a.test/");  // keeps its place
  CHECK(sent(jar, "http://a.test/x") == "deep=1; old=2; new=1");
}

TEST_CASE("cookie jar: an expired cookie is not sent") {
  cookie_jar jar;
  store(jar, "a=1; Max-Age=60", "http://a.test/");
  CHECK(sent(jar, "http://a.test/", now + 59s) == "a=1");
  CHECK(sent(jar, "http://a.test/", now + 60s).empty());
}

TEST_CASE("cookie jar: an answer that has expired removes the cookie") {
  cookie_jar jar;
  store(jar, "a=1", "http://a.test/");
  store(jar, "a=; Max-Age=0", "http://a.test/");
  CHECK(jar.size() == 0);
}

TEST_CASE("cookie jar: a domain that is full drops the cookie that was used longest ago") {
  cookie_jar jar({.per_domain = 2, .total = 100});
  store(jar, "a=1", "http://a.test/");
  store(jar, "b=1; Path=/b", "http://a.test/");
  store(jar, "c=1", "http://c.test/");
  static_cast<void>(sent(jar, "http://a.test/"));  // uses a
  store(jar, "d=1", "http://a.test/");
  CHECK(sent(jar, "http://a.test/b") == "a=1; d=1");
  CHECK(sent(jar, "http://c.test/") == "c=1");
}

TEST_CASE("cookie jar: what has expired goes before what has not") {
  cookie_jar jar({.per_domain = 2, .total = 100});
  store(jar, "a=1; Max-Age=10", "http://a.test/");
  store(jar, "b=1", "http://a.test/");
  static_cast<void>(sent(jar, "http://a.test/"));
  store(jar, "c=1", "http://a.test/", now + 10s);
  CHECK(sent(jar, "http://a.test/", now + 10s) == "b=1; c=1");
}

TEST_CASE("cookie jar: the total is limited over all domains") {
  cookie_jar jar({.per_domain = 10, .total = 2});
  store(jar, "a=1", "http://a.test/");
  store(jar, "b=1", "http://b.test/");
  store(jar, "c=1", "http://c.test/");
  CHECK(jar.size() == 2);
  CHECK(sent(jar, "http://a.test/").empty());
}

TEST_CASE("cookie jar: finds and removes by name, domain and path") {
  cookie_jar jar;
  store(jar, "a=1", "http://a.test/");
  store(jar, "a=2; Path=/x", "http://a.test/");
  store(jar, "a=3", "http://b.test/");
  CHECK(jar.find("a").size() == 3);
  CHECK(jar.find("a", "a.test").size() == 2);
  CHECK(jar.find("a", "a.test", "/x").front().value == "2");
  CHECK(jar.remove("a", "a.test") == 2);
  jar.clear("test");
  CHECK(jar.size() == 0);
}

TEST_CASE("cookie jar: a cookie that cannot be sent cannot be put in") {
  cookie_jar jar;
  cookie made;
  made.name = "a";
  made.value = "b; c=d";
  made.domain = "a.test";
  CHECK(jar.set(made, now) == cookie_refusal::malformed);
  made.value = "b\r\nX: y";
  CHECK(jar.set(made, now) == cookie_refusal::malformed);
  made.value = "b";
  CHECK(jar.set(made, now) == cookie_refusal::none);
  CHECK(sent(jar, "http://a.test/") == "a=b");
}

TEST_CASE("cookie jar: what is saved is loaded again as it was") {
  cookie_jar jar;
  store(jar, "a=1; Max-Age=1000; Secure; HttpOnly", "https://a.test/x/y");
  store(jar, "b=2; Max-Age=1000; Domain=b.test; Path=/", "http://www.b.test/");
  store(jar, "session=3", "http://a.test/");
  cookie_jar loaded;
  std::size_t bad_line = 0;
  REQUIRE(!loaded.load(jar.save(), now, bad_line));
  CHECK(loaded.size() == 2);
  CHECK(sent(loaded, "https://a.test/x") == "a=1");
  CHECK(sent(loaded, "http://x.b.test/") == "b=2");
  CHECK(loaded.find("a").front().is_http_only);

  cookie_jar with_session;
  REQUIRE(!with_session.load(jar.save(true), now, bad_line));
  CHECK(with_session.all() == jar.all());
}

TEST_CASE("cookie jar: a file with a bad line is not loaded at all") {
  for (std::string_view bad :
       {"a.test\tFALSE\t/\tFALSE\t0\ta", "a.test\tno\t/\tFALSE\t0\ta\tb",
        "a.test\tFALSE\t/\tFALSE\tsoon\ta\tb", "just text", "a.test\tFALSE\tx\tFALSE\t0\ta\tb"}) {
    CAPTURE(bad);
    cookie_jar jar;
    std::size_t line = 0;
    const std::string text =
        "# comment\n\na.test\tFALSE\t/\tFALSE\t0\tgood\t1\n" + std::string(bad);
    CHECK(jar.load(text, now, line));
    CHECK(line == 4);
    CHECK(jar.size() == 0);
  }
}

TEST_CASE("cookie jar: the end of a session drops what is good for it only") {
  cookie_jar jar;
  store(jar, "a=1", "http://a.test/");
  store(jar, "b=1; Max-Age=60", "http://a.test/");
  jar.end_session();
  CHECK(sent(jar, "http://a.test/") == "b=1");
}
