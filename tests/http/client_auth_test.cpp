// SPDX-License-Identifier: MIT
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/auth.hpp"
#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/hash/hash.hpp"

#include "http/surfaces.hpp"

// What an authentication adds to requests, each case on both surfaces. A function answers in place
// of a network.

using namespace leat;
using http::request_options;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client auth: " name, Surface, async_surface, blocking_surface)

namespace {

template <class Surface, class Answer>
typename Surface::options answered_by(Answer answer) {
  typename Surface::options options;
  options.transport =
      std::make_shared<http::basic_mock_transport<typename Surface::io>>(std::move(answer));
  return options;
}

constexpr auto as_shown = [](const auto& sent) {
  return server_response::text(std::string(sent.headers.get("authorization").value_or("-")));
};

template <class Surface>
std::string shown_to(const std::string& url, http::auth_ptr credentials) {
  Surface api(answered_by<Surface>(as_shown));
  return api.get(url, request_options().authenticate(std::move(credentials))).content();
}

std::string basic(const std::string& user_and_password) {
  return "Basic " + proto::base64_encode(user_and_password);
}

server_response moved_to(std::string_view where) {
  auto answer = server_response::empty(307);
  answer.headers().add("location", where);
  return answer;
}

}  // namespace

LEAT_BOTH_SURFACES("what a function adds stays with the origin, whatever it is called") {
  Surface api(answered_by<Surface>([](const auto& sent) {
    if (sent.url.path() == "/away") return moved_to("http://other.test/");
    if (sent.url.path() == "/on") return moved_to("/");
    return server_response::text(std::string(sent.headers.get("x-signature").value_or("-")) + " " +
                                 std::string(sent.headers.get("x-own").value_or("-")));
  }));
  const auto options = request_options()
                           .header("x-own", "1")
                           .follow_redirects()
                           .authenticate(http::custom_auth([](http::auth_target& request) {
                             request.headers.set("x-signature", "s3cret");
                           }));
  CHECK(api.get("http://a.test/on", options).content() == "s3cret 1");
  CHECK(api.get("http://a.test/away", options).content() == "- 1");
}

LEAT_BOTH_SURFACES("what a function has added is known on later hops, too") {
  Surface api(answered_by<Surface>([](const auto& sent) {
    if (sent.url.path() == "/one") return moved_to("/two");
    if (sent.url.path() == "/two") return moved_to("http://other.test/");
    return server_response::text(std::string(sent.headers.get("x-signature").value_or("-")));
  }));
  const auto options = request_options().follow_redirects().authenticate(http::custom_auth(
      [](http::auth_target& request) { request.headers.set("x-signature", "s3cret"); }));
  CHECK(api.get("http://a.test/one", options).content() == "-");
}

LEAT_BOTH_SURFACES("a flow may read what a server answers, and so may the caller") {
  /// Signs with the word that the server has given.
  class word_flow final : public http::auth_flow {
   public:
    [[nodiscard]] bool reads_answers() const noexcept override { return true; }
    void begin(http::auth_target& request) override { CHECK(request.answer_body.empty()); }
    bool again(http::auth_target& request, const http::response_head& answer) override {
      if (answer.status() != 401) return false;
      request.headers.set("authorization", "Word " + std::string(request.answer_body));
      return true;
    }
  };
  class word_auth final : public http::auth {
   public:
    [[nodiscard]] std::unique_ptr<http::auth_flow> start() const override {
      return std::make_unique<word_flow>();
    }
  };
  auto options = answered_by<Surface>([](const auto& sent) {
    const std::string shown(sent.headers.get("authorization").value_or(""));
    server_response answer(
        shown.empty() ? 401 : 200,
        proto::encode(proto::content_coding::gzip, shown.empty() ? "sesame" : "welcome, " + shown));
    answer.headers().add("content-encoding", "gzip");
    return answer;
  });
  const auto asked = request_options().authenticate(std::make_shared<word_auth>());
  {
    Surface api(options);
    CHECK(api.get("http://a.test/", asked).content() == "welcome, Word sesame");
    auto streamed = api.stream("GET", "http://a.test/", asked);
    CHECK(api.read_all(streamed) == "welcome, Word sesame");
  }
  options.max_body_bytes = 10;
  Surface api(options);
  CHECK_THROWS_AS(static_cast<void>(api.get("http://a.test/", asked)), limit_exceeded);
}

LEAT_BOTH_SURFACES("a user name or password beyond ASCII is sent as UTF-8") {
  CHECK(shown_to<Surface>("http://a.test/", http::basic_auth("test", "123\xC2\xA3")) ==
        "Basic dGVzdDoxMjPCow==");  // the example of RFC 7617, section 2.1
}

LEAT_BOTH_SURFACES("netrc takes the first entry of a host, whatever its case") {
  const auto file = http::netrc_auth(
      "machine A.Test login first password 1\n"
      "machine a.test login second password 2\n"
      "default login other password 3\n"
      "default login nobody password 4\n");
  CHECK(shown_to<Surface>("http://a.test/", file) == basic("first:1"));
  CHECK(shown_to<Surface>("http://b.test/", file) == basic("other:3"));
}

LEAT_BOTH_SURFACES(
    "netrc passes over comments, macros and accounts, and a password may look like one") {
  const auto file = http::netrc_auth(
      "# machine a.test login no password no\n"
      "macdef init\nmachine a.test login no password no\n\n"
      "machine a.test # his own\n  login u account x password #1\n");
  CHECK(shown_to<Surface>("http://a.test/", file) == basic("u:#1"));
}

LEAT_BOTH_SURFACES("a digest takes two rounds at first, and one from then on") {
  int requests = 0;
  Surface api(answered_by<Surface>([&requests](const auto& sent) {
    ++requests;
    const std::string shown(sent.headers.get("authorization").value_or("-"));
    if (shown != "-") return server_response::text(shown);
    auto refusal = server_response::text("who?", 401);
    refusal.headers().add("www-authenticate", R"(Digest realm="r", nonce="n", qop="auth")");
    return refusal;
  }));
  const auto options = request_options().authenticate(http::digest_auth("u", "p"));
  CHECK(api.get("http://a.test/", options).content().find("nc=00000001") != std::string::npos);
  CHECK(requests == 2);
  CHECK(api.get("http://a.test/", options).content().find("nc=00000002") != std::string::npos);
  CHECK(requests == 3);
}

LEAT_BOTH_SURFACES("a digest is of what the request line asks for") {
  Surface api(answered_by<Surface>([](const auto& sent) {
    const std::string shown(sent.headers.get("authorization").value_or("-"));
    if (shown != "-") return server_response::text(shown);
    auto refusal = server_response::text("who?", 401);
    refusal.headers().add("www-authenticate", R"(Digest realm="r", nonce="n", qop="auth")");
    return refusal;
  }));
  const auto all = request_options().authenticate(http::digest_auth("u", "p")).target("*");
  CHECK(api.request("OPTIONS", "http://a.test/", all).content().find("uri=\"*\"") !=
        std::string::npos);
  const auto one = request_options().authenticate(http::digest_auth("u", "p"));
  CHECK(api.request("OPTIONS", "http://a.test/x?y", one).content().find("uri=\"/x?y\"") !=
        std::string::npos);
}

LEAT_BOTH_SURFACES("a hook of each hop may change what a digest is of") {
  using io_policy = typename Surface::io;
  auto options = answered_by<Surface>([](const auto& sent) {
    const std::string shown(sent.headers.get("authorization").value_or(""));
    if (!shown.empty()) return server_response::text(shown);
    auto refusal = server_response::text("who?", 401);
    refusal.headers().add("www-authenticate", R"(Digest realm="r", nonce="n", qop="auth")");
    return refusal;
  });
  // Longer than what it takes the place of, so that the memory of that is given up.
  const std::string path = "/" + std::string(200, 'p');
  proto::url elsewhere;
  REQUIRE(!proto::parse_url("http://a.test" + path, elsewhere));
  const auto change = [&elsewhere](auto& each) {
    each.method = std::string(40, 'M');
    each.url = elsewhere;
  };
  options.hook_scope = http::hook_scope::per_hop;
  if constexpr (io_policy::is_blocking) {
    options.on_request.push_back([&change](http::request& each) { change(each); });
  } else {
    options.on_request.push_back([&change](http::async_request& each) -> task<void> {
      change(each);
      co_return;
    });
  }
  Surface api(options);
  const auto asked = request_options().authenticate(http::digest_auth("u", "p"));
  CHECK(api.get("http://a.test/", asked).content().find("uri=\"" + path + "\"") !=
        std::string::npos);
}

LEAT_BOTH_SURFACES("a digest that cannot be answered is an error that says what is missing") {
  for (const auto& [challenge, missing] :
       {std::pair(R"(Digest realm="r", nonce="n", algorithm=SHA3-512, qop="auth")",
                  "algorithm=SHA3-512"),
        std::pair(R"(Digest realm="r", nonce="n", qop="auth-int")", "qop=auth-int"),
        std::pair("Digest nonce=n, algorithm=\"\xC3\xA4\", Basic realm=b", "algorithm=??")}) {
    CAPTURE(challenge);
    Surface api(answered_by<Surface>([asked = challenge](const auto&) {
      auto refusal = server_response::text("who?", 401);
      refusal.headers().add("www-authenticate", asked);
      return refusal;
    }));
    CHECK_THROWS_WITH_AS(
        static_cast<void>(api.get(
            "http://a.test/", request_options().authenticate(http::digest_auth("u", "s3cret")))),
        ("digest authentication with http://a.test asks for what is not known here: " +
         std::string(missing))
            .c_str(),
        http::unsupported_challenge);
  }
}

TEST_CASE("client auth: threads that share a digest never use a count of its nonce twice") {
  constexpr int threads = 8;
  constexpr int requests = 100;
  const auto shared = http::digest_auth("u", "p");
  std::mutex mutex;
  std::set<std::string> counts;
  const auto options = answered_by<blocking_surface>([&mutex, &counts](const http::request& sent) {
    const std::string shown(sent.headers.get("authorization").value_or(""));
    if (shown.empty()) {
      auto refusal = server_response::text("who?", 401);
      refusal.headers().add("www-authenticate", R"(Digest realm="r", nonce="n", qop="auth")");
      return refusal;
    }
    const std::lock_guard lock(mutex);
    counts.insert(shown.substr(shown.find("nc="), 11));
    return server_response::empty();
  });
  {
    blocking_surface api(options);
    const auto asked = request_options().authenticate(shared);
    static_cast<void>(api.get("http://a.test/", asked));  // the nonce is known from now on
    std::vector<std::jthread> users;
    for (int i = 0; i < threads; ++i) {
      users.emplace_back([&] {
        for (int n = 0; n < requests; ++n) static_cast<void>(api.get("http://a.test/", asked));
      });
    }
  }
  CHECK(counts.size() == 1 + threads * requests);
}
