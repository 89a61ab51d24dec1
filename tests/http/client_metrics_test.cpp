// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/io/error.hpp"
#include "leat/metrics/registry.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"

using namespace leat;
using http::server_response;

namespace {

bool has_line(const metrics::registry& all, const std::string& line) {
  return all.to_text().find("\n" + line + "\n") != std::string::npos;
}

std::string total(std::string_view method, std::string_view status, int count) {
  return "http_client_requests_total{client=\"shop\",method=\"" + std::string(method) +
         "\",status=\"" + std::string(status) + "\"} " + std::to_string(count);
}

template <class Options>
Options measured(metrics::registry& into) {
  Options options;
  options.metrics.into = &into;
  options.metrics.name = "shop";
  return options;
}

/// Sends `/` on to `/there`.
server_response site(std::string_view path) {
  auto answer = server_response::text("x");
  if (path == "/") {
    answer.set_status(302);
    answer.headers().set("location", "/there");
  }
  return answer;
}

task<void> expect_refusal(http::async_client& client) {
  try {
    static_cast<void>(co_await client.get("http://nobody.test/"));
    FAIL("somebody answered");
  } catch (const io_error&) {
  }
}

}  // namespace

LEAT_ASYNC_TEST("client metrics: count each request that is sent, by method and status") {
  metrics::registry all;
  auto options = measured<http::async_client_options>(all);
  options.redirects.follow = true;
  options.transport = std::make_shared<http::async_mock_transport>(
      [](const http::async_request& sent) -> task<server_response> {
        co_await sleep_for(1s);
        co_return site(sent.url.path());
      });
  http::async_client client(options);
  static_cast<void>(co_await client.get("http://a.test/"));
  static_cast<void>(co_await client.request("BREW", "http://a.test/pot"));

  CHECK(has_line(all, total("GET", "302", 1)));
  CHECK(has_line(all, total("GET", "200", 1)));
  CHECK(has_line(all, total("other", "200", 1)));
  CHECK(
      has_line(all, "http_client_request_duration_seconds_sum{client=\"shop\",method=\"GET\"} 2"));
  CHECK(all.to_text().find("a.test") == std::string::npos);
}

LEAT_ASYNC_TEST("client metrics: a request that fails or is stopped has no status") {
  metrics::registry all;
  testing::memory_network net;
  auto options = measured<http::async_client_options>(all);
  options.network = &net;
  http::async_client client(options);
  co_await expect_refusal(client);
  CHECK(has_line(all, total("GET", "none", 1)));

  options.transport = std::make_shared<http::async_mock_transport>(
      [&](const http::async_request&) -> task<server_response> {
        CHECK(has_line(all, "http_client_requests_in_progress{client=\"shop\"} 1"));
        co_await sleep_for(1h);
        co_return server_response();
      });
  http::async_client slow(options);
  try {
    static_cast<void>(co_await with_timeout(1s, slow.post("http://a.test/")));
    FAIL("somebody answered");
  } catch (const deadline_exceeded&) {
  }
  CHECK(has_line(all, total("POST", "none", 1)));
  CHECK(has_line(all, "http_client_requests_in_progress{client=\"shop\"} 0"));
}

LEAT_ASYNC_TEST("client metrics: the connections of a client are a pool of its name") {
  metrics::registry all;
  testing::memory_network net;
  auto options = measured<http::async_client_options>(all);
  options.network = &net;
  http::async_client client(options);
  co_await expect_refusal(client);
  CHECK(has_line(all, "pool_max_size{pool=\"shop\"} 100"));
  CHECK(has_line(all, "pool_acquire_duration_seconds_count{pool=\"shop\"} 1"));
  CHECK(has_line(all, "pool_in_use{pool=\"shop\"} 0"));
}

TEST_CASE("client metrics: the client that blocks measures the same") {
  metrics::registry all;
  auto options = measured<http::client_options>(all);
  options.redirects.follow = true;
  options.transport = std::make_shared<http::mock_transport>(
      [](const http::request& sent) { return site(sent.url.path()); });
  http::client client(options);
  static_cast<void>(client.get("http://a.test/"));
  CHECK(has_line(all, total("GET", "302", 1)));
  CHECK(has_line(all, total("GET", "200", 1)));
}
