// SPDX-License-Identifier: MIT
#include "leat/proto/cookies/cookie.hpp"

#include <chrono>
#include <string>

#include "support/test.hpp"

using namespace leat::proto;
using namespace std::chrono_literals;

namespace {

constexpr wall_time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26) + 12h;

url at(std::string_view text) {
  url parsed;
  REQUIRE(!parse_url(text, parsed));
  return parsed;
}

cookie taken(std::string_view text, std::string_view from = "https://www.a.test/dir/page") {
  cookie made;
  REQUIRE(parse_set_cookie(text, at(from), now, made) == cookie_refusal::none);
  return made;
}

cookie_refusal refusal_of(std::string_view text,
                          std::string_view from = "https://www.a.test/dir/page") {
  cookie made;
  return parse_set_cookie(text, at(from), now, made);
}

wall_time date(int year, unsigned month, unsigned day, std::chrono::seconds time = 0s) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) /
                               std::chrono::day(day)) +
         time;
}

}  // namespace

TEST_CASE("set-cookie: without attributes it is for the host and the folder of the page") {
  const auto made = taken("sid=31d4");
  CHECK(made.name == "sid");
  CHECK(made.value == "31d4");
  CHECK(made.domain == "www.a.test");
  CHECK(made.is_host_only);
  CHECK(made.path == "/dir");
  CHECK_FALSE(made.expires);
}

TEST_CASE("set-cookie: reads all attributes, whatever their case and the blanks around them") {
  const auto made =
      taken(" a = b ; DOMAIN = .A.test ; path=/x;Secure ; httponly;SameSite=Lax; unknown=1");
  CHECK(made.name == "a");
  CHECK(made.value == "b");
  CHECK(made.domain == "a.test");
  CHECK_FALSE(made.is_host_only);
  CHECK(made.path == "/x");
  CHECK(made.is_secure);
  CHECK(made.is_http_only);
  CHECK(made.site == same_site::lax);
}

TEST_CASE("set-cookie: a value may hold equals signs and quotes, and may be empty") {
  CHECK(taken("a=b=c").value == "b=c");
  CHECK(taken("a=\"b c\"").value == "\"b c\"");
  CHECK(taken("a=").value.empty());
}

TEST_CASE("set-cookie: Max-Age wins over Expires") {
  CHECK(taken("a=b; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT").expires == now + 60s);
  CHECK(taken("a=b; Expires=Fri, 27 Nov 2026 00:00:00 GMT").expires == date(2026, 11, 27));
}

TEST_CASE("set-cookie: a Max-Age of zero, below, or that is no number") {
  CHECK(taken("a=b; Max-Age=0").expires == wall_time::min());
  CHECK(taken("a=b; Max-Age=-1").expires == wall_time::min());
  CHECK_FALSE(taken("a=b; Max-Age=1x").expires);
  CHECK_FALSE(taken("a=b; Max-Age=").expires);
}

TEST_CASE("set-cookie: no cookie is kept for longer than 400 days") {
  const auto limit = now + std::chrono::days(400);
  CHECK(taken("a=b; Max-Age=99999999999999999999999").expires == limit);
  CHECK(taken("a=b; Expires=Fri, 01 Jan 2100 00:00:00 GMT").expires == limit);
}

TEST_CASE("set-cookie: a path that does not begin with a slash is that of the page") {
  CHECK(taken("a=b; Path=x").path == "/dir");
  CHECK(taken("a=b; Path=").path == "/dir");
  CHECK(taken("a=b", "https://a.test/").path == "/");
  CHECK(taken("a=b", "https://a.test/page").path == "/");
}

TEST_CASE("set-cookie: refuses a domain that the host does not belong to") {
  CHECK(refusal_of("a=b; Domain=b.test") == cookie_refusal::foreign_domain);
  CHECK(refusal_of("a=b; Domain=x.www.a.test") == cookie_refusal::foreign_domain);
  CHECK(refusal_of("a=b; Domain=w.a.test") == cookie_refusal::foreign_domain);
  CHECK(refusal_of("a=b; Domain=0.0.1", "http://127.0.0.1/") == cookie_refusal::foreign_domain);
}

TEST_CASE("set-cookie: refuses a domain under which anybody can register") {
  CHECK(refusal_of("a=b; Domain=com", "https://a.com/") == cookie_refusal::public_suffix);
  CHECK(refusal_of("a=b; Domain=co.uk", "https://a.co.uk/") == cookie_refusal::public_suffix);
  CHECK(refusal_of("a=b; Domain=github.io", "https://a.github.io/") ==
        cookie_refusal::public_suffix);
  CHECK(taken("a=b; Domain=a.co.uk", "https://www.a.co.uk/").domain == "a.co.uk");
}

TEST_CASE("set-cookie: a public suffix may keep cookies for itself alone") {
  const auto made = taken("a=b; Domain=github.io", "https://github.io/");
  CHECK(made.domain == "github.io");
  CHECK(made.is_host_only);
}

TEST_CASE("set-cookie: refuses a domain that begins with a dot after the one that may be there") {
  CHECK(refusal_of("a=b", "https://.a.test/") == cookie_refusal::malformed);
  CHECK(refusal_of("a=b; Domain=..a.test", "https://.a.test/") == cookie_refusal::malformed);
  CHECK(taken("a=b; Domain=.a.test", "https://www.a.test/").domain == "a.test");
}

TEST_CASE("set-cookie: refuses what has no name, no equals sign, or control characters") {
  CHECK(refusal_of("") == cookie_refusal::malformed);
  CHECK(refusal_of("a") == cookie_refusal::malformed);
  CHECK(refusal_of("=b") == cookie_refusal::malformed);
  CHECK(refusal_of(std::string_view("a=b\0c", 5)) == cookie_refusal::malformed);
  CHECK(refusal_of("a=b\r\nX: y") == cookie_refusal::malformed);
}

TEST_CASE("set-cookie: refuses more than 4096 bytes of name and value") {
  CHECK(taken("a=" + std::string(4095, 'x')).value.size() == 4095);
  CHECK(refusal_of("a=" + std::string(4096, 'x')) == cookie_refusal::too_long);
}

TEST_CASE("set-cookie: ignores an attribute of more than 1024 bytes") {
  CHECK(taken("a=b; Path=/" + std::string(1023, 'x')).path.size() == 1024);
  CHECK(taken("a=b; Path=/" + std::string(1024, 'x')).path == "/dir");
}

TEST_CASE("set-cookie: a secure one cannot come over a connection that is not") {
  CHECK(refusal_of("a=b; Secure", "http://a.test/") == cookie_refusal::insecure);
}

TEST_CASE("set-cookie: the prefixes of names mean what they say") {
  CHECK(refusal_of("__Secure-a=b") == cookie_refusal::prefix);
  CHECK(taken("__Secure-a=b; Secure").is_secure);
  CHECK(refusal_of("__Host-a=b; Secure") == cookie_refusal::prefix);
  CHECK(refusal_of("__HOST-a=b; Secure; Path=/; Domain=a.test") == cookie_refusal::prefix);
  CHECK(taken("__Host-a=b; Secure; Path=/").is_host_only);
}

TEST_CASE("cookie date: reads the formats that servers use") {
  const auto expected = date(1994, 11, 6, 8h + 49min + 37s);
  CHECK(parse_cookie_date("Sun, 06 Nov 1994 08:49:37 GMT") == expected);
  CHECK(parse_cookie_date("Sunday, 06-Nov-94 08:49:37 GMT") == expected);
  CHECK(parse_cookie_date("Sun Nov  6 08:49:37 1994") == expected);
  CHECK(parse_cookie_date("6 november 1994 8:49:37") == expected);
}

TEST_CASE("cookie date: two digits of a year mean 1970 to 2069") {
  CHECK(parse_cookie_date("1 Jan 70 00:00:00") == date(1970, 1, 1));
  CHECK(parse_cookie_date("1 Jan 69 00:00:00") == date(2069, 1, 1));
}

TEST_CASE("cookie date: refuses what is no date") {
  for (std::string_view text :
       {"", "tomorrow", "1 Jan 2026", "31 Feb 2026 00:00:00", "1 Jan 1600 00:00:00",
        "1 Jan 2026 24:00:00", "1 Jan 2026 00:60:00", "1 Jan 2026 00:00:60", "0 Jan 2026 00:00:00",
        "1 Jan 20261 00:00:00", "1 Foo 2026 00:00:00", "1 Jan 2026 00:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cookie_date(text));
  }
}
