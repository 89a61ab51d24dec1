// SPDX-License-Identifier: MIT
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/event_stream.hpp"
#include "leat/testing/simulation.hpp"

#include "support/seeds.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;

namespace {

constexpr int last_event = 100;
const io::endpoint a_test = io::endpoint::tcp("a.test", 80);

/// Answers one request with the events that follow the one it names, and 204 behind the last.
task<void> serve_one(io::async_stream& stream) {
  std::string request;
  std::byte some[512];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto size = co_await stream.read_some(some, deadline_after(1min));
    if (size == 0) co_return;
    request += as_text(std::span(some, size));
  }
  int event = 0;
  const std::string field = "last-event-id: ";
  const auto at = request.find(field);
  if (at != std::string::npos) event = std::stoi(request.substr(at + field.size()));
  std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
  if (event < last_event) answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  while (++event <= last_event) {
    const std::string number = std::to_string(event);
    answer += "id: " + number + "\r\ndata: " + number + "\r\n\r\n";
  }
  co_await stream.write_all(as_bytes(answer), deadline_after(1min));
  co_await stream.close(deadline_after(1min));
}

task<void> serve(io::listener& door) {
  for (;;) {
    const auto stream = co_await door.accept();
    try {
      co_await serve_one(*stream);
    } catch (const leat::error&) {  // the network's faults
    }
  }
}

task<void> read_all(io::network& net, std::size_t& connections) {
  http::async_client_options on_net;
  on_net.base_url = "http://a.test";
  on_net.network = &net;
  http::async_client client(on_net);
  http::event_stream_options options;
  options.max_attempts = 1000;
  options.random = [] { return 0.5; };
  http::async_event_stream events(client, "/events", options);
  int expected = 0;
  while (const auto event = co_await events.next()) {
    ++expected;
    REQUIRE(event->data == std::to_string(expected));
    REQUIRE(event->id == event->data);
  }
  REQUIRE(expected == last_event);
  connections += events.connections();
}

}  // namespace

TEST_CASE("event stream: no event is lost or told twice on a network with faults") {
  std::size_t connections = 0;
  constexpr std::size_t runs = 100;
  run_seeds({.first = 1, .count = runs}, [&connections](testing::simulation& run) -> task<void> {
    testing::link_profile links;
    links.latency = 5ms;
    links.reset = 0.6;
    links.refusal = 0.2;
    links.vanishing = 0.1;
    links.short_read = 0.5;
    links.fault_within_bytes = 3000;
    links.fault_within = 100ms;
    run.net.set_links(links);
    const auto door = run.net.host("a.test").listen(a_test);
    auto ended = co_await when_any(read_all(run.net.host("client"), connections), serve(*door));
    ended.get<0>().value();
  });
  CHECK(connections > 2 * runs);
}
