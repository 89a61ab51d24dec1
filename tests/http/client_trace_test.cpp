// SPDX-License-Identifier: MIT
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "leat/http/error.hpp"
#include "leat/io/error.hpp"

#include "http/surfaces.hpp"
#include "http/trace_notes.hpp"
#include "log/captured.hpp"
#include "support/raw_peer.hpp"
#include "support/server_thread.hpp"

// What a trace callback is told, each case on both surfaces. The same over HTTP/2 is in
// client_nghttpd_test.cpp, and what is told of a request that is stopped in trace_sweep_test.cpp.

using namespace leat;
using namespace std::chrono_literals;
using http::request_options;
using http::server_request;
using http::server_response;
using http::trace_step;

#define LEAT_BOTH_SURFACES(name) \
  TEST_CASE_TEMPLATE("client trace: " name, Surface, async_surface, blocking_surface)

namespace {

/// `/` answers with the body it was sent; `/moved` leads there; `/large` is more than comes at
/// once.
http::router site() {
  http::router all;
  const auto echo = [](server_request& request) -> task<server_response> {
    co_return server_response::text(std::string(request.body()));
  };
  const auto moved = [](server_request&) -> task<server_response> {
    auto answer = server_response::text("moved", 307);
    answer.headers().add("location", "/");
    co_return answer;
  };
  all.get("/", echo);
  all.post("/", echo);
  all.post("/moved", moved);
  all.get("/large", [](server_request&) -> task<server_response> {
    co_return server_response::text(std::string(std::size_t{8} << 20, 'x'));
  });
  return all;
}

template <class Surface>
typename Surface::options told_to(trace_notes& notes) {
  typename Surface::options options;
  options.trace = notes.callback();
  return options;
}

template <class Surface>
void check_nothing_is_held(Surface& api) {
  CHECK(api.client().statistics().active == 0);
  CHECK(api.client().statistics().waiting == 0);
}

constexpr std::string_view fresh_post =
    "pool_wait_started connect_started connect_finished request_headers_sent request_body_sent "
    "response_headers_received response_body_finished connection_returned";
constexpr std::string_view reused_get =
    "pool_wait_started connection_reused request_headers_sent response_headers_received "
    "response_body_finished connection_returned";

std::string what_of(const std::exception_ptr& error) {
  return error == nullptr ? "" : describe(error);
}

}  // namespace

LEAT_BOTH_SURFACES("the steps of a request come in their order, with what is known of them") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  CHECK(api.post(server.url("/?q"), request_options().content("body", "a/b")).content() == "body");
  CHECK(notes.steps() == fresh_post);
  const std::string peer = server.url("").substr(7);
  for (const auto& each : notes.all) {
    CHECK(each.call == 1);
    CHECK(each.attempt == 1);
    CHECK(each.method == "POST");
    CHECK(each.url == server.url("/?q"));
    CHECK(each.peer == (each.step == trace_step::pool_wait_started ? "" : peer));
    CHECK(each.error == nullptr);
  }
  CHECK(notes.last(trace_step::request_body_sent).body_bytes == 4);
  CHECK(notes.last(trace_step::response_headers_received).status == 200);
  CHECK(notes.last(trace_step::response_headers_received).http_version == "HTTP/1.1");
  CHECK(notes.last(trace_step::response_body_finished).body_bytes == 4);

  CHECK(api.get(server.url()).status() == 200);
  CHECK(notes.steps() == reused_get);
  CHECK(notes.last(trace_step::connection_reused).peer == peer);
  CHECK(notes.last(trace_step::connection_reused).call == 2);
}

LEAT_BOTH_SURFACES("the address that a name was found to be is told from its connection on") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  const std::string address = server.url("").substr(7);
  const std::string peer = "localhost" + address.substr(address.find(':'));
  for (int i = 0; i < 2; ++i) CHECK(api.get("http://" + peer + "/").status() == 200);
  for (const auto& each : notes.all) {
    const bool is_connected =
        each.step != trace_step::pool_wait_started && each.step != trace_step::connect_started;
    CHECK(each.address == (is_connected ? address : ""));
    CHECK(each.peer == (each.step == trace_step::pool_wait_started ? "" : peer));
  }
  CHECK(notes.last(trace_step::connection_reused).address == address);
}

LEAT_BOTH_SURFACES("a body that is sent in pieces is told when its last has gone") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  typename Surface::request_options options;
  options.stream(Surface::pieces({"one ", "two ", std::string(100'000, 'x')}), "text/plain");
  CHECK(api.post(server.url(), options).content().size() == 100'008);
  CHECK(notes.steps() == fresh_post);
  CHECK(notes.last(trace_step::request_body_sent).body_bytes == 100'008);
}

LEAT_BOTH_SURFACES("a body whose answer comes first is not told as sent") {
  raw_peer peer([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    talk.wait_closed();
  });
  {
    trace_notes notes;
    Surface api(told_to<Surface>(notes));
    const auto options =
        request_options().content("body", "text/plain").expect_continue(no_timeout);
    CHECK(api.post(peer.url(), options).status() == 413);
    CHECK(notes.steps() ==
          "pool_wait_started connect_started connect_finished request_headers_sent "
          "response_headers_received response_body_finished connection_closed");
  }
  peer.finish();
}

LEAT_BOTH_SURFACES("a redirect is an attempt of its own in the same call") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  const auto more = request_options().content("x", "a/b").follow_redirects();
  CHECK(api.post(server.url("/moved"), more).status() == 200);
  CHECK(notes.steps() ==
        std::string(fresh_post) +
            " pool_wait_started connection_reused request_headers_sent request_body_sent "
            "response_headers_received response_body_finished connection_returned");
  CHECK(notes.all.front().url == server.url("/moved"));
  CHECK(notes.all.front().attempt == 1);
  CHECK(notes.all.back().url == server.url());
  CHECK(notes.all.back().attempt == 2);
  CHECK(notes.all.back().call == 1);
}

LEAT_BOTH_SURFACES("a request that is lost with a kept connection and sent again is two attempts") {
  const auto answer = [](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  };
  raw_peer peer({[&](raw_peer::conversation& talk) {
                   answer(talk);
                   talk.read_until();  // and closes
                 },
                 [&](raw_peer::conversation& talk) {
                   answer(talk);
                   talk.wait_closed();
                 }});
  {
    trace_notes notes;
    Surface api(told_to<Surface>(notes));
    CHECK(api.get(peer.url()).status() == 200);
    static_cast<void>(notes.steps());
    CHECK(api.get(peer.url()).status() == 200);
    CHECK(notes.steps() ==
          "pool_wait_started connection_reused request_headers_sent failed connection_closed "
          "pool_wait_started connect_started connect_finished request_headers_sent "
          "response_headers_received response_body_finished connection_returned");
    const auto& failed = notes.last(trace_step::failed);
    CHECK(failed.attempt == 1);
    CHECK(failed.failed_after == trace_step::request_headers_sent);
    CHECK(failed.error != nullptr);
    CHECK(notes.all.back().attempt == 2);
    CHECK(notes.all.back().call == 2);
  }
  peer.finish();
}

LEAT_BOTH_SURFACES("a connection that cannot be made is told as often as it is tried") {
  std::uint16_t port = 0;
  {
    const raw_peer gone([](raw_peer::conversation&) {});
    port = gone.port();
  }
  trace_notes notes;
  auto options = told_to<Surface>(notes);
  options.connect_retries = 1;
  Surface api(options);
  CHECK_THROWS_AS(static_cast<void>(api.get("http://127.0.0.1:" + std::to_string(port) + "/")),
                  io::connect_error);
  CHECK(notes.steps() == "pool_wait_started connect_started failed connect_started failed");
  const auto& failed = notes.last(trace_step::failed);
  CHECK(failed.failed_after == trace_step::connect_started);
  CHECK(what_of(failed.error).find("connect") != std::string::npos);
  check_nothing_is_held(api);
}

LEAT_BOTH_SURFACES("an answer that does not come is told as the step that was the last") {
  raw_peer peer([](raw_peer::conversation& talk) { talk.wait_closed(); });
  {
    trace_notes notes;
    Surface api(told_to<Surface>(notes));
    request_options hasty;
    hasty.timeouts.read = 1ms;
    CHECK_THROWS_AS(static_cast<void>(api.get(peer.url(), hasty)), io::read_timeout);
    CHECK(notes.steps() ==
          "pool_wait_started connect_started connect_finished request_headers_sent failed "
          "connection_closed");
    CHECK(notes.last(trace_step::failed).failed_after == trace_step::request_headers_sent);
    CHECK(what_of(notes.last(trace_step::failed).error).find("timed out") != std::string::npos);
    check_nothing_is_held(api);
  }
  peer.finish();
}

LEAT_BOTH_SURFACES("a body that breaks off is told once") {
  raw_peer peer([](raw_peer::conversation& talk) {
    talk.read_until();
    talk.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  CHECK_THROWS_AS(static_cast<void>(api.get(peer.url())), http::remote_protocol_error);
  CHECK(notes.steps() ==
        "pool_wait_started connect_started connect_finished request_headers_sent "
        "response_headers_received failed connection_closed");
  CHECK(notes.last(trace_step::failed).failed_after == trace_step::response_headers_received);
}

LEAT_BOTH_SURFACES("an answer that is given up closes its connection, and is no failure") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  {
    auto answer = api.stream("GET", server.url("/large"));
    CHECK_FALSE(api.read_some(answer).empty());
  }
  CHECK(notes.steps() ==
        "pool_wait_started connect_started connect_finished request_headers_sent "
        "response_headers_received connection_closed");
  check_nothing_is_held(api);
}

LEAT_BOTH_SURFACES(
    "a request's callback takes the place of the client's, and an empty one is none") {
  const server_thread server(site());
  trace_notes of_client;
  trace_notes of_request;
  Surface api(told_to<Surface>(of_client));
  CHECK(api.get(server.url(), request_options().trace(of_request.callback())).status() == 200);
  CHECK(of_client.all.empty());
  CHECK(of_request.count(trace_step::connection_returned) == 1);
  CHECK(api.get(server.url(), request_options().trace({})).status() == 200);
  CHECK(of_client.all.empty());
  auto built = api.client().build_request("GET", server.url());
  CHECK(api.send(std::move(built)).status() == 200);
  CHECK(of_client.steps() == reused_get);
}

LEAT_BOTH_SURFACES("what a callback throws ends the request, and costs no slot") {
  const server_thread server(site());
  constexpr trace_step before_the_end[] = {
      trace_step::pool_wait_started,     trace_step::connect_started,
      trace_step::connect_finished,      trace_step::request_headers_sent,
      trace_step::request_body_sent,     trace_step::response_headers_received,
      trace_step::response_body_finished};
  for (const std::size_t size : {std::size_t{4}, std::size_t{100'000}}) {
    for (const auto step : before_the_end) {
      CAPTURE(size);
      CAPTURE(std::string(to_string(step)));
      trace_notes notes;
      notes.then = [step](const http::trace_event& told) {
        if (told.step == step) throw std::runtime_error("no more");
      };
      Surface api(told_to<Surface>(notes));
      const auto options = request_options().content(std::string(size, 'b'), "a/b");
      CHECK_THROWS_WITH_AS(static_cast<void>(api.post(server.url(), options)), "no more",
                           std::runtime_error);
      CHECK(notes.count(step) == 1);
      CHECK(notes.count(trace_step::failed) == 1);
      CHECK(notes.last(trace_step::failed).failed_after == step);
      CHECK(what_of(notes.last(trace_step::failed).error) == "no more");
      const auto ends =
          notes.count(trace_step::connection_closed) + notes.count(trace_step::connection_returned);
      CHECK(ends == notes.count(trace_step::connect_finished));
      check_nothing_is_held(api);
      notes.then = nullptr;
      CHECK(api.get(server.url()).status() == 200);
    }
  }
}

LEAT_BOTH_SURFACES("what a callback throws at a kept connection gives that up") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  CHECK(api.get(server.url()).status() == 200);
  static_cast<void>(notes.steps());
  notes.then = [](const http::trace_event& told) {
    if (told.step == trace_step::connection_reused) throw std::runtime_error("no more");
  };
  CHECK_THROWS_AS(static_cast<void>(api.get(server.url())), std::runtime_error);
  CHECK(notes.steps() == "pool_wait_started connection_reused failed connection_closed");
  check_nothing_is_held(api);
  CHECK(api.client().statistics().idle == 0);
}

LEAT_BOTH_SURFACES("a callback that throws an error of the network is not taken for the network") {
  const server_thread server(site());
  trace_notes notes;
  Surface api(told_to<Surface>(notes));
  CHECK(api.get(server.url()).status() == 200);
  static_cast<void>(notes.steps());
  notes.then = [](const http::trace_event& told) {
    if (told.step == trace_step::request_headers_sent) throw io::read_error("mine", {});
  };
  CHECK_THROWS_WITH_AS(static_cast<void>(api.get(server.url())), "mine", io::read_error);
  // Otherwise it would have been sent again.
  CHECK(notes.steps() ==
        "pool_wait_started connection_reused request_headers_sent failed connection_closed");
}

LEAT_BOTH_SURFACES("what a callback throws when all is decided is dropped") {
  const server_thread server(site());
  trace_notes notes;
  notes.then = [](const http::trace_event& told) {
    if (told.step == trace_step::connection_returned) throw std::runtime_error("too late");
  };
  Surface api(told_to<Surface>(notes));
  CHECK(api.get(server.url()).status() == 200);
  CHECK(notes.count(trace_step::connection_returned) == 1);
  CHECK(notes.count(trace_step::failed) == 0);
  CHECK(api.client().statistics().idle == 1);
}

LEAT_BOTH_SURFACES("no secret is in what is told, nor in the log") {
  testing::captured_log log(
      {.minimum = log::level::debug, .presentation = log::presentation::plain});
  const server_thread server(site());
  trace_notes notes;
  auto options = told_to<Surface>(notes);
  options.logger = log.logger();
  Surface api(options);
  std::string url = server.url("/moved");
  url.insert(7, "ada:s3cret@");
  const auto more = request_options()
                        .content("s3cret", "a/b")
                        .header("x-token", "s3cret")
                        .header("cookie", "a=s3cret")
                        .follow_redirects();
  CHECK(api.post(url, more).status() == 200);
  CHECK(notes.all.size() > 10);
  for (const auto& each : notes.all) {
    for (const auto* const text : {&each.method, &each.url, &each.peer, &each.http_version}) {
      CHECK(text->find("s3cret") == std::string::npos);
    }
  }
  for (const auto& each : log.lines()) CHECK(each.find("s3cret") == std::string::npos);
}

LEAT_BOTH_SURFACES("the log has the steps at level debug, whether or not somebody else is told") {
  const server_thread server(site());
  testing::captured_log log(
      {.minimum = log::level::debug, .presentation = log::presentation::plain});
  typename Surface::options options;
  options.logger = log.logger();
  Surface api(options);
  CHECK(api.post(server.url(), request_options().content("body", "a/b")).status() == 200);
  std::vector<std::string> said;
  for (const auto& each : log.lines()) {
    if (each.find("HTTP Trace: ") != std::string::npos) said.push_back(each);
  }
  REQUIRE(said.size() == 8);
  CHECK(log.lines().size() == 9);  // and the request itself, at level info
  CHECK(said[0].find("HTTP Trace: pool_wait_started POST " + server.url()) != std::string::npos);
  CHECK(said[0].find("call=1 attempt=1") != std::string::npos);
  CHECK(said[2].find("connect_finished") != std::string::npos);
  CHECK(said[2].find("peer=") != std::string::npos);
  CHECK(said[2].find("address=") != std::string::npos);
  CHECK(said[4].find("body_bytes=4") != std::string::npos);
  CHECK(said[5].find("status=200") != std::string::npos);

  const std::size_t before = log.lines().size();
  trace_notes notes;
  notes.then = [](const http::trace_event& told) {
    if (told.step == trace_step::request_headers_sent) throw std::runtime_error("no more");
  };
  CHECK_THROWS(static_cast<void>(api.get(server.url(), request_options().trace(notes.callback()))));
  CHECK(log.lines().size() == before + notes.all.size());
  const auto& failed = log.lines()[log.lines().size() - 2];
  CHECK(failed.find("failed_after=request_headers_sent") != std::string::npos);
  CHECK(failed.find("no more") != std::string::npos);
}

LEAT_BOTH_SURFACES("above level debug the log has no steps") {
  const server_thread server(site());
  testing::captured_log log({.presentation = log::presentation::plain});
  typename Surface::options options;
  options.logger = log.logger();
  Surface api(options);
  CHECK(api.get(server.url()).status() == 200);
  CHECK(log.lines().size() == 1);
}

TEST_CASE("trace_step: has a name for each") {
  for (int i = 0; i <= static_cast<int>(trace_step::failed); ++i) {
    CHECK(to_string(static_cast<trace_step>(i)) != "unknown");
  }
  CHECK(to_string(trace_step::tls_started) == "tls_started");
}
