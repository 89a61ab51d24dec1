// SPDX-License-Identifier: MIT
#include <exception>
#include <stdexcept>
#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/failures.hpp"
#include "leat/testing/simulated_network.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

const io::endpoint address = io::endpoint::tcp("server", 80);

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

http::router echo() {
  http::router routes;
  routes.get("/hello", [](http::server_request&) -> task<http::server_response> {
    co_return http::server_response::text("hello");
  });
  routes.put("/echo", [](http::server_request& request) -> task<http::server_response> {
    co_return http::server_response::text(std::string(request.body()));
  });
  return routes;
}

/// What a request came to: the right answer, or an error of the transport.
task<bool> succeeds(task<http::response> asked, std::string expected) {
  const auto answer = co_await as_outcome(std::move(asked));
  if (!answer.has_error()) {
    require(answer.value().content() == expected, "an answer is not whole, or not ours");
    co_return true;
  }
  try {
    std::rethrow_exception(answer.error());
  } catch (const io_error&) {
  } catch (const timeout_error&) {
  } catch (const http::no_response&) {
  } catch (const http::proxy_error&) {
  } catch (const http::remote_protocol_error&) {  // the end came in the middle of an answer
  }
  co_return false;
}

task<void> client_side(http::async_client& client, http::server& server) {
  // Larger than what is sent without looking, and than what the network holds.
  const std::string large(100'000, 'x');
  int failed = 0;
  const auto count = [&failed](bool has_succeeded) { failed += has_succeeded ? 0 : 1; };
  count(co_await succeeds(client.get("/hello"), "hello"));
  count(
      co_await succeeds(client.put("/echo", http::request_options().content(large, "a/b")), large));
  count(co_await succeeds(client.get("/hello"), "hello"));
  require(failed <= 1, "one failure costs more than one request");
  const auto last = co_await as_outcome(client.get("/hello"));
  require(failed == 0 || last.has_value(), "a request fails long after the failure");
  require(client.statistics().active == 0 && client.statistics().waiting == 0, "a slot was lost");
  client.close();
  server.shut_down();
}

task<void> converse(io::network& net, std::string proxy) {
  http::server_options server_options;
  server_options.network = &net;
  bool is_surprised = false;
  server_options.on_error = [&is_surprised](const http::server_error& problem) {
    // What the network does is nobody's mistake; of accept() the server tells.
    if (problem.where != http::server_error::place::accept) is_surprised = true;
  };
  http::server server(echo(), server_options);
  server.listen(address);

  http::async_client_options client_options;
  client_options.network = &net;
  client_options.base_url = "http://server";
  client_options.proxy = std::move(proxy);
  http::async_client client(client_options);
  co_await when_all(server.run(), client_side(client, server));
  require(server.connections() == 0, "the server has not drained");
  require(!is_surprised, "the server takes a failure of the network for a mistake");
}

task<void> client_and_server(io::network& net) {
  return converse(net, {});
}

/// The server is its own proxy.
task<void> client_and_proxy(io::network& net) {
  return converse(net, "http://server:80");
}

}  // namespace

TEST_CASE("client and proxy: whichever operation of the network fails, nothing is lost") {
  const auto report = testing::for_each_failure(client_and_proxy);
  CHECK(report.operations > 20);
  CHECK(report.failed == 1);  // that to listen
  CHECK(report.survived > 40);
}

TEST_CASE("client and server: whichever operation of the network fails, nothing is lost") {
  const auto report = testing::for_each_failure(client_and_server);
  MESSAGE(report.operations << " operations, " << report.failed << " runs failed, "
                            << report.survived << " survived");
  CHECK(report.operations > 20);
  CHECK(report.failed == 1);  // that to listen
  CHECK(report.survived > 40);
}

TEST_CASE("client and server: cancelled at every point on a slow network, nothing is lost") {
  const auto report = testing::for_each_cancellation([]() -> task<void> {
    testing::simulated_network net(1, {.latency = 1ms,
                                       .jitter = 1ms,
                                       .bytes_per_second = 10'000'000,
                                       .accept_delay = 1ms,
                                       .short_read = 0.3,
                                       .short_write = 0.3});
    co_await client_and_server(net);
  });
  CHECK(report.stopped > 100);
}
