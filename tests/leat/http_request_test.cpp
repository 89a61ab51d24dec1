// SPDX-License-Identifier: MIT
#include "http_request.hpp"

#include <fstream>
#include <string>

#include "exit_status.hpp"
#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace std::chrono_literals;
using cli::http_arguments;

namespace {

std::optional<std::string> nothing(const char*) {
  return std::nullopt;
}

cli::http_request made_of(const http_arguments& arguments) {
  return cli::make_request(arguments, nothing);
}

http_arguments to(std::string url = "http://a.test/") {
  http_arguments arguments;
  arguments.url = std::move(url);
  return arguments;
}

std::string refusal_of(const http_arguments& arguments) {
  try {
    static_cast<void>(made_of(arguments));
  } catch (const cli::usage_error& e) {
    return e.what();
  }
  return "";
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("leat http: without options it is a GET") {
  const auto made = made_of(to());
  CHECK(made.method == "GET");
  CHECK(made.url == "http://a.test/");
  CHECK(made.client.http2);
  CHECK_FALSE(made.client.redirects.follow);
  CHECK(made.client.timeouts.total == leat::no_timeout);
  CHECK(made.client.timeouts.connect == 10s);
  CHECK(made.client.timeouts.read == 30s);
  CHECK(made.client.auth == nullptr);
}

TEST_CASE("leat http: a proxy is the one that is said, or one of the environment") {
  auto arguments = to();
  CHECK(made_of(arguments).client.trust_env);
  CHECK(made_of(arguments).client.proxy.empty());
  const scratch_folder folder;
  write(folder / "proxy", "http://ada:pw@p.test:3128\n");
  arguments.proxy = "@" + (folder / "proxy");
  CHECK(made_of(arguments).client.proxy == "http://ada:pw@p.test:3128");
  arguments.proxy = "socks5h://p.test";
  CHECK(made_of(arguments).client.proxy == "socks5h://p.test");
  arguments.asks_environment = false;
  CHECK_FALSE(made_of(arguments).client.trust_env);
}

TEST_CASE("leat http: a body makes it a POST, unless a method is said") {
  auto arguments = to();
  arguments.data = "x";
  CHECK(made_of(arguments).method == "POST");
  arguments.method = "PUT";
  CHECK(made_of(arguments).method == "PUT");
}

TEST_CASE("leat http: headers, parameters and forms are split at their first mark") {
  auto arguments = to();
  arguments.headers = {"X-Time: 12:30", "X-Empty:"};
  arguments.query = {"a=b=c", "d="};
  arguments.form = {"e=f g"};
  const auto made = made_of(arguments);
  CHECK(made.request.headers.get("x-time") == "12:30");
  CHECK(made.request.headers.get("x-empty") == "");
  CHECK(made.request.query_parameters ==
        std::vector<std::pair<std::string, std::string>>{{"a", "b=c"}, {"d", ""}});
  CHECK(made.request.content_type == "application/x-www-form-urlencoded");
}

TEST_CASE("leat http: JSON is checked before it is sent") {
  auto arguments = to();
  arguments.json = R"({"a": 1})";
  CHECK(made_of(arguments).request.body == R"({"a": 1})");
  arguments.json = "{a: 1}";
  CHECK(refusal_of(arguments).starts_with("--json: "));
}

TEST_CASE("leat http: a file stands behind an @") {
  const scratch_folder folder;
  write(folder / "json", "[1]");
  write(folder / "token", "hush\n");
  auto arguments = to();
  arguments.json = "@" + (folder / "json");
  arguments.bearer = "@" + (folder / "token");
  const auto made = made_of(arguments);
  CHECK(made.request.body == "[1]");
  leat::http::headers fields;
  leat::proto::url url;
  leat::http::auth_target target{"GET", url, "", fields};
  made.client.auth->start()->begin(target);
  CHECK(fields.get("authorization") == "Bearer hush");
}

TEST_CASE("leat http: a body from a file knows its size and can be sent again") {
  const scratch_folder folder;
  write(folder / "body", "12345");
  auto arguments = to();
  arguments.data = "@" + (folder / "body");
  const auto made = made_of(arguments);
  REQUIRE(made.request.streamed != nullptr);
  CHECK(made.request.streamed->size() == 5);
  CHECK(made.request.streamed->rewind());
}

TEST_CASE("leat http: netrc is looked for where the environment says") {
  const scratch_folder folder;
  write(folder / ".netrc", "machine a.test login ada password pw");
  auto arguments = to();
  arguments.uses_netrc = true;
  const auto at_home = [&folder](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "HOME") return folder / ".";
    return std::nullopt;
  };
  CHECK(cli::make_request(arguments, at_home).client.auth != nullptr);
  CHECK(refusal_of(arguments) == "--netrc: there is neither NETRC nor HOME in the environment");
}

TEST_CASE("leat http: times are seconds or have a unit") {
  CHECK(cli::parse_time("--timeout", "5") == 5s);
  CHECK(cli::parse_time("--timeout", "2.5") == 2500ms);
  CHECK(cli::parse_time("--timeout", "300ms") == 300ms);
  CHECK(cli::parse_time("--timeout", "1m30s") == 90s);
  CHECK(cli::parse_time("--timeout", "no_timeout") == leat::no_timeout);
  for (const char* text : {"", "-1", "x", "1x", "1e3"}) {
    CHECK_THROWS_AS(static_cast<void>(cli::parse_time("--timeout", text)), cli::usage_error);
  }
}

TEST_CASE("leat http: what cannot be meant is refused before anything is sent") {
  const auto with = [](auto change) {
    auto arguments = to();
    change(arguments);
    return refusal_of(arguments);
  };
  CHECK(refusal_of(to("a.test/x")) == "the URL begins with neither http:// nor https://");
  CHECK(refusal_of(to("ftp://a.test/")) == "this speaks http and https, not ftp");
  CHECK(refusal_of(to("http:///x")).starts_with("the URL cannot be requested: "));
  CHECK(with([](auto& a) { a.method = "GE T"; }) == "--method takes a word, as GET");
  CHECK(with([](auto& a) { a.headers = {"no colon"}; }) == "--header takes \"name: value\"");
  CHECK(with([](auto& a) { a.headers = {"a b: c"}; }) == "--header takes \"name: value\"");
  CHECK(with([](auto& a) { a.headers = {"a: b\nc: d"}; }) ==
        "--header: the value of a has a control character");
  CHECK(with([](auto& a) { a.query = {"=x"}; }) == "--query takes name=value");
  CHECK(with([](auto& a) { a.form = {"x"}; }) == "--form takes name=value");
  CHECK(with([](auto& a) { a.user = "ada"; }) ==
        "--user takes name:password, or @file with that in it");
  CHECK(with([](auto& a) { a.bearer = "a b"; }).find("token") != std::string::npos);
  CHECK(with([](auto& a) { a.data = "@/nowhere/at/all"; }) ==
        "/nowhere/at/all cannot be read: No such file or directory");
  CHECK(with([](auto& a) { a.data = "@/tmp"; }) == "/tmp cannot be read: Is a directory");
  CHECK(with([](auto& a) { a.proxy = "ftp://p.test"; }) ==
        "--proxy: this speaks http, https, socks5 and socks5h with a proxy, not ftp");
  const auto of_bad_proxy = with([](auto& a) { a.proxy = "http://ada:pass word@p.test:x"; });
  CHECK(of_bad_proxy.starts_with("--proxy takes a URL: "));
  CHECK(of_bad_proxy.find("pass") == std::string::npos);
  CHECK(with([](auto& a) { a.ca_file = "/dev/null"; }) == "--cacert: /dev/null is empty");
  CHECK(with([](auto& a) { a.ca_file = "/etc/hostname"; }).find("certificate") !=
        std::string::npos);
}
