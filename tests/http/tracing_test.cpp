// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/base/trace_context.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_context.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/http/server.hpp"
#include "leat/log/backend.hpp"

#include "http/raw_client.hpp"

using namespace leat;
using http::router;
using http::server_options;
using http::server_request;
using http::server_response;

namespace {

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00-" + trace + "-00f067aa0ba902b7-01";

std::string carried_text() {
  const auto* const carried = context_value(carried_trace);
  if (carried == nullptr) return "none";
  return std::string(carried->trace_id()) + " " + std::string(carried->span_id()) +
         (carried->is_sampled ? " sampled " : " not ") + carried->state;
}

task<std::string> text_of_child() {
  co_return carried_text();
}

/// Answers with what its task carries, if a child of it carries the same.
task<server_response> show(server_request&) {
  const auto [mine, of_sibling] = co_await when_all(text_of_child(), text_of_child());
  const bool is_inherited = mine == of_sibling && mine == carried_text();
  co_return server_response::text(is_inherited ? mine : "the child carries another");
}

router one_route() {
  router routes;
  routes.get("/", show);
  return routes;
}

server_options traced() {
  server_options options;
  options.tracing.enabled = true;
  return options;
}

/// What the handler carries for requests with these fields, one after the other.
task<std::vector<std::string>> carried_for(server_options options,
                                           std::vector<std::string> requests) {
  std::vector<std::string> seen;
  server_world world(one_route(), std::move(options));
  co_await serve_while(world, [&](server_world& at) -> task<void> {
    auto client = co_await at.connect();
    for (const auto& fields : requests) {
      seen.push_back((co_await client.ask(get("/", fields))).body);
    }
  });
  co_return seen;
}

std::string parent_field(const std::string& value) {
  return "traceparent: " + value + "\r\n";
}

trace_context some_trace() {
  trace_context made;
  std::ranges::copy(trace, made.trace.begin());
  std::ranges::copy(std::string_view("00f067aa0ba902b7"), made.span.begin());
  made.is_sampled = true;
  made.state = "a=1";
  return made;
}

/// What a request carries of a trace, as it goes out.
struct sent_trace {
  std::string parent;
  std::string state;
  bool operator==(const sent_trace&) const = default;
};

template <class Request>
sent_trace trace_in(const Request& request) {
  return {std::string(request.headers.get("traceparent").value_or("")),
          std::string(request.headers.get("tracestate").value_or(""))};
}

/// A transport that keeps what is sent, and sends `/away` to another origin and `/on` further.
template <class Transport>
auto noting(std::vector<sent_trace>& sent) {
  return std::make_shared<Transport>([&sent](const auto& request) {
    sent.push_back(trace_in(request));
    auto answer = server_response::text("");
    if (request.url.path() == "/away" || request.url.path() == "/on") {
      answer.set_status(302);
      answer.headers().set("location", request.url.path() == "/on" ? "/there" : "http://b.test/");
    }
    return answer;
  });
}

http::async_client_options noting_client(std::vector<sent_trace>& sent) {
  http::async_client_options options;
  options.transport = noting<http::async_mock_transport>(sent);
  options.redirects.follow = true;
  return options;
}

task<void> ask(http::async_client& client, std::string path,
               http::async_request_options options = {}) {
  static_cast<void>(co_await client.get("http://a.test" + path, std::move(options)));
}

}  // namespace

LEAT_ASYNC_TEST("tracing server: goes on with the trace of its caller, in a span of its own") {
  const auto seen = co_await carried_for(
      traced(), {parent_field(parent) + "tracestate: a=1\r\nTraceState: b=2\r\n",
                 parent_field("00-" + trace + "-00f067aa0ba902b7-00")});
  CHECK(seen[0].starts_with(trace + " "));
  CHECK(seen[0].find("00f067aa0ba902b7") == std::string::npos);
  CHECK(seen[0].ends_with(" sampled a=1,b=2"));
  CHECK(seen[1].starts_with(trace + " "));
  CHECK(seen[1].ends_with(" not "));
  CHECK(seen[0].substr(33, 16) != seen[1].substr(33, 16));
}

LEAT_ASYNC_TEST("tracing server: begins a trace where there is none that is valid") {
  const std::string state = "tracestate: a=1\r\n";
  const auto seen = co_await carried_for(
      traced(), {"", state, parent_field("00-" + trace + "-0000000000000000-01") + state,
                 parent_field(parent) + parent_field(parent) + state,
                 parent_field("ff" + parent.substr(2)) + state, parent_field("") + state});
  std::set<std::string> traces;
  for (const auto& each : seen) {
    CAPTURE(each);
    REQUIRE(each.size() > 49);
    traces.insert(each.substr(0, 32));
    CHECK(each.substr(0, 49).find_first_not_of("0123456789abcdef ") == std::string::npos);
    CHECK(each.ends_with(" sampled "));
  }
  CHECK(traces.size() == seen.size());
  CHECK(!traces.contains(trace));
}

LEAT_ASYNC_TEST("tracing server: its own traces ask nobody to record if they are told not to") {
  auto options = traced();
  options.tracing.samples_new = false;
  const auto seen = co_await carried_for(options, {""});
  CHECK(seen[0].ends_with(" not "));
}

LEAT_ASYNC_TEST("tracing server: looks at nothing unless it is told to") {
  const auto seen = co_await carried_for({}, {parent_field(parent)});
  CHECK(seen[0] == "none");
}

LEAT_ASYNC_TEST("tracing server: every record of a request has its trace, also that of its end") {
  std::vector<std::string> lines;
  log::backend logs(log::delivery::synchronous,
                    {.presentation = log::presentation::plain,
                     .sinks = {log::sink::custom(
                         [&](log::level, std::string_view line) { lines.emplace_back(line); })}});
  const log::logger log = logs.logger();
  router routes;
  routes.get("/", [&](server_request&) -> task<server_response> {
    co_await to_thread([&] { log.info("on a thread"); });
    log.info("own", {{"span_id", "mine"}});
    throw std::runtime_error("broken");
  });
  auto options = traced();
  options.on_error = [&](const http::server_error&) { log.info("failed"); };
  options.on_access = [&](const http::access_record&) { log.info("answered"); };
  server_world world(std::move(routes), options);
  co_await serve_while(world, [&](server_world& at) -> task<void> {
    auto client = co_await at.connect();
    CHECK((co_await client.ask(get("/", parent_field(parent)))).status == 500);
  });
  log.info("outside");

  REQUIRE(lines.size() == 5);
  const std::string ids = lines[0].substr(std::string("on a thread").size());
  CHECK(ids.starts_with(" trace_id=" + trace + " span_id="));
  CHECK(lines[1] == "own span_id=mine trace_id=" + trace);
  CHECK(lines[2] == "failed" + ids);
  CHECK(lines[3] == "answered" + ids);
  CHECK(lines[4] == "outside");
}

LEAT_ASYNC_TEST("tracing client: sends on what its task carries, each time with another span") {
  std::vector<sent_trace> sent;
  http::async_client client(noting_client(sent));
  co_await with_context(carried_trace, some_trace(), ask(client, "/1"));
  co_await with_context(carried_trace, some_trace(), ask(client, "/on"));
  co_await ask(client, "/2");

  REQUIRE(sent.size() == 4);
  std::set<std::string> parents;
  for (int i = 0; i < 3; ++i) {
    const auto& each = sent[static_cast<std::size_t>(i)];
    CHECK(each.parent.starts_with("00-" + trace + "-"));
    CHECK(each.parent.ends_with("-01"));
    CHECK(each.parent.size() == parent.size());
    CHECK(each.state == "a=1");
    parents.insert(each.parent);
  }
  CHECK(parents.size() == 3);
  CHECK(!parents.contains(parent));
  CHECK(sent[3] == sent_trace());
}

LEAT_ASYNC_TEST("tracing client: a redirect to another origin does not take the trace along") {
  std::vector<sent_trace> sent;
  http::async_client client(noting_client(sent));
  co_await with_context(carried_trace, some_trace(), ask(client, "/away"));
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].state == "a=1");
  CHECK(sent[1] == sent_trace());
}

LEAT_ASYNC_TEST("tracing client: what the request says stands, and it can be told to be silent") {
  std::vector<sent_trace> sent;
  auto options = noting_client(sent);
  http::async_client client(options);
  http::request_options own;
  own.header("Traceparent", "mine");
  co_await with_context(carried_trace, some_trace(), ask(client, "/", own));
  options.sends_trace = false;
  http::async_client silent(options);
  co_await with_context(carried_trace, some_trace(), ask(silent, "/"));

  REQUIRE(sent.size() == 2);
  CHECK(sent[0] == sent_trace{"mine", ""});
  CHECK(sent[1] == sent_trace());
}

TEST_CASE("tracing client: the one that blocks sends on what its thread carries") {
  std::vector<sent_trace> sent;
  http::client_options options;
  options.transport = noting<http::mock_transport>(sent);
  http::client client(options);
  {
    const carried_context carried{.values = context().with(carried_trace, some_trace())};
    const carry_on_thread there(carried);
    static_cast<void>(client.get("http://a.test/"));
  }
  static_cast<void>(client.get("http://a.test/"));
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].parent.starts_with("00-" + trace + "-"));
  CHECK(sent[0].state == "a=1");
  CHECK(sent[1] == sent_trace());
}
