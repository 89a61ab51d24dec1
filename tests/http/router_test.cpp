// SPDX-License-Identifier: MIT
#include "leat/http/router.hpp"

#include <memory>
#include <string>

#include "leat/base/error.hpp"
#include "leat/http/server_request.hpp"

#include "support/test.hpp"

using namespace leat;
using http::route_match;
using http::router;
using http::server_request;
using http::server_response;
using result = route_match::result;

namespace {

task<server_response> nothing(server_request&) {
  co_return server_response::empty();
}

/// The pattern that a router finds, or empty.
std::string found(const router& routes, std::string_view method, std::string_view path) {
  return std::string(routes.find(method, path).pattern());
}

router with(std::initializer_list<const char*> patterns) {
  router routes;
  for (const char* pattern : patterns) routes.get(pattern, nothing);
  return routes;
}

}  // namespace

TEST_CASE("router: finds a literal path, and no other") {
  const auto routes = with({"/users", "/users/all"});
  CHECK(found(routes, "GET", "/users") == "/users");
  CHECK(found(routes, "GET", "/users/all") == "/users/all");
  for (const auto* path :
       {"/", "/user", "/userss", "/users/al", "/users/all/", "/Users", "//users"}) {
    CAPTURE(path);
    CHECK(routes.find("GET", path).outcome() == result::no_such_path);
  }
}

TEST_CASE("router: finds the root") {
  CHECK(found(with({"/"}), "GET", "/") == "/");
  CHECK(with({"/a"}).find("GET", "/").outcome() == result::no_such_path);
}

TEST_CASE("router: takes a slash at the end for a path of its own") {
  const auto routes = with({"/a", "/b/"});
  CHECK(routes.find("GET", "/a/").outcome() == result::no_such_path);
  CHECK(routes.find("GET", "/b").outcome() == result::no_such_path);
  CHECK(found(routes, "GET", "/b/") == "/b/");
}

TEST_CASE("router: hands out the segments that stand for parameters") {
  const auto routes = with({"/users/{user}/posts/{post}"});
  const auto match = routes.find("GET", "/users/7/posts/abc");
  CHECK(match.parameter("user") == "7");
  CHECK(match.parameter("post") == "abc");
  CHECK_THROWS_AS(static_cast<void>(match.parameter("id")), invalid_argument);
}

TEST_CASE("router: a parameter stands for one segment that is not empty") {
  const auto routes = with({"/users/{id}"});
  CHECK(routes.find("GET", "/users/").outcome() == result::no_such_path);
  CHECK(routes.find("GET", "/users/7/8").outcome() == result::no_such_path);
}

TEST_CASE("router: a literal wins over a parameter, in whichever order they were added") {
  for (const auto& routes :
       {with({"/users/{id}", "/users/me"}), with({"/users/me", "/users/{id}"})}) {
    CHECK(found(routes, "GET", "/users/me") == "/users/me");
    CHECK(found(routes, "GET", "/users/you") == "/users/{id}");
  }
}

TEST_CASE("router: goes back to a parameter where a literal leads nowhere") {
  const auto routes = with({"/users/me/posts", "/users/{id}/settings"});
  const auto match = routes.find("GET", "/users/me/settings");
  CHECK(match.pattern() == "/users/{id}/settings");
  CHECK(match.parameter("id") == "me");
}

TEST_CASE("router: a pattern without the method does not hide one that has it") {
  router routes;
  routes.get("/users/me", nothing).post("/users/{id}", nothing);
  CHECK(found(routes, "POST", "/users/me") == "/users/{id}");
}

TEST_CASE("router: names the methods of a path that has no route for the one that was asked for") {
  router routes;
  routes.get("/users/me", nothing).put("/users/me", nothing).post("/users/{id}", nothing);
  CHECK(routes.find("DELETE", "/users/me").outcome() == result::no_such_method);
  CHECK(routes.allowed_methods("/users/me") == "GET, HEAD, PUT, POST");
  CHECK(routes.allowed_methods("/nowhere").empty());
}

TEST_CASE("router: keeps one handler for each method of a path") {
  router routes;
  routes.get("/a", nothing).post("/a", nothing).put("/a", nothing).patch("/a", nothing);
  routes.del("/a", nothing).add("PURGE", "/a", nothing);
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE", "PURGE"}) {
    CAPTURE(method);
    CHECK(found(routes, method, "/a") == "/a");
  }
  CHECK(routes.find("get", "/a").outcome() == result::no_such_method);
}

TEST_CASE("router: answers HEAD by the route for GET, unless it has one of its own") {
  router routes;
  routes.get("/a", nothing).get("/{x}", nothing).add("HEAD", "/{x}", nothing);
  CHECK(found(routes, "HEAD", "/a") == "/a");
  CHECK(found(routes, "HEAD", "/b") == "/{x}");
}

TEST_CASE("router: compares literals with what escapes mean") {
  const auto routes = with({"/caf\xc3\xa9/menu"});
  CHECK(found(routes, "GET", "/caf%C3%A9/m%65nu") == "/caf\xc3\xa9/menu");
  CHECK(found(routes, "GET", "/caf%c3%a9/menu") == "/caf\xc3\xa9/menu");
  CHECK(routes.find("GET", "/caf%C3%A8/menu").outcome() == result::no_such_path);
}

TEST_CASE("router: an escaped slash cuts no segment") {
  const auto routes = with({"/files/{name}", "/a/b"});
  CHECK(routes.find("GET", "/files/x%2Fy").parameter("name") == "x%2Fy");
  CHECK(routes.find("GET", "/a%2Fb").outcome() == result::no_such_path);
}

TEST_CASE("router: resolves no dots") {
  const auto routes = with({"/a/{name}", "/b"});
  CHECK(routes.find("GET", "/a/..").parameter("name") == "..");
  CHECK(routes.find("GET", "/a/../b").outcome() == result::no_such_path);
}

TEST_CASE("router: refuses a path with a malformed escape, or with a NUL in it") {
  const auto routes = with({"/{name}"});
  for (const auto* path : {"/%", "/%4", "/%zz", "/%4g", "/a%00b", "", "*", "a"}) {
    CAPTURE(path);
    CHECK(routes.find("GET", path).outcome() == result::malformed_path);
  }
}

TEST_CASE("router: refuses a malformed pattern when it is added") {
  for (const auto* pattern :
       {"", "a", "/a?b", "/a#b", "/a b", "/a%20b", "/a\nb", "/{}", "/{a", "/a}", "/x{a}", "/{a}x",
        "/{a{b}}", "/{a}/{a}", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"}) {
    CAPTURE(pattern);
    router routes;
    CHECK_THROWS_AS(routes.get(pattern, nothing), invalid_argument);
    CHECK(routes.find("GET", "/a").outcome() == result::no_such_path);
  }
}

TEST_CASE("router: refuses a method that is no token") {
  router routes;
  CHECK_THROWS_AS(routes.add("GE T", "/", nothing), invalid_argument);
  CHECK_THROWS_AS(routes.add("", "/", nothing), invalid_argument);
}

TEST_CASE("router: refuses a second route for the same method and the same paths") {
  router routes;
  routes.get("/users/{id}", nothing);
  CHECK_THROWS_WITH_AS(routes.get("/users/{name}", nothing),
                       "route GET /users/{name}: is taken by /users/{id}", invalid_argument);
  CHECK_NOTHROW(routes.post("/users/{name}", nothing));
}

TEST_CASE("router: stores handlers that can only be moved") {
  router routes;
  routes.get("/", [owned = std::make_unique<int>(1)](server_request&) -> task<server_response> {
    co_return server_response::text(std::to_string(*owned));
  });
  CHECK(found(routes, "GET", "/") == "/");
}

TEST_CASE("router: finds among many literals") {
  router routes;
  for (int i = 0; i < 200; ++i) routes.get("/r" + std::to_string(i), nothing);
  for (int i = 0; i < 200; ++i) {
    const auto path = "/r" + std::to_string(i);
    CHECK(found(routes, "GET", path) == path);
  }
}
