// SPDX-License-Identifier: MIT
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// What went wrong in other clients, each case on both surfaces.

using namespace leat;
using namespace std::chrono_literals;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Takes down the head of each request on one connection, and gives the answers in their order.
raw_peer::script in_turn(std::vector<std::string>& heads, std::vector<std::string> answers) {
  return [&heads, answers = std::move(answers)](raw_peer::conversation& talk) {
    for (const auto& each : answers) {
      heads.push_back(talk.read_until());
      talk.send(each);
    }
    talk.wait_closed();
  };
}

std::string redirect_to(std::string_view target) {
  return "HTTP/1.1 302 Found\r\nSet-Cookie: id=1\r\nContent-Length: 0\r\nLocation: " +
         std::string(target) + "\r\n\r\n";
}

bool has(const std::string& head, std::string_view line) {
  return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

}  // namespace

LEAT_BOTH_SURFACES("two clients at once keep their cookies apart") {
  std::vector<std::string> of_one;
  std::vector<std::string> of_two;
  const auto setting = [](const std::string& id) {
    return "HTTP/1.1 200 OK\r\nSet-Cookie: id=" + id + "\r\nContent-Length: 0\r\n\r\n";
  };
  raw_peer peer(std::vector{in_turn(of_one, {setting("one"), ok})});
  raw_peer other(std::vector{in_turn(of_two, {setting("two"), ok})});
  {
    Surface one;
    Surface two;
    static_cast<void>(one.get(peer.url()));
    static_cast<void>(two.get(other.url()));
    static_cast<void>(one.get(peer.url()));
    static_cast<void>(two.get(other.url()));
  }
  peer.finish();
  other.finish();
  CHECK(has(of_one[1], "cookie: id=one"));
  CHECK(has(of_two[1], "cookie: id=two"));
}

LEAT_BOTH_SURFACES(
    "a cookie goes to the host that set it, and to no other that a redirect leads to") {
  std::vector<std::string> here;
  std::vector<std::string> there;
  raw_peer other(std::vector{in_turn(there, {ok})});
  raw_peer peer(std::vector{
      in_turn(here, {redirect_to("http://localhost:" + std::to_string(other.port()) + "/"),
                     redirect_to("/b"), ok})});
  {
    Surface api;
    auto following = typename Surface::request_options();
    following.follow_redirects();
    static_cast<void>(api.get(peer.url(), following));
    static_cast<void>(api.get(peer.url("/a"), following));
  }
  peer.finish();
  other.finish();
  CHECK(there[0].find("cookie:") == std::string::npos);
  CHECK(has(here[1], "cookie: id=1"));
  CHECK(has(here[2], "cookie: id=1"));
}

LEAT_BOTH_SURFACES("credentials in any spelling stay behind, and the caller keeps his") {
  for (const char* name : {"AUTHORIZATION", "authorization", "Cookie", "COOKIE", "x-Api-KEY"}) {
    CAPTURE(name);
    std::vector<std::string> here;
    std::vector<std::string> there;
    raw_peer other(std::vector{in_turn(there, {ok})});
    raw_peer peer(std::vector{in_turn(here, {redirect_to(other.url())})});
    {
      Surface api;
      typename Surface::request_options options;
      options.follow_redirects().header(name, "s3cret").header("X-Kept", "yes");
      static_cast<void>(api.get(peer.url(), options));
      CHECK(options.headers.get(name) == "s3cret");
    }
    peer.finish();
    other.finish();
    CHECK(here[0].find("s3cret") != std::string::npos);
    CHECK(there[0].find("s3cret") == std::string::npos);
    CHECK(has(there[0], "X-Kept: yes"));
  }
}

LEAT_BOTH_SURFACES("the field Host has the port where it is not the usual, and brackets") {
  Surface api;
  for (const auto& [url, host] :
       {std::pair("http://a.test/", "a.test"), std::pair("http://a.test:80/", "a.test"),
        std::pair("http://a.test:443/", "a.test:443"), std::pair("https://a.test:443/", "a.test"),
        std::pair("https://A.TEST:8443/", "a.test:8443"), std::pair("http://[::1]/", "[::1]"),
        std::pair("http://[0:0::1]:8080/", "[::1]:8080")}) {
    CAPTURE(url);
    CHECK(api.client().build_request("GET", url).headers.get_all("host") ==
          std::vector<std::string_view>{host});
  }
}

LEAT_BOTH_SURFACES("what is encoded in a location stays encoded") {
  std::vector<std::string> heads;
  raw_peer peer(std::vector{
      in_turn(heads, {redirect_to("/a%0d%0aX-Evil:%201?b=%0D%0A%00 c\xc3\xa9#%0a"), ok})});
  {
    Surface api;
    auto following = typename Surface::request_options();
    following.follow_redirects();
    CHECK(api.get(peer.url(), following).content() == "ok");
  }
  peer.finish();
  CHECK(heads[1].starts_with("GET /a%0D%0AX-Evil:%201?b=%0D%0A%00%20c%C3%A9 HTTP/1.1\r\n"));
  CHECK(heads[1].find("\r\nX-Evil") == std::string::npos);
}

LEAT_BOTH_SURFACES("the limits of a request are its own, on a connection that another has used") {
  std::vector<std::string> heads;
  raw_peer peer(std::vector<raw_peer::script>{[](auto& talk) {
    talk.read_until();
    talk.send(ok);
    talk.read_until();
    talk.wait_closed();
  }});
  Surface api;
  typename Surface::request_options patient;
  patient.timeouts.read = 1h;
  static_cast<void>(api.get(peer.url(), patient));
  typename Surface::request_options hasty;
  hasty.timeouts.read = 5ms;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), hasty)), io::read_timeout);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a limit of no time at all has passed") {
  raw_peer peer(std::vector<raw_peer::script>(2, [](auto& talk) { talk.wait_closed(); }));
  Surface api;
  typename Surface::request_options options;
  options.timeouts.read = 0s;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), options)), io::read_timeout);
  options.timeouts = {};
  options.timeouts.total = 0s;
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), options)), deadline_exceeded);
  CHECK(api.client().statistics().active == 0);
}
