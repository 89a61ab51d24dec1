// SPDX-License-Identifier: MIT
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/auth.hpp"
#include "leat/http/error.hpp"
#include "leat/http/status.hpp"

#include "http/surfaces.hpp"
#include "support/raw_peer.hpp"
#include "support/server_thread.hpp"

// Redirects, cookies, authentication and hooks, each case on both surfaces.

using namespace leat;
using http::request_options;
using http::server_request;
using http::server_response;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client: " name, Surface, async_surface, blocking_surface)

namespace {

server_response redirect(int status, std::string_view to) {
  auto answer = server_response::text("moved", status);
  answer.headers().add("location", to);
  return answer;
}

std::string field(const server_request& request, std::string_view name) {
  return request.headers().joined(name).value_or("-");
}

/// What a request looked like when it came.
server_response describe(const server_request& request) {
  return server_response::text(
      std::string(request.method()) + " " + std::string(request.target()) + " [" +
      std::string(request.body()) + "] type " + field(request, "content-type") + " auth " +
      field(request, "authorization") + " cookie " + field(request, "cookie"));
}

task<server_response> show(server_request& request) {
  co_return describe(request);
}

/// A site whose pages redirect. `/to/{status}` leads to `/show`.
http::router site() {
  http::router all;
  const auto to = [](server_request& request) -> task<server_response> {
    co_return redirect(std::stoi(request.path_parameter("status")), "/show");
  };
  const auto loop = [](server_request&) -> task<server_response> {
    co_return redirect(302, "/loop");
  };
  const auto hops = [](server_request& request) -> task<server_response> {
    const int left = std::stoi(request.path_parameter("left"));
    if (left == 0) co_return server_response::text("there");
    co_return redirect(302, "/hops/" + std::to_string(left - 1));
  };
  const auto elsewhere = [](server_request& request) -> task<server_response> {
    co_return redirect(302, request.query_parameter("url").value_or(""));
  };
  // Sets a cookie and leads back to the page that wants it.
  const auto login = [](server_request&) -> task<server_response> {
    auto answer = redirect(303, "/private");
    answer.headers().add("set-cookie", "session=s3cret; Path=/; HttpOnly");
    co_return answer;
  };
  const auto members = [](server_request& request) -> task<server_response> {
    if (field(request, "cookie").find("session=s3cret") == std::string::npos) {
      co_return redirect(302, "/login");
    }
    co_return describe(request);
  };
  const auto post_to_self = [](server_request&) -> task<server_response> {
    co_return redirect(303, "/form");
  };
  const auto odd = [](server_request&) -> task<server_response> {
    co_return redirect(302, "http://[nonsense/");
  };
  const auto nowhere = [](server_request&) -> task<server_response> {
    co_return server_response::text("no location", 302);
  };
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE"}) {
    all.add(method, "/to/{status}", to);
    all.add(method, "/show", show);
  }
  all.get("/loop", loop);
  all.get("/hops/{left}", hops);
  all.get("/elsewhere", elsewhere);
  all.get("/login", login);
  all.get("/private", members);
  all.post("/form", post_to_self);
  all.get("/form", show);
  all.get("/odd", odd);
  all.get("/nowhere", nowhere);
  return all;
}

/// Takes down what it is asked to authenticate.
class noting_auth final : public http::auth {
 public:
  explicit noting_auth(std::vector<std::string>& seen) noexcept : seen_(seen) {}

  std::unique_ptr<http::auth_flow> start() const override { return std::make_unique<flow>(seen_); }

 private:
  class flow final : public http::auth_flow {
   public:
    explicit flow(std::vector<std::string>& seen) noexcept : seen_(seen) {}
    void begin(http::auth_target& request) override { note(request); }
    bool again(http::auth_target& request, const http::response_head&) override {
      note(request);
      return false;
    }

   private:
    void note(const http::auth_target& request) {
      seen_.push_back(std::string(request.method) + " " + std::string(request.target));
    }
    std::vector<std::string>& seen_;
  };

  std::vector<std::string>& seen_;
};

request_options following() {
  return request_options().follow_redirects();
}

template <class Surface>
std::string followed(Surface& api, const std::string& method, const std::string& url,
                     request_options options = request_options()) {
  return api.request(method, url, std::move(options).follow_redirects()).content();
}

bool starts_with(const std::string& text, std::string_view start) {
  return text.starts_with(start);
}

}  // namespace

LEAT_BOTH_SURFACES("does not follow redirects unless it is told to") {
  const server_thread server(site());
  Surface api;
  const auto answer = api.get(server.url("/to/302"));
  CHECK(answer.status() == 302);
  CHECK(answer.content() == "moved");
  CHECK_THROWS_AS(static_cast<void>(answer.raise_for_status()), http::status_error);
}

LEAT_BOTH_SURFACES("a redirect keeps or changes the method as the table says") {
  struct row {
    const char* method;
    int status;
    const char* becomes;
  };
  constexpr row table[] = {
      {"GET", 301, "GET"},       {"GET", 302, "GET"},    {"GET", 303, "GET"},
      {"GET", 307, "GET"},       {"GET", 308, "GET"},    {"POST", 301, "GET"},
      {"POST", 302, "GET"},      {"POST", 303, "GET"},   {"POST", 307, "POST"},
      {"POST", 308, "POST"},     {"PUT", 301, "PUT"},    {"PUT", 302, "GET"},
      {"PUT", 303, "GET"},       {"PUT", 307, "PUT"},    {"PUT", 308, "PUT"},
      {"DELETE", 301, "DELETE"}, {"DELETE", 302, "GET"}, {"DELETE", 307, "DELETE"}};
  const server_thread server(site());
  Surface api;
  for (const auto& [method, status, becomes] : table) {
    CAPTURE(method);
    CAPTURE(status);
    const std::string seen = followed(api, method, server.url("/to/" + std::to_string(status)),
                                      request_options().content("body", "text/plain"));
    const bool keeps_body = std::string_view(becomes) == method;
    CHECK(starts_with(seen, std::string(becomes) + " /show " +
                                (keeps_body ? "[body] type text/plain" : "[] type -")));
  }
}

LEAT_BOTH_SURFACES("HEAD stays HEAD through every redirect") {
  const server_thread server(site());
  Surface api;
  for (const char* status : {"301", "302", "303", "307", "308"}) {
    const auto answer = api.request("HEAD", server.url(std::string("/to/") + status), following());
    CHECK(answer.method() == "HEAD");
    CHECK(answer.status() == 200);
  }
}

LEAT_BOTH_SURFACES("remembers the redirects that led to an answer") {
  const server_thread server(site());
  Surface api;
  const auto answer = api.get(server.url("/hops/2"), following());
  CHECK(answer.content() == "there");
  CHECK(answer.url() == server.url("/hops/0"));
  REQUIRE(answer.history().size() == 2);
  CHECK(answer.history()[0].url() == server.url("/hops/2"));
  CHECK(answer.history()[1].status() == 302);
}

LEAT_BOTH_SURFACES("each redirect knows those before it, also when it is all that is left") {
  const server_thread server(site());
  Surface api;
  const auto urls = [](const http::response_head& of) {
    std::vector<std::string> all;
    for (const auto& each : of.history()) all.push_back(each.url());
    return all;
  };
  const auto ask = [&] { return api.get(server.url("/hops/3"), following()); };
  const std::vector<std::string> expected = {server.url("/hops/3"), server.url("/hops/2"),
                                             server.url("/hops/1")};
  const auto answer = ask();
  CHECK(urls(answer) == expected);
  REQUIRE(answer.history().size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(urls(answer.history()[i]) ==
          std::vector<std::string>(expected.begin(), expected.begin() + static_cast<long>(i)));
  }
  const auto last = ask().history()[2];
  CHECK(last.history()[1].url() == server.url("/hops/2"));
  const auto streamed = api.stream("GET", server.url("/hops/1"), following());
  CHECK(urls(streamed.head()) == std::vector<std::string>{server.url("/hops/1")});
  CHECK(streamed.history().size() == 1);

  // The rounds of an authentication are no redirects.
  std::vector<std::string> asked;
  auto authenticated = following();
  authenticated.authenticate(std::make_shared<noting_auth>(asked));
  CHECK(urls(api.get(server.url("/hops/1"), authenticated)) ==
        std::vector<std::string>{server.url("/hops/1")});
}

TEST_CASE("response: a long row of redirects ends without a deep stack") {
  auto last = std::make_shared<http::response_head::parts>();
  for (int i = 0; i < 300'000; ++i) {
    auto next = std::make_shared<http::response_head::parts>();
    next->earlier = http::response_head::redirects_before(std::move(last));
    last = std::move(next);
  }
  const auto head = http::response_head::sharing(std::move(last));
  CHECK(head.history().size() == 300'000);
}

TEST_CASE("response: a status line is what the peer has sent, or what stands for it") {
  http::response_head::parts parts;
  parts.status = 404;
  parts.reason = "Nothing Here";
  CHECK(http::response_head(parts).status_line() == "HTTP/1.1 404 Nothing Here");
  parts.http_version = "HTTP/2";
  parts.reason.clear();
  CHECK(http::response_head(parts).status_line() == "HTTP/2 404 Not Found");
  parts.status = 599;
  CHECK(http::response_head(parts).status_line() == "HTTP/2 599");
}

LEAT_BOTH_SURFACES("a status line is the same, however the body is read") {
  raw_peer peer({[](auto& talk) {
                   talk.read_until();
                   talk.send("HTTP/1.0 404 Gone Fishing\r\nContent-Length: 0\r\n\r\n");
                 },
                 [](auto& talk) {
                   talk.read_until();
                   talk.send("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n");
                 }});
  Surface api;
  CHECK(api.get(peer.url()).status_line() == "HTTP/1.0 404 Gone Fishing");
  CHECK(api.stream("GET", peer.url()).status_line() == "HTTP/1.1 200 OK");
}

LEAT_BOTH_SURFACES("follows 20 redirects, and not one more") {
  const server_thread server(site());
  Surface api;
  CHECK(api.get(server.url("/hops/20"), following()).content() == "there");
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/hops/21"), following())),
                  http::too_many_redirects);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("a circle is found when it closes") {
  const server_thread server(site());
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/loop"), following())),
                  http::redirect_loop);
}

LEAT_BOTH_SURFACES("a request that would close a circle is not sent") {
  auto seen = std::make_shared<std::atomic<int>>(0);
  const auto on_to = [seen](std::string where) {
    return [seen, where](server_request&) -> task<server_response> {
      ++*seen;
      co_return redirect(307, where);
    };
  };
  http::router pages;
  pages.get("/a", on_to("/b"));
  pages.get("/b", on_to("/a"));
  const server_thread server(std::move(pages));
  Surface api;
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/a"), following())), http::redirect_loop);
  CHECK(*seen == 2);
}

LEAT_BOTH_SURFACES("a page that leads to itself with another cookie each time is no circle") {
  http::router pages;
  pages.get("/steps", [](server_request& request) -> task<server_response> {
    const std::string cookie = field(request, "cookie");
    if (cookie == "step=2") co_return server_response::text("there");
    auto answer = redirect(302, "/steps");
    answer.headers().add("set-cookie", cookie == "step=1" ? "step=2" : "step=1");
    co_return answer;
  });
  const server_thread server(std::move(pages));
  Surface api;
  CHECK(api.get(server.url("/steps"), following()).content() == "there");
}

LEAT_BOTH_SURFACES("a form that leads back to itself is no circle") {
  const server_thread server(site());
  Surface api;
  CHECK(starts_with(followed(api, "POST", server.url("/form")), "GET /form"));
}

LEAT_BOTH_SURFACES("a page that comes back with a cookie is no circle") {
  const server_thread server(site());
  Surface api;
  const std::string seen = followed(api, "GET", server.url("/private"));
  CHECK(seen.find("cookie session=s3cret") != std::string::npos);
}

LEAT_BOTH_SURFACES("a redirect without a location is an answer") {
  const server_thread server(site());
  Surface api;
  CHECK(api.get(server.url("/nowhere"), following()).content() == "no location");
}

LEAT_BOTH_SURFACES("a location that is no URL is the server's fault, once somebody follows it") {
  const server_thread server(site());
  Surface api;
  CHECK(api.get(server.url("/odd")).status() == 302);
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url("/odd"), following())),
                  http::remote_protocol_error);
}

LEAT_BOTH_SURFACES(
    "a location without a host is no URL, and one without a scheme has the request's") {
  const server_thread server(site());
  const server_thread other(site());
  Surface api;
  // RFC 9110, section 4.2.1.
  CHECK_THROWS_AS(
      static_cast<void>(api.get(server.url("/elsewhere?url=http:///show"), following())),
      http::remote_protocol_error);
  const std::string there = other.url("/show").substr(5);
  REQUIRE(there.starts_with("//127"));
  CHECK(api.get(server.url("/elsewhere?url=" + there), following()).url() == other.url("/show"));
}

LEAT_BOTH_SURFACES("the fragment goes along, unless the location has its own") {
  const server_thread server(site());
  Surface api;
  CHECK(api.get(server.url("/to/302#part"), following()).url() == server.url("/show#part"));
  CHECK(api.get(server.url("/elsewhere?url=%2Fshow%23own#part"), following()).url() ==
        server.url("/show#own"));
}

LEAT_BOTH_SURFACES("all that describes a body goes with the body") {
  http::router pages;
  const auto names = [](server_request& request) -> task<server_response> {
    std::string all;
    for (const auto each : request.headers()) all += std::string(each.name) + " ";
    co_return server_response::text(all);
  };
  pages.get("/names", names);
  pages.post("/see-other",
             [](server_request&) -> task<server_response> { co_return redirect(303, "/names"); });
  const server_thread server(std::move(pages));
  Surface api;
  const std::string seen = followed(api, "POST", server.url("/see-other"),
                                    request_options()
                                        .content("body", "text/plain")
                                        .header("Content-MD5", "x")
                                        .header("content-disposition", "inline")
                                        .header("Trailer", "x")
                                        .header("x-kept", "1"));
  CHECK(seen.find("x-kept") != std::string::npos);
  for (const char* gone : {"ontent-", "railer"}) CHECK(seen.find(gone) == std::string::npos);
}

LEAT_BOTH_SURFACES("a location of another scheme is refused") {
  const server_thread server(site());
  Surface api;
  CHECK_THROWS_AS(
      static_cast<void>(api.get(server.url("/elsewhere?url=ftp%3A%2F%2Fa.test%2F"), following())),
      http::unsupported_protocol);
}

LEAT_BOTH_SURFACES("credentials do not go to another origin") {
  const server_thread server(site());
  const server_thread other(site());
  Surface api;
  const std::string target = server.url("/elsewhere?url=" + other.url("/show"));

  const std::string seen =
      followed(api, "GET", target,
               request_options().header("authorization", "secret").header("cookie", "a=secret"));
  CHECK(seen.find("secret") == std::string::npos);
  CHECK(followed(api, "GET", target, request_options().authenticate(http::basic_auth("u", "p")))
            .find("auth -") != std::string::npos);
}

LEAT_BOTH_SURFACES("what else a service knows us by does not go to another origin") {
  const auto keys = [](server_request& request) -> task<server_response> {
    co_return server_response::text(field(request, "x-api-key") + " " +
                                    field(request, "x-tenant-key") + " " +
                                    field(request, "x-kept"));
  };
  auto pages = [&keys] {
    auto all = site();
    all.get("/keys", keys);
    return all;
  };
  const server_thread server(pages());
  const server_thread other(pages());
  typename Surface::options options;
  options.headers = {{"X-API-Key", "k1"}, {"X-Tenant-Key", "k2"}, {"x-kept", "1"}};
  const std::string away = server.url("/elsewhere?url=" + other.url("/keys"));
  {
    Surface api(options);
    CHECK(followed(api, "GET", server.url("/elsewhere?url=/keys")) == "k1 k2 1");
    CHECK(followed(api, "GET", away) == "- k2 1");
  }
  options.secret_headers.emplace_back("x-tenant-key");
  Surface api(options);
  CHECK(followed(api, "GET", away) == "- - 1");

  const auto sent = api.client().build_request("GET", away);
  const auto next = api.client().next_request(sent, api.send(sent));
  REQUIRE(next);
  CHECK_FALSE(next->headers.contains("x-api-key"));
  CHECK(next->headers.contains("x-kept"));
}

LEAT_BOTH_SURFACES("credentials stay on redirects within their origin") {
  const server_thread server(site());
  Surface api;
  const std::string seen = followed(api, "GET", server.url("/to/302"),
                                    request_options().header("authorization", "mine"));
  CHECK(seen.find("auth mine") != std::string::npos);
}

LEAT_BOTH_SURFACES("a stream that has been read cannot be sent to where a redirect leads") {
  const server_thread server(site());
  Surface api;
  typename Surface::request_options options;
  options.follow_redirects();
  options.stream(Surface::pieces({"once"}));
  CHECK_THROWS_AS(static_cast<void>(api.post(server.url("/to/307"), options)),
                  http::body_not_replayable);
  CHECK(api.client().statistics().active == 0);
}

LEAT_BOTH_SURFACES("keeps cookies and sends them back") {
  const server_thread server(site());
  Surface api;
  CHECK(api.get(server.url("/login")).status() == 303);
  CHECK(api.get(server.url("/show")).content().find("cookie session=s3cret") != std::string::npos);
}

LEAT_BOTH_SURFACES("a Cookie field that is written by hand stands") {
  const server_thread server(site());
  Surface api;
  static_cast<void>(api.get(server.url("/login")));
  CHECK(api.get(server.url("/show"), request_options().header("cookie", "a=b"))
            .content()
            .find("cookie a=b") != std::string::npos);
}

LEAT_BOTH_SURFACES("a cookie of a request goes with those of the jar, and is not kept") {
  const server_thread server(site());
  const server_thread other(site());
  typename Surface::options options;
  options.cookies = std::make_shared<http::cookies>();
  options.cookies->set("session", "jar", "127.0.0.1");
  options.cookies->set("kept", "1", "127.0.0.1");
  Surface api(options);
  const auto own = request_options().cookie("session", "own").cookie("more", "a=b");
  const std::string both = "cookie kept=1; session=own; more=a=b";
  CHECK(api.get(server.url("/show"), own).content().ends_with(both));
  CHECK(followed(api, "GET", server.url("/to/302"), own).ends_with(both));
  const std::string jar_alone = "cookie session=jar; kept=1";
  CHECK(api.get(server.url("/show")).content().ends_with(jar_alone));
  CHECK(followed(api, "GET", server.url("/elsewhere?url=" + other.url("/show")), own)
            .ends_with(jar_alone));
  CHECK(options.cookies->all().size() == 2);
}

TEST_CASE("request options: a cookie that would be read as others is refused") {
  for (const auto& [name, value] :
       {std::pair("", "1"), std::pair("a=b", "1"), std::pair("a;b", "1"), std::pair("a b", "1"),
        std::pair("a", "1; b=2"), std::pair("a", "1\r\nx: y")}) {
    CHECK_THROWS_AS(static_cast<void>(request_options().cookie(name, value)), invalid_argument);
  }
}

LEAT_BOTH_SURFACES("clients share a jar if they are given the same") {
  const server_thread server(site());
  typename Surface::options options;
  options.cookies = std::make_shared<http::cookies>();
  Surface one(options);
  Surface two(options);
  static_cast<void>(one.get(server.url("/login")));
  CHECK(two.get(server.url("/show")).content().find("session=s3cret") != std::string::npos);
  CHECK(options.cookies->get("session") == "s3cret");
}

LEAT_BOTH_SURFACES("shows user name and password, or a token") {
  const server_thread server(site());
  Surface api;
  const auto seen = [&](request_options options) {
    return api.get(server.url("/show"), std::move(options)).content();
  };
  CHECK(seen(request_options().authenticate(http::basic_auth("Aladdin", "open sesame")))
            .find("auth Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") != std::string::npos);
  CHECK(
      seen(request_options().authenticate(http::bearer_auth("t0ken"))).find("auth Bearer t0ken") !=
      std::string::npos);
}

LEAT_BOTH_SURFACES("takes credentials out of the URL, and shows them to nobody else") {
  const server_thread server(site());
  Surface api;
  std::string url = server.url("/show");
  url.insert(7, "Aladdin:open%20sesame@");
  const auto answer = api.get(url);
  CHECK(answer.content().find("auth Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") != std::string::npos);
  CHECK(answer.url().find("sesame") == std::string::npos);
  CHECK(api.get(url, request_options().authenticate(http::no_auth())).content().find("auth -") !=
        std::string::npos);
}

LEAT_BOTH_SURFACES("the credentials of a client serve requests that bring none") {
  const server_thread server(site());
  typename Surface::options options;
  options.auth = http::bearer_auth("client");
  Surface api(options);
  CHECK(api.get(server.url("/show")).content().find("auth Bearer client") != std::string::npos);
  CHECK(api.get(server.url("/show"), request_options().authenticate(http::bearer_auth("mine")))
            .content()
            .find("auth Bearer mine") != std::string::npos);
}

LEAT_BOTH_SURFACES("netrc gives each host its own, and a default to the others") {
  const server_thread server(site());
  Surface api;
  const auto seen = [&](std::string_view file) {
    return api.get(server.url("/show"), request_options().authenticate(http::netrc_auth(file)))
        .content();
  };
  CHECK(seen("machine a.test login x password y\nmachine 127.0.0.1 login u password p")
            .find("auth Basic dTpw") != std::string::npos);
  CHECK(seen("machine a.test login x password y").find("auth -") != std::string::npos);
  CHECK(seen("# all others\ndefault login u password \"p\"").find("auth Basic dTpw") !=
        std::string::npos);
}

TEST_CASE("netrc: a file that cannot be read is refused with the line, and without its secrets") {
  CHECK_THROWS_WITH_AS(static_cast<void>(http::netrc_auth("machine a login b\npassword")),
                       "netrc: nothing after \"password\" in line 2", invalid_argument);
  CHECK_THROWS_WITH_AS(static_cast<void>(http::netrc_auth("machine a login b s3cret")),
                       "netrc: an unknown word in line 1", invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(http::netrc_auth("login a")), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(http::netrc_auth("machine \"a")), invalid_argument);
}

TEST_CASE("auth: credentials that cannot stand in a field are refused") {
  CHECK_THROWS_AS(static_cast<void>(http::basic_auth("a:b", "c")), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(http::basic_auth("a", "b\r\nX: y")), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(http::bearer_auth("a b")), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(http::bearer_auth("")), invalid_argument);
}

LEAT_BOTH_SURFACES("hooks see a call once, and can change what is sent and received") {
  using io_policy = typename Surface::io;
  const server_thread server(site());
  int requests = 0;
  int answers = 0;
  typename Surface::options options;
  if constexpr (io_policy::is_blocking) {
    options.on_request.push_back([&](http::request& each) {
      ++requests;
      each.headers.set("authorization", "hooked");
    });
    options.on_response.push_back([&](http::hook_answer& each) {
      ++answers;
      each.head.headers.add("x-hook", each.request.method);
    });
  } else {
    options.on_request.push_back([&](http::async_request& each) -> task<void> {
      ++requests;
      each.headers.set("authorization", "hooked");
      co_return;
    });
    options.on_response.push_back([&](http::async_hook_answer& each) -> task<void> {
      ++answers;
      each.head.headers.add("x-hook", each.request.method);
      co_return;
    });
  }
  {
    Surface api(options);
    const auto answer = api.get(server.url("/to/302"), following());
    CHECK(answer.content().find("auth hooked") != std::string::npos);
    CHECK(answer.headers().get("x-hook") == "GET");
    CHECK(requests == 1);
    CHECK(answers == 1);
  }
  options.hook_scope = http::hook_scope::per_hop;
  Surface api(options);
  static_cast<void>(api.get(server.url("/hops/3"), following()));
  CHECK(requests == 5);
  CHECK(answers == 5);
}

LEAT_BOTH_SURFACES("an authentication sees a request as it is sent, whatever a hook has changed") {
  // Longer than a text that needs no memory.
  const std::string long_method = "A-METHOD-THAT-NO-OTHER-HAS-THE-MEMORY-OF";
  const server_thread server(site());
  typename Surface::options options;
  options.hook_scope = http::hook_scope::per_hop;
  if constexpr (Surface::io::is_blocking) {
    options.on_request.push_back([&](auto& each) { each.method = long_method; });
  } else {
    options.on_request.push_back([&](auto& each) -> task<void> {
      each.method = long_method;
      co_return;
    });
  }
  Surface api(options);
  std::vector<std::string> seen;
  request_options more;
  more.target("/own").authenticate(std::make_shared<noting_auth>(seen));
  static_cast<void>(api.get(server.url("/show"), more));
  CHECK(seen == std::vector<std::string>{"GET /own", long_method + " /own"});
}

LEAT_BOTH_SURFACES("a hook may lead a request elsewhere, and the header says so") {
  using io_policy = typename Surface::io;
  raw_peer peer([](auto& talk) {
    const std::string head = talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size()) + "\r\n\r\n" +
              head);
    talk.wait_closed();
  });
  proto::url elsewhere;
  REQUIRE(!proto::parse_url(peer.url("/there"), elsewhere));
  typename Surface::options options;
  if constexpr (io_policy::is_blocking) {
    options.on_request.push_back([&](http::request& each) { each.url = elsewhere; });
  } else {
    options.on_request.push_back([&](http::async_request& each) -> task<void> {
      each.url = elsewhere;
      co_return;
    });
  }
  Surface api(options);
  const std::string head = api.get("http://nobody.test/here").content();
  CHECK(head.starts_with("GET /there HTTP/1.1\r\n"));
  CHECK(head.find("host: " + std::string(elsewhere.authority()) + "\r\n") != std::string::npos);
}

LEAT_BOTH_SURFACES("a hook that throws ends the call, and no connection is lost") {
  using io_policy = typename Surface::io;
  const server_thread server(site());
  typename Surface::options before;
  typename Surface::options behind;
  if constexpr (io_policy::is_blocking) {
    before.on_request.push_back([](http::request&) { throw std::runtime_error("no"); });
    behind.on_response.push_back([](http::hook_answer&) { throw std::runtime_error("no"); });
  } else {
    before.on_request.push_back([](http::async_request&) -> task<void> {
      throw std::runtime_error("no");
      co_return;
    });
    behind.on_response.push_back([](http::async_hook_answer&) -> task<void> {
      throw std::runtime_error("no");
      co_return;
    });
  }
  Surface first(before);
  CHECK_THROWS_WITH(static_cast<void>(first.get(server.url("/show"))), "no");
  CHECK(first.client().statistics().idle == 0);
  Surface second(behind);
  CHECK_THROWS_WITH(static_cast<void>(second.get(server.url("/show"))), "no");
  CHECK(second.client().statistics().active == 0);
}
