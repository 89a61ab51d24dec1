// SPDX-License-Identifier: MIT
#include "leat/proto/url/url.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/error.hpp"
#include "leat/proto/url/error.hpp"

#include "support/test.hpp"

using leat::proto::parse_url;
using leat::proto::url;
using leat::proto::url_errc;

namespace {

url parsed(std::string_view text) {
  CAPTURE(text);
  url made;
  REQUIRE(parse_url(text, made) == std::error_code());
  return made;
}

std::string normal(std::string_view text) {
  return parsed(text).text();
}

std::error_code refusal(std::string_view text) {
  url made = parsed("x://untouched");
  const std::error_code why = parse_url(text, made);
  if (why) CHECK(made.text() == "x://untouched");
  return why;
}

}  // namespace

TEST_CASE("url: is taken apart") {
  const url made = parsed("https://user:word@a.test:8443/p/q?x=1&y#frag");

  CHECK(made.scheme() == "https");
  CHECK(made.userinfo() == "user:word");
  CHECK(made.host() == "a.test");
  CHECK(made.port() == 8443);
  CHECK(made.has_explicit_port());
  CHECK(made.path() == "/p/q");
  CHECK(made.query() == "x=1&y");
  CHECK(made.fragment() == "frag");
  CHECK(made.authority() == "a.test:8443");
  CHECK(made.target() == "/p/q?x=1&y");
  CHECK(made.origin() == "https://a.test:8443");
}

TEST_CASE("url: without optional parts has none of them") {
  const url made = parsed("http://a.test");

  CHECK(made.userinfo().empty());
  CHECK_FALSE(made.has_explicit_port());
  CHECK_FALSE(made.has_query());
  CHECK_FALSE(made.has_fragment());
  CHECK(made.target() == "/");
}

TEST_CASE("url: an empty query is told from none") {
  const url made = parsed("http://a/?#");

  CHECK(made.has_query());
  CHECK(made.query().empty());
  CHECK(made.has_fragment());
  CHECK(made.text() == "http://a/?#");
}

TEST_CASE("url: of nothing is empty") {
  const url nothing;

  CHECK(nothing.is_empty());
  CHECK(nothing.host().empty());
  CHECK(nothing.target().empty());
  CHECK(nothing.redacted().empty());
}

TEST_CASE("url: is written in normal form") {
  struct {
    std::string_view text;
    std::string_view normal;
  } constexpr cases[] = {
      {"HTTP://A.Test/X", "http://a.test/X"},
      {"http://a:80/", "http://a/"},
      {"https://a:443/", "https://a/"},
      {"ws://a:80", "ws://a/"},
      {"wss://a:443", "wss://a/"},
      {"http://a:443/", "http://a:443/"},
      {"http://a:/", "http://a/"},
      {"http://a:00081/", "http://a:81/"},
      {"http://a?b", "http://a/?b"},
      {"http://a#b", "http://a/#b"},
      {"http://a/b/../c/./d", "http://a/c/d"},
      {"http://a/../../b", "http://a/b"},
      {"http://a/b/..", "http://a/"},
      {"http://a/%2e%2E/b/%2e", "http://a/b/"},
      {"http://a/%7euser/%c3%a4", "http://a/~user/%C3%A4"},
      {"http://a/%2f", "http://a/%2F"},
      {"http://a/\xc3\xa4 b", "http://a/%C3%A4%20b"},
      {"http://a/100%", "http://a/100%25"},
      {"http://a/%zz%4", "http://a/%25zz%254"},
      {"http://a/<>\"{}|\\^`[]", "http://a/%3C%3E%22%7B%7D%7C%5C%5E%60%5B%5D"},
      {"http://a/!$&'()*+,;=:@", "http://a/!$&'()*+,;=:@"},
      {"http://a/?q=a b/?:@\"#f\"", "http://a/?q=a%20b/?:@%22#f%22"},
      {"http://a//b///c", "http://a//b///c"},
      {"http://%61.test/", "http://a.test/"},
      {"http://a.test./", "http://a.test./"},
      {"http://a_b/", "http://a_b/"},
      {"postgresql://u@h/db?x=1", "postgresql://h/db?x=1"},
      {"sqlite:///var/a.db", "sqlite:///var/a.db"},
      {"redis://h:6379/0", "redis://h:6379/0"},
      {"mailto:a@b.test", "mailto:a@b.test"},
  };

  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(normal(text) == expected);
    CHECK(normal(expected) == expected);
  }
}

TEST_CASE("url: an IPv6 host is checked, shortened and put into brackets") {
  struct {
    std::string_view host;
    std::string_view normal;
  } constexpr cases[] = {
      {"[::]", "[::]"},
      {"[::1]", "[::1]"},
      {"[1::]", "[1::]"},
      {"[2001:DB8:0:0:8:800:200C:417A]", "[2001:db8::8:800:200c:417a]"},
      {"[2001:db8:0:1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"},
      {"[2001:0:0:1:0:0:0:1]", "[2001:0:0:1::1]"},
      {"[2001:db8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"},
      {"[0:0:0:0:0:0:0:0]", "[::]"},
      {"[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"},
      {"[::1.2.3.4]", "[::102:304]"},
      {"[::ffff:1.2.3.4]", "[::ffff:102:304]"},
      {"[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:102:304]"},
  };

  for (const auto& [host, expected] : cases) {
    CAPTURE(host);
    const url made = parsed("http://" + std::string(host) + ":8080/");
    CHECK(made.is_ipv6());
    CHECK(made.authority() == std::string(expected) + ":8080");
    CHECK("[" + std::string(made.host()) + "]" == expected);
  }
}

TEST_CASE("url: a malformed IPv6 host is refused") {
  for (const std::string_view host : {"[",
                                      "[]",
                                      "[:]",
                                      "[:::]",
                                      "[1]",
                                      "[1:2:3:4:5:6:7]",
                                      "[1:2:3:4:5:6:7:8:9]",
                                      "[1::2::3]",
                                      "[1:2:3:4:5:6:7::8]",
                                      "[12345::]",
                                      "[g::]",
                                      "[1:]",
                                      "[:1]",
                                      "[::1",
                                      "[::1]x",
                                      "[1.2.3.4]",
                                      "[1.2.3.4::]",
                                      "[::1.2.3]",
                                      "[::1.2.3.256]",
                                      "[::1.2.3.4.5]",
                                      "[::01.2.3.4]",
                                      "[1:2:3:4:5:6:7:1.2.3.4]",
                                      "[fe80::1%25eth0]",
                                      "[v1.a]",
                                      "::1"}) {
    CAPTURE(host);
    const auto why = refusal("http://" + std::string(host) + "/");
    CHECK((why == url_errc::invalid_host || why == url_errc::invalid_port ||
           why == url_errc::missing_host));
  }
}

TEST_CASE("url: a host that ends in a number is a full IPv4 address") {
  CHECK(normal("http://127.0.0.1/") == "http://127.0.0.1/");
  CHECK(normal("http://1.a/") == "http://1.a/");
  CHECK(normal("http://0xa.test/") == "http://0xa.test/");
  for (const std::string_view host :
       {"127.1", "2130706433", "0x7f000001", "0x7F.1", "127.0.0.01", "127.0.0.256", "1.2.3.4.5",
        "127.0.0.1.", "a.1", "1.2.3.0x4", "0x", "%31"}) {
    CAPTURE(host);
    CHECK(refusal("http://" + std::string(host) + "/") == url_errc::invalid_host);
  }
}

TEST_CASE("url: a host with a forbidden character is refused") {
  for (const std::string_view host : {"a b", "a<b", "a^b", "a|b", "a%2fb", "a%20b", "a%", "a%zz",
                                      "a[b]", "a\\b", "a\"b", "a`b"}) {
    CAPTURE(host);
    CHECK(refusal("http://" + std::string(host) + "/") == url_errc::invalid_host);
  }
}

TEST_CASE("url: a host beyond ASCII is written as the DNS knows it") {
  CHECK(parsed("http://b\xc3\xbc\x63her.test:81/\xc3\xbc").text() ==
        "http://xn--bcher-kva.test:81/%C3%BC");
  CHECK(parsed("http://B%C3%9C\x63HER.test/").host() == "xn--bcher-kva.test");
  CHECK(parsed("http://stra\xc3\x9f\x65.test/").host() == "xn--strae-oqa.test");  // no ss
  CHECK(parsed("http://\xe6\x97\xa5\xe6\x9c\xac\xe3\x80\x82test/").host() == "xn--wgv71a.test");
  CHECK(parsed("http://xn--bcher-kva.test/").host() == "xn--bcher-kva.test");
}

TEST_CASE("url: a host beyond ASCII that no domain can have is refused") {
  CHECK(refusal("http://b\xc3\x28.test/") == url_errc::invalid_idna);      // no UTF-8
  CHECK(refusal("http://\xe2\x80\xae.test/") == url_errc::invalid_idna);   // turns text around
  CHECK(refusal("http://a\xef\xbc\x8f.test/") == url_errc::invalid_idna);  // looks like a slash
  CHECK(refusal("http://a\xef\xbc\xa0.test/") == url_errc::invalid_idna);  // looks like an at
  CHECK(refusal("http://\xef\xbc\x91.2.3/") == url_errc::invalid_host);    // a 1 in full width
  CHECK(refusal("http://" + std::string(2000, '\xc3') + "/") == url_errc::invalid_idna);
}

TEST_CASE("url: a port that is none is refused") {
  for (const std::string_view port : {"x", "-1", "+1", "65536", "99999999999", "8 0", "1:2"}) {
    CAPTURE(port);
    CHECK(refusal("http://a:" + std::string(port) + "/") == url_errc::invalid_port);
  }
  CHECK(parsed("http://a:65535/").port() == 65535);
}

TEST_CASE("url: the effective port is the scheme's unless it is given") {
  CHECK(parsed("http://a/").port() == 80);
  CHECK(parsed("wss://a/").port() == 443);
  CHECK(parsed("redis://a/").port() == 0);
  CHECK(parsed("redis://a:6379/").port() == 6379);
  CHECK_FALSE(parsed("https://a:443/").has_explicit_port());
}

TEST_CASE("url: what needs a host must have one") {
  for (const std::string_view text : {"http:", "http:/", "http://", "http:///a", "http://:80/",
                                      "http://u@/", "https:a", "x://:80/", "x://u@/"}) {
    CAPTURE(text);
    CHECK(refusal(text) == url_errc::missing_host);
  }
}

TEST_CASE("url: a path does not turn into a host when its dots are removed") {
  CHECK(refusal("x:/..//b") == url_errc::missing_host);
  CHECK(refusal("x:/.//b/c") == url_errc::missing_host);
  CHECK(normal("x:/../b") == "x:/b");
}

TEST_CASE("url: a scheme is required") {
  CHECK(refusal("") == url_errc::missing_scheme);
  CHECK(refusal("//a/b") == url_errc::missing_scheme);
  CHECK(refusal("/a:b") == url_errc::missing_scheme);
  CHECK(refusal("a.test/b") == url_errc::missing_scheme);
  CHECK(refusal("1http://a") == url_errc::invalid_scheme);
  CHECK(refusal(" http://a") == url_errc::invalid_scheme);
  CHECK(refusal("ht tp://a") == url_errc::invalid_scheme);
  CHECK(refusal("h\xc3\xa4://a") == url_errc::invalid_scheme);
}

TEST_CASE("url: a control character anywhere is refused") {
  for (const char bad : {'\0', '\t', '\n', '\r', '\x1f', '\x7f'}) {
    for (const std::string_view text : {"http://a/_", "http://_/", "_http://a/", "http://a/#_"}) {
      std::string broken(text);
      broken[broken.find('_')] = bad;
      CHECK(refusal(broken) == url_errc::control_character);
    }
  }
}

TEST_CASE("url: is held to the limit, before and after it is encoded") {
  const std::string_view start = "http://a/";
  const std::size_t room = url::max_bytes - start.size();

  CHECK_FALSE(refusal(std::string(start) + std::string(room, 'x')));
  CHECK(refusal(std::string(start) + std::string(room + 1, 'x')) == url_errc::too_long);
  CHECK_FALSE(refusal(std::string(start) + std::string(room / 3, ' ')));
  CHECK(refusal(std::string(start) + std::string(room / 3 + 1, ' ')) == url_errc::too_long);
}

TEST_CASE("url: refusals are the caller's fault") {
  CHECK(refusal("") == leat::failure::caller_fault);
}

TEST_CASE("credentials: stay out of every text") {
  const url made = parsed("https://user:word@a.test/p");

  CHECK(made.text() == "https://a.test/p");
  CHECK(made.authority() == "a.test");
  CHECK(made.origin() == "https://a.test");
  CHECK(made.redacted() == "https://[secure]@a.test/p");
}

TEST_CASE("credentials: are decoded on request") {
  const url made = parsed("https://us%40er:w%3Ao:rd@a/");

  CHECK(made.username() == "us@er");
  CHECK(made.password() == "w:o:rd");
}

TEST_CASE("credentials: a name may come without a password") {
  const url made = parsed("https://user@a/");

  CHECK(made.username() == "user");
  CHECK(made.password().empty());
}

TEST_CASE("credentials: what hides the host is refused") {
  CHECK(refusal("http://a@b@c/") == url_errc::invalid_userinfo);
  CHECK(refusal("http://a\\@b/") == url_errc::invalid_userinfo);
}

TEST_CASE("credentials: are part of equality") {
  CHECK(parsed("http://u@a/") != parsed("http://a/"));
  CHECK(parsed("http://u@a/").without_userinfo() == parsed("http://a/"));
}

TEST_CASE("url: can be rid of its fragment") {
  CHECK(parsed("http://a/b?c#d").without_fragment() == parsed("http://a/b?c"));
  CHECK_FALSE(parsed("http://a/b?c#d").without_fragment().has_fragment());
}

TEST_CASE("url: the query can be replaced") {
  url made = parsed("http://u@a/b?c#d");

  CHECK_FALSE(replace_query(made, "x=1 2", made));
  CHECK(made.text() == "http://a/b?x=1%202#d");
  CHECK(made.userinfo() == "u");
  CHECK_FALSE(replace_query(made, "", made));
  CHECK(made.text() == "http://a/b#d");
  CHECK(replace_query(made, "\n", made) == url_errc::control_character);
}

TEST_CASE("url: a hash in a replaced query does not start a fragment") {
  url made = parsed("http://a/");

  CHECK_FALSE(replace_query(made, "x=#1", made));
  CHECK(made.text() == "http://a/?x=%231");
}
