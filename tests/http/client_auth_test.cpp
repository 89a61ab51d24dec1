// SPDX-License-Identifier: MIT
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/coro/stream.hpp"
#include "leat/http/auth.hpp"
#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/io/error.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/hash/hash.hpp"

#include "http/answered_by.hpp"
#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"

// What an authentication adds to requests, each case on both surfaces. A function answers in place
// of a network.

using namespace leat;
using namespace std::chrono_literals;
using http::request_options;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client auth: " name, Surface, async_surface, blocking_surface)

namespace {

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

/// Gets a token from a server before the first request, and again after a refusal; signs with the
/// body if it may hold it.
class token_auth final : public http::auth {
 public:
  explicit token_auth(std::string from, std::uint64_t max_content = 0)
      : from_(std::move(from)), max_content_(max_content) {}

  [[nodiscard]] std::unique_ptr<http::auth_flow> start() const override {
    return std::make_unique<flow>(*this);
  }

 private:
  class flow final : public http::auth_flow {
   public:
    explicit flow(const token_auth& of) noexcept : of_(of) {}
    [[nodiscard]] std::uint64_t max_held_content() const noexcept override {
      return of_.max_content_;
    }
    [[nodiscard]] std::optional<http::auth_request> own_request(const http::auth_target&) override {
      if (has_token_) return std::nullopt;
      http::auth_request wanted(of_.from_, "POST");
      wanted.headers.set("x-client", "id");
      wanted.content = "grant";
      wanted.content_type = "text/plain";
      return wanted;
    }
    void own_answer(http::auth_target& request, const http::response& answer) override {
      has_token_ = true;
      request.headers.set("x-token", answer.status() == 200
                                         ? answer.text()
                                         : "none, " + std::to_string(answer.status()));
    }
    void begin(http::auth_target& request) override {
      CHECK(request.headers.contains("x-token"));
      if (of_.max_content_ != 0) request.headers.set("x-signature", request.content);
    }
    bool again(http::auth_target&, const http::response_head& answer) override {
      has_token_ = false;
      return answer.status() == 401;
    }

   private:
    const token_auth& of_;
    bool has_token_ = false;
  };

  std::string from_;
  std::uint64_t max_content_;
};

request_options with_token(std::string from, std::uint64_t max_content = 0) {
  return request_options().authenticate(std::make_shared<token_auth>(std::move(from), max_content));
}

/// A request on one line, with the fields that tell who asks.
std::string told(const auto& sent) {
  std::string line = sent.method + " " + std::string(sent.url.authority()) +
                     std::string(sent.url.target()) + " [" + sent.content + "]";
  for (const char* name : {"content-type", "authorization", "cookie", "x-api-key", "x-client",
                           "x-own", "x-signature", "x-token"}) {
    if (const auto value = sent.headers.get(name)) {
      line.append(" ").append(name).append("=").append(*value);
    }
  }
  return line;
}

using lines = std::vector<std::string>;

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

LEAT_BOTH_SURFACES("a digest is of what a proxy that forwards makes of the target") {
  std::string seen;
  raw_peer proxy([&](raw_peer::conversation& talk) {
    static_cast<void>(talk.read_until());
    talk.send(
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=r, nonce=n, qop=auth\r\n"
        "Content-Length: 0\r\n\r\n");
    seen = talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    talk.wait_closed();
  });
  {
    typename Surface::options options;
    options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    options.auth = http::digest_auth("u", "p");
    Surface api(options);
    CHECK(api.get("http://a.test/x?y").content() == "ok");
  }
  proxy.finish();
  CHECK(seen.starts_with("GET http://a.test/x?y HTTP/1.1\r\n"));
  CHECK(seen.find("uri=\"/x?y\"") != std::string::npos);
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

LEAT_BOTH_SURFACES("a flow may get a token first, and another when that has grown old") {
  lines seen;
  int tokens = 0;
  Surface api(answered_by<Surface>([&](const auto& sent) {
    seen.push_back(told(sent));
    if (sent.url.path() == "/token") {
      return server_response::text("t" + std::to_string(++tokens));
    }
    return server_response::text("got " + sent.content,
                                 sent.headers.get("x-token") == "t1" ? 401 : 200);
  }));
  const auto answer =
      api.post("http://a.test/x", with_token("http://sso.test/token").content("body", "text/css"));
  CHECK(answer.content() == "got body");
  CHECK(answer.history().empty());
  CHECK(seen == lines{"POST sso.test/token [grant] content-type=text/plain x-client=id",
                      "POST a.test/x [body] content-type=text/css x-token=t1",
                      "POST sso.test/token [grant] content-type=text/plain x-client=id",
                      "POST a.test/x [body] content-type=text/css x-token=t2"});
  auto streamed = api.stream("GET", "http://a.test/x", with_token("/token"));
  CHECK(api.read_all(streamed) == "got ");
  CHECK(seen.at(4) == "POST a.test/token [grant] content-type=text/plain x-client=id");
}

LEAT_BOTH_SURFACES(
    "what is a request's does not go along with one for a token, nor what is that's") {
  lines seen;
  auto options = answered_by<Surface>([&](const auto& sent) {
    seen.push_back(told(sent));
    if (sent.url.path() == "/token") {
      auto token = server_response::text("s3cret");
      token.headers().add("set-cookie", "sso=1");
      return token;
    }
    if (sent.url.path() == "/away") return moved_to("http://other.test/");
    return server_response::empty();
  });
  options.headers = {{"x-api-key", "k"}, {"authorization", "Basic own"}};
  options.query_parameters = {{"key", "k"}};
  Surface api(options);
  const auto asked = with_token("http://sso.test/token")
                         .header("x-own", "1")
                         .cookie("own", "1")
                         .follow_redirects();
  static_cast<void>(api.get("http://u:p@a.test/away", asked));
  CHECK(seen == lines{"POST sso.test/token [grant] content-type=text/plain x-client=id",
                      "GET a.test/away?key=k [] authorization=Basic own cookie=own=1 x-api-key=k "
                      "x-own=1 x-token=s3cret",
                      "GET other.test/ [] x-own=1"});
  seen.clear();
  static_cast<void>(api.get("http://u:p@sso.test/", with_token("/token")));
  CHECK(seen.at(0) ==
        "POST sso.test/token [grant] content-type=text/plain cookie=sso=1 x-client=id");
  seen.clear();
  static_cast<void>(api.get("http://a.test/", with_token("http://id:word@sso.test/token")));
  CHECK(seen.at(0) == "POST sso.test/token [grant] content-type=text/plain authorization=" +
                          basic("id:word") + " cookie=sso=1 x-client=id");
}

LEAT_BOTH_SURFACES("a flow is given whatever its own request was answered, a redirect too") {
  lines seen;
  Surface api(answered_by<Surface>([&](const auto& sent) {
    seen.push_back(told(sent));
    return sent.url.path() == "/token" ? moved_to("/elsewhere") : server_response::empty();
  }));
  static_cast<void>(api.get("http://a.test/", with_token("/token").follow_redirects()));
  CHECK(seen == lines{"POST a.test/token [grant] content-type=text/plain x-client=id",
                      "GET a.test/ [] x-token=none, 307"});
}

LEAT_BOTH_SURFACES("the failure of a flow's own request ends the request, and names itself") {
  Surface api(answered_by<Surface>([](const auto& sent) {
    if (sent.url.path() == "/token") throw http::no_response("m");
    return server_response::empty();
  }));
  const auto failed = [&](const std::string& from) -> std::string {
    try {
      static_cast<void>(api.get("http://a.test/x", with_token(from)));
    } catch (const leat::error& e) {
      const auto* const request = http::request_of(e);
      if (request != nullptr) return request->method + " " + request->url;
    }
    return "none";
  };
  CHECK(failed("http://u:p@sso.test/token") == "POST http://[secure]@sso.test/token");
  CHECK(failed("http://[nonsense/") == "GET http://a.test/x");
}

LEAT_BOTH_SURFACES("a flow's own request takes a connection only while the request has none") {
  const std::string refusal = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nwho";
  raw_peer peer([&refusal](auto& talk) {
    for (const char* token : {"t1", "t2"}) {
      const std::string asked = talk.read_until();
      CHECK(asked.starts_with("POST /token"));
      CHECK(talk.read_exactly(5) == "grant");
      talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + std::string(token));
      CHECK(talk.read_until().find("x-token: " + std::string(token)) != std::string::npos);
      if (token == std::string_view("t1")) talk.send(refusal);
    }
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  typename Surface::options options;
  options.limits.max_connections = 1;
  Surface api(options);
  CHECK(api.get(peer.url(), with_token("/token")).content() == "ok");
}

LEAT_BOTH_SURFACES("a flow's own request has the limits in time of the request") {
  const auto silent = [] {
    return std::make_unique<raw_peer>([](auto& talk) { talk.wait_closed(); });
  };
  Surface api;
  auto hurried = with_token("/token");
  hurried.timeouts.total = 20ms;
  CHECK_THROWS_AS(static_cast<void>(api.get(silent()->url(), hurried)), deadline_exceeded);
  CHECK_THROWS_AS(static_cast<void>(api.stream("GET", silent()->url(), hurried)),
                  deadline_exceeded);
  hurried.timeouts.total = no_timeout;
  hurried.timeouts.read = 20ms;
  CHECK_THROWS_AS(static_cast<void>(api.get(silent()->url(), hurried)), io::read_timeout);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("hooks of each hop see a flow's own requests, and those of the call do not") {
  using io_policy = typename Surface::io;
  for (const auto scope : {http::hook_scope::per_call, http::hook_scope::per_hop}) {
    auto options = answered_by<Surface>([](const auto&) { return server_response::text("t"); });
    options.hook_scope = scope;
    lines seen;
    if constexpr (io_policy::is_blocking) {
      options.on_request.push_back(
          [&](http::request& each) { seen.emplace_back(each.url.path()); });
    } else {
      options.on_request.push_back([&](http::async_request& each) -> task<void> {
        seen.emplace_back(each.url.path());
        co_return;
      });
    }
    Surface api(options);
    static_cast<void>(api.get("http://a.test/x", with_token("/token")));
    CHECK(seen == (scope == http::hook_scope::per_call ? lines{"/x"} : lines{"/token", "/x"}));
  }
}

LEAT_BOTH_SURFACES("a streamed body is held for a flow that signs it, up to its limit") {
  lines seen;
  int refusals = 1;
  Surface api(answered_by<Surface>([&](const auto& sent) {
    if (sent.url.path() == "/token") return server_response::text("t");
    seen.push_back(told(sent));
    return server_response::empty(refusals-- > 0 ? 401 : 200);
  }));
  const auto body_of = [&](std::vector<std::string> pieces, std::uint64_t most) {
    typename Surface::request_options options(with_token("/token", most));
    options.stream(Surface::pieces(std::move(pieces)), "text/plain");
    return options;
  };
  // It can be sent again, although its source cannot.
  CHECK(api.post("http://a.test/x", body_of({"four", "", "five5"}, 9)).status() == 200);
  const std::string signed_request =
      "POST a.test/x [fourfive5] content-type=text/plain x-signature=fourfive5 x-token=t";
  CHECK(seen == lines{signed_request, signed_request});
  CHECK_THROWS_WITH_AS(
      static_cast<void>(api.post("http://u:s3cret@a.test/x", body_of({"four", "five5"}, 8))),
      "the body of POST http://[secure]@a.test/x is longer than the 8 bytes that its "
      "authentication reads",
      limit_exceeded);
  auto shorter = body_of({}, 8);
  if constexpr (Surface::io::is_blocking) {
    shorter.stream(http::generated_body([] { return std::optional<std::string>(); }, 3));
  } else {
    shorter.stream(http::stream_body([]() -> stream<std::string> { co_return; }(), 3));
  }
  CHECK_THROWS_WITH_AS(static_cast<void>(api.post("http://a.test/x", shorter)),
                       "the body of POST http://a.test/x has 0 bytes, where its source said 3",
                       http::local_protocol_error);
  CHECK(seen.size() == 2);
  // Without that it stays a stream, of which the flow sees nothing.
  CHECK(api.post("http://a.test/x", body_of({"four"}, 0)).status() == 200);
  CHECK(seen.back() == "POST a.test/x [four] content-type=text/plain x-token=t");
}
