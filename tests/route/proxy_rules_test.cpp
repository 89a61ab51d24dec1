// SPDX-License-Identifier: MIT
#include "route/proxy_rules.hpp"

#include <map>
#include <string>

#include "leat/route/error.hpp"
#include "leat/route/proxy_schemes.hpp"

#include "support/test.hpp"

using namespace leat;
using route::proxy_rules;

namespace {

proto::url url(const std::string& text) {
  proto::url parsed;
  REQUIRE_FALSE(proto::parse_url(text, parsed));
  return parsed;
}

route::environment made_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

/// The name of the proxy that an environment sends a request through.
std::string chosen(std::map<std::string, std::string> variables, const std::string& to) {
  const proxy_rules rules(made_of(std::move(variables)));
  const auto* const found = rules.find(url(to));
  return found != nullptr ? found->name : "none";
}

bool is_excepted(const std::string& list, const std::string& to) {
  return route::no_proxy_list(list).names(url(to));
}

std::string refusal(const std::string& proxy) {
  try {
    static_cast<void>(route::parse_proxy(proxy, "the test"));
  } catch (const route::invalid_proxy& e) {
    return e.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("proxy: NO_PROXY names what the table says") {
  struct row {
    const char* list;
    const char* url;
    bool is_named;
  };
  constexpr row table[] = {
      {"", "http://a.test", false},
      {"*", "http://a.test", true},
      {"b.test,*", "http://a.test", true},
      {"a.test", "http://a.test", true},
      {"A.Test", "http://a.test", true},
      {"a.test.", "http://a.test", true},
      {"a.test", "http://a.test.", true},
      {"a.test", "http://www.a.test", true},
      {"a.test", "http://wwwa.test", false},
      {"a.test", "http://a.test.example", false},
      {".a.test", "http://www.a.test", true},
      {".a.test", "http://a.test", false},
      {"*.a.test", "http://www.a.test", true},
      {"*.a.test", "http://a.test", false},
      {"b.test, a.test", "https://a.test", true},
      {"b.test a.test\tc.test", "https://c.test", true},
      {",, ,a.test,", "https://a.test", true},
      {"a.test:8080", "http://a.test:8080", true},
      {"a.test:8080", "http://www.a.test:8080", true},
      {"a.test:8080", "http://a.test", false},
      {"a.test:443", "https://a.test", true},
      {"a.test:80", "https://a.test", false},
      {"localhost", "http://localhost:1", true},
      {"10.1.2.3", "http://10.1.2.3", true},
      {"10.1.2.3", "http://10.1.2.4", false},
      {"10.1.2.3:81", "http://10.1.2.3:81", true},
      {"10.1.2.3:81", "http://10.1.2.3", false},
      {"10.0.0.0/8", "http://10.255.0.1", true},
      {"10.0.0.0/8", "http://11.0.0.1", false},
      {"10.9.9.9/8", "http://10.0.0.1", true},
      {"192.168.4.0/22", "http://192.168.7.255", true},
      {"192.168.4.0/22", "http://192.168.8.0", false},
      {"0.0.0.0/0", "http://9.9.9.9", true},
      {"0.0.0.0/0", "http://[2001:db8::1]", false},
      {"0.0.0.0/0", "http://a.test", false},
      {"10.1.2.3/32", "http://10.1.2.3", true},
      {"::1", "http://[::1]", true},
      {"[::1]", "http://[::1]:99", true},
      {"[::1]:99", "http://[::1]:99", true},
      {"[::1]:99", "http://[::1]", false},
      {"0:0:0:0:0:0:0:1", "http://[::1]", true},
      {"2001:db8::/32", "http://[2001:db8:9::1]", true},
      {"2001:db8::/32", "http://[2001:db9::1]", false},
      {"10.0.0.0/8", "http://[::ffff:10.0.0.1]", true},
      // What is none of these names nothing.
      {"10.0.0.0/33", "http://10.0.0.1", false},
      {"10.0.0.0/", "http://10.0.0.1", false},
      {"10.0.0.0/-1", "http://10.0.0.1", false},
      {"/8", "http://10.0.0.1", false},
      {"a.test:0", "http://a.test", false},
      {"a.test:99999", "http://a.test", false},
      {"a.test:", "http://a.test", false},
      {".", "http://a.test", false},
      {"http://a.test", "http://a.test", false},
  };
  for (const auto& each : table) {
    CAPTURE(std::string(each.list));
    CAPTURE(std::string(each.url));
    CHECK(is_excepted(each.list, each.url) == each.is_named);
  }
}

TEST_CASE("proxy: the environment says which, by the scheme of the request") {
  const std::map<std::string, std::string> both{{"HTTP_PROXY", "http://one.test:1"},
                                                {"HTTPS_PROXY", "http://two.test:2"}};
  CHECK(chosen(both, "http://a.test") == "http://one.test:1");
  CHECK(chosen(both, "https://a.test") == "http://two.test:2");
  CHECK(chosen({}, "https://a.test") == "none");
  CHECK(chosen({{"HTTP_PROXY", "one.test:1"}}, "https://a.test") == "none");
  CHECK(chosen({{"ALL_PROXY", "socks5://all.test"}}, "https://a.test") == "socks5://all.test:1080");
  CHECK(chosen({{"ALL_PROXY", "socks5://all.test"}, {"http_proxy", "one.test"}}, "http://a.test") ==
        "http://one.test:80");
}

TEST_CASE("proxy: a variable in lower case wins, also if it is empty") {
  CHECK(chosen({{"HTTP_PROXY", "upper.test"}, {"http_proxy", "lower.test"}}, "http://a.test") ==
        "http://lower.test:80");
  CHECK(chosen({{"HTTP_PROXY", "upper.test"}, {"http_proxy", ""}}, "http://a.test") == "none");
  CHECK(chosen({{"ALL_PROXY", "upper.test"}, {"http_proxy", ""}}, "http://a.test") == "none");
  CHECK(chosen({{"all_proxy", "x.test"}, {"NO_PROXY", "a.test"}, {"no_proxy", "b.test"}},
               "http://a.test") == "http://x.test:80");
}

TEST_CASE("proxy: HTTP_PROXY of a CGI program comes from its client, and does not count") {
  CHECK(chosen({{"HTTP_PROXY", "evil.test"}, {"REQUEST_METHOD", "GET"}}, "http://a.test") ==
        "none");
  CHECK(chosen({{"http_proxy", "good.test"}, {"REQUEST_METHOD", "GET"}}, "http://a.test") ==
        "http://good.test:80");
  CHECK(chosen({{"HTTPS_PROXY", "good.test"}, {"REQUEST_METHOD", "GET"}}, "https://a.test") ==
        "http://good.test:80");
}

TEST_CASE("proxy: that of the environment is not asked for the machine itself") {
  for (const char* own : {"http://localhost", "http://app.localhost:8080", "http://127.0.0.1:99",
                          "https://127.9.9.9", "http://[::1]", "http://localhost."}) {
    CHECK(chosen({{"ALL_PROXY", "all.test"}}, own) == "none");
  }
  CHECK(chosen({{"ALL_PROXY", "all.test"}}, "http://notlocalhost") != "none");
  // One that the program has named is.
  const proxy_rules named(route::parse_proxy("http://named.test", "the test"));
  CHECK(named.find(url("http://localhost")) != nullptr);
}

TEST_CASE("proxy: what its URL says is read, and not shown") {
  const auto login = route::parse_proxy("https://ada:p%40ss@Proxy.Test:8443/", "the test");
  CHECK(login.speaks == route::proxy_server::kind::https);
  CHECK(login.name == "https://proxy.test:8443");
  CHECK(login.username == "ada");
  CHECK(login.password == "p@ss");
  CHECK(login.authorization() == "Basic YWRhOnBAc3M=");
  CHECK(route::parse_proxy("proxy.test", "").name == "http://proxy.test:80");
  CHECK(route::parse_proxy("proxy.test", "").authorization().empty());
  CHECK(route::parse_proxy("https://proxy.test", "").port == 443);
  CHECK(route::parse_proxy("socks5h://[::1]", "").name == "socks5h://[::1]:1080");
  CHECK(route::parse_proxy("socks5://proxy.test:80", "").port == 80);
  CHECK(route::parse_proxy("ada@proxy.test", "").username == "ada");
}

TEST_CASE("proxy: a URL that is none of a proxy is refused without being shown") {
  for (const char* bad :
       {"ftp://u:s3cret@h", "socks4://u:s3cret@h", "http://u:s3cret@", "http://u:s3cret@h/path",
        "http://u:s3cret@h?x", "http://u:s3cret@h:99999", "http://u:s3cret@h h",
        "socks5://:s3cret@h", "http://u:s3cret@h:0"}) {
    CAPTURE(std::string(bad));
    const std::string message = refusal(bad);
    CHECK(message.starts_with("the test is no URL of a proxy: "));
    CHECK(message.find("s3cret") == std::string::npos);
  }
  CHECK(refusal("socks5://" + std::string(255, 'u') + ":p@h") == "none");
  CHECK(refusal("socks5://" + std::string(256, 'u') + ":p@h") != "none");
  CHECK_THROWS_WITH_AS(proxy_rules(made_of({{"HTTPS_PROXY", "ftp://h"}})),
                       "HTTPS_PROXY is no URL of a proxy: its scheme is none of http, https, "
                       "socks5 and socks5h",
                       route::invalid_proxy);
}

TEST_CASE("proxy: connections through different proxies are not the same") {
  const auto one = route::parse_proxy("one.test", "");
  const auto two = route::parse_proxy("two.test", "");
  const auto to = url("https://a.test/x");
  CHECK(proxy_rules::pool_key(to, nullptr) == "https://a.test");
  CHECK(proxy_rules::pool_key(to, &one) == "https://a.test through http://one.test:80");
  CHECK(proxy_rules::pool_key(to, &one) != proxy_rules::pool_key(to, &two));
}

TEST_CASE("proxy: what a program may ask of schemes is what is read") {
  CHECK(route::known_proxy_schemes() == "http, https, socks5 and socks5h");
  for (const std::string scheme : {"http", "https", "socks5", "socks5h"}) {
    CAPTURE(scheme);
    CHECK(route::is_proxy_scheme(scheme));
    CHECK(route::parse_proxy(scheme + "://proxy.test", "").name.starts_with(scheme + "://"));
  }
  for (const std::string scheme : {"", "ftp", "socks4", "socks5hh", "HTTP"}) {
    CHECK_FALSE(route::is_proxy_scheme(scheme));
  }
}
