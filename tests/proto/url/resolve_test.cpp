// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <system_error>

#include "leat/proto/url/error.hpp"
#include "leat/proto/url/url.hpp"

#include "proto/url/reference.hpp"
#include "support/test.hpp"

using leat::proto::append;
using leat::proto::has_scheme;
using leat::proto::parse_url;
using leat::proto::remove_dot_segments;
using leat::proto::resolve;
using leat::proto::url;
using leat::proto::url_errc;

namespace {

url parsed(std::string_view text) {
  url made;
  REQUIRE(parse_url(text, made) == std::error_code());
  return made;
}

std::string resolved(std::string_view base, std::string_view reference) {
  url made = parsed(base);
  const std::error_code error = resolve(made, reference, made);
  return error ? error.message() : made.text();
}

std::string appended(std::string_view base, std::string_view path) {
  url made = parsed(base);
  const std::error_code error = append(made, path, made);
  return error ? error.message() : made.text();
}

}  // namespace

TEST_CASE("resolve: every example of RFC 3986, section 5.4") {
  struct {
    std::string_view reference;
    std::string_view result;
  } constexpr examples[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      // The empty path that the example has is `/` in the normal form of http.
      {"//g", "http://g/"},
  };

  for (const auto& [reference, result] : examples) {
    CAPTURE(reference);
    CHECK(resolved("http://a/b/c/d;p?q", reference) == result);
  }
}

TEST_CASE("resolve: a reference with the base's scheme stands for itself, and needs a host") {
  // The strict reading of section 5.4.2's last example; `http:g` cannot be requested.
  CHECK(resolved("http://a/b/c/d;p?q", "http:g") == "URL has no host");
}

TEST_CASE("resolve: a network path keeps the scheme in other schemes as it is") {
  CHECK(resolved("x://a/b", "//g") == "x://g");
}

TEST_CASE("resolve: the result is in normal form") {
  CHECK(resolved("https://a/b", "//H:443/%7Ex y") == "https://h/~x%20y");
  CHECK(resolved("http://a/b/c", "%2e%2e/d") == "http://a/d");
}

TEST_CASE("resolve: a base without a path is a root") {
  CHECK(resolved("x://a", "g") == "x://a/g");
}

TEST_CASE("resolve: credentials stay within the origin") {
  url made = parsed("https://u:w@a/x");
  REQUIRE_FALSE(resolve(made, "/y", made));
  CHECK(made.userinfo() == "u:w");
  REQUIRE_FALSE(resolve(made, "https://a:443/z", made));
  CHECK(made.userinfo() == "u:w");
  REQUIRE_FALSE(resolve(made, "http://a/z", made));
  CHECK(made.userinfo().empty());
}

TEST_CASE("resolve: credentials do not reach another host or port") {
  for (const std::string_view reference : {"//b/", "//a:444/", "https://b/"}) {
    CAPTURE(reference);
    url made = parsed("https://u:w@a/x");
    REQUIRE_FALSE(resolve(made, reference, made));
    CHECK(made.userinfo().empty());
  }
}

TEST_CASE("resolve: a reference brings credentials of its own") {
  url made = parsed("https://u:w@a/x");

  REQUIRE_FALSE(resolve(made, "https://v@a/", made));

  CHECK(made.userinfo() == "v");
}

TEST_CASE("resolve: a backslash is no slash") {
  CHECK(resolved("http://a/b", "\\\\evil.test/") == "http://a/%5C%5Cevil.test/");
  CHECK(resolved("http://a/b", "/\\evil.test/") == "http://a/%5Cevil.test/");
}

TEST_CASE("resolve: a reference that is refused leaves the target alone") {
  url made = parsed("http://a/b");

  CHECK(resolve(made, "http://[/", made) == url_errc::invalid_host);
  CHECK(resolve(made, "a\r\nb", made) == url_errc::control_character);
  CHECK(made.text() == "http://a/b");
}

TEST_CASE("resolve: nothing can be resolved against nothing") {
  url made;

  CHECK(resolve(url(), "/a", made) == url_errc::missing_scheme);
}

TEST_CASE("append: puts one slash between base and path") {
  for (const std::string_view base : {"https://h/api", "https://h/api/", "https://h/api//"}) {
    for (const std::string_view path : {"users", "/users", "//users"}) {
      CAPTURE(base);
      CAPTURE(path);
      CHECK(appended(base, path) == "https://h/api/users");
    }
  }
}

TEST_CASE("append: a base without a path is a root") {
  CHECK(appended("https://h", "users") == "https://h/users");
  CHECK(appended("x://h", "users") == "x://h/users");
}

TEST_CASE("append: an empty path changes nothing") {
  CHECK(appended("https://h/api", "") == "https://h/api");
  CHECK(appended("https://h/api/", "") == "https://h/api/");
}

TEST_CASE("append: keeps a slash at the end") {
  CHECK(appended("https://h/api", "users/") == "https://h/api/users/");
  CHECK(appended("https://h/api", "/") == "https://h/api/");
}

TEST_CASE("append: cannot leave the base") {
  CHECK(appended("https://h/api", "../x") == "https://h/api/x");
  CHECK(appended("https://h/api", "a/../../../x") == "https://h/api/x");
  CHECK(appended("https://h/api", "%2e%2e/x") == "https://h/api/x");
  CHECK(appended("https://h/api", "..") == "https://h/api/");
  CHECK(appended("https://h/api", "//evil.test/x") == "https://h/api/evil.test/x");
  CHECK(appended("https://h/api", "http://evil.test/x") == "https://h/api/http://evil.test/x");
}

TEST_CASE("append: joins the queries") {
  CHECK(appended("https://h/a?x=1", "b?y=2") == "https://h/a/b?x=1&y=2");
  CHECK(appended("https://h/a?x=1", "b") == "https://h/a/b?x=1");
  CHECK(appended("https://h/a", "b?y=2") == "https://h/a/b?y=2");
  CHECK(appended("https://h/a", "?y=2") == "https://h/a?y=2");
}

TEST_CASE("append: takes the fragment of the path") {
  CHECK(appended("https://h/a#x", "b#y?z") == "https://h/a/b#y?z");
  CHECK(appended("https://h/a#x", "b") == "https://h/a/b");
}

TEST_CASE("append: keeps credentials and port") {
  url made = parsed("https://u:w@h:8443/a");

  REQUIRE_FALSE(append(made, "b", made));

  CHECK(made.text() == "https://h:8443/a/b");
  CHECK(made.userinfo() == "u:w");
}

TEST_CASE("append: a path that needs nothing gives what reading the whole gives") {
  for (const char* base : {"https://h", "https://h/", "http://[::1]:81", "x://h", "https://h#f"}) {
    CAPTURE(base);
    const std::string origin(parsed(base).origin());
    for (const char* path :
         {"/", "/a", "/a/", "/a.b", "/a/b.c-d_e~f", "/a:@!$&'()*+,;=", "/a//b", "/a/.b", "/a/..b",
          "/a/./b", "/a/../b", "/%41", "/a%2fb", "/a b", "/a\\b", "/\xc3\xbc", "/a?b", "/a#b"}) {
      CAPTURE(path);
      url made = parsed("https://other:8443/x?y#z");
      REQUIRE_FALSE(append(parsed(base), path, made));
      CHECK(made == parsed(origin + path));
      CHECK(made.port() == parsed(base).port());
      CHECK(made.is_ipv6() == parsed(base).is_ipv6());
      CHECK(made.target() == parsed(origin + path).target());
      CHECK(made.origin() == origin);
      url in_place = parsed(base);
      REQUIRE_FALSE(append(in_place, path, in_place));
      CHECK(in_place == made);
    }
  }
}

TEST_CASE("append: a path that is refused leaves the target alone") {
  url made = parsed("https://h/a");

  CHECK(append(made, "b\r\n", made) == url_errc::control_character);
  CHECK(append(made, std::string(url::max_bytes, 'x'), made) == url_errc::too_long);
  CHECK(made.text() == "https://h/a");
}

TEST_CASE("scheme: is seen only in front of two slashes") {
  CHECK(has_scheme("http://a"));
  CHECK(has_scheme("x+y.z-1://"));
  CHECK_FALSE(has_scheme("localhost:8080/x"));
  CHECK_FALSE(has_scheme("/a://b"));
  CHECK_FALSE(has_scheme("//a"));
  CHECK_FALSE(has_scheme(""));
}

TEST_CASE("dot segments: are removed as in RFC 3986, section 5.2.4") {
  CHECK(remove_dot_segments("/a/b/c/./../../g") == "/a/g");
  CHECK(remove_dot_segments("mid/content=5/../6") == "mid/6");
  CHECK(remove_dot_segments("/..") == "/");
  CHECK(remove_dot_segments("/a//../b") == "/a/b");
  CHECK(remove_dot_segments("") == "");
}
