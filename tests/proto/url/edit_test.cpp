// SPDX-License-Identifier: MIT
#include <string>

#include "leat/proto/url/error.hpp"
#include "leat/proto/url/url.hpp"

#include "support/test.hpp"

using namespace leat::proto;

namespace {

url parsed(std::string_view text) {
  url made;
  REQUIRE_FALSE(parse_url(text, made));
  return made;
}

/// The text of the edited URL with its credentials, or why it is none.
std::string edited(std::string_view text, const url_changes& changes) {
  url made = parsed(text);
  if (const auto error = edit(made, changes, made)) {
    CHECK(made == parsed(text));
    return error.message();
  }
  // What comes out is in normal form.
  CHECK(parsed(made.text()) == made.without_userinfo());
  return made.userinfo().empty() ? made.text() : made.userinfo() + "@ " + made.text();
}

std::string message(url_errc code) {
  return make_error_code(code).message();
}

constexpr const char* full = "http://u:p@a.test:81/b/c?d=e#f";

}  // namespace

TEST_CASE("url: edits one component and keeps the others") {
  CHECK(edited(full, {}) == "u:p@ http://a.test:81/b/c?d=e#f");
  CHECK(edited(full, {.scheme = "HTTPS"}) == "u:p@ https://a.test:81/b/c?d=e#f");
  CHECK(edited(full, {.username = "x@y"}) == "x%40y:p@ http://a.test:81/b/c?d=e#f");
  CHECK(edited(full, {.password = ""}) == "u@ http://a.test:81/b/c?d=e#f");
  CHECK(edited(full, {.username = "", .password = ""}) == "http://a.test:81/b/c?d=e#f");
  CHECK(edited(full, {.host = "B.test"}) == "u:p@ http://b.test:81/b/c?d=e#f");
  CHECK(edited(full, {.host = "::1"}) == "u:p@ http://[::1]:81/b/c?d=e#f");
  CHECK(edited(full, {.host = "[::1]"}) == "u:p@ http://[::1]:81/b/c?d=e#f");
  CHECK(edited(full, {.port = 80}) == "u:p@ http://a.test/b/c?d=e#f");
  CHECK(edited(full, {.port = 0}) == "u:p@ http://a.test/b/c?d=e#f");
  CHECK(edited(full, {.path = "x y/../z"}) == "u:p@ http://a.test:81/z?d=e#f");
  CHECK(edited(full, {.path = ""}) == "u:p@ http://a.test:81/?d=e#f");
  CHECK(edited(full, {.query = ""}) == "u:p@ http://a.test:81/b/c#f");
  CHECK(edited(full, {.query = "x=1", .fragment = ""}) == "u:p@ http://a.test:81/b/c?x=1");
}

TEST_CASE("url: a default port follows the scheme") {
  CHECK(edited("http://a.test/", {.scheme = "https"}) == "https://a.test/");
  CHECK(edited("http://a.test:0/", {.path = "/b"}) == "http://a.test:0/b");
  CHECK(edited("http://[::1]/", {.scheme = "https", .port = 8443}) == "https://[::1]:8443/");
}

TEST_CASE("url: no component spills into another") {
  CHECK(edited(full, {.path = "/x?y#z"}) == "u:p@ http://a.test:81/x%3Fy%23z?d=e#f");
  CHECK(edited(full, {.query = "a#b"}) == "u:p@ http://a.test:81/b/c?a%23b#f");
  CHECK(edited(full, {.username = "a:b/c"}) == "a%3Ab%2Fc:p@ http://a.test:81/b/c?d=e#f");
  for (const char* host : {"evil.test/", "x@evil.test", "a?b", "a#b", "a\\b", "a b", "a:80",
                           "[::1]:80", "[::1", "::1]"}) {
    CAPTURE(host);
    CHECK(edited(full, {.host = host}) == message(url_errc::invalid_host));
  }
  CHECK(edited(full, {.host = ""}) == message(url_errc::missing_host));
  for (const char* scheme : {"", "1x", "a b", "http:", "x/"}) {
    CAPTURE(scheme);
    CHECK(edited(full, {.scheme = scheme}) == message(url_errc::invalid_scheme));
  }
  CHECK(edited(full, {.path = "a\nb"}) == message(url_errc::control_character));
  const std::string large(url::max_bytes, 'x');
  CHECK(edited(full, {.path = large}) == message(url_errc::too_long));
  url nothing;
  CHECK(edit(url(), {.path = "/"}, nothing) == url_errc::missing_scheme);
}
