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

#include "http/client_meter.hpp"
#include "support/async_test.hpp"

using namespace leat;
using http::server_response;

namespace {

bool has_line(const metrics::registry& all, const std::string& line) {
  return all.to_text().find("\n" + line + "\n") != std::string::npos;
}

std::string total(std::string_view method, std::string_view status, int count,
                  std::string_view endpoint = "") {
  return "http_client_requests_total{client=\"shop\",endpoint=\"" + std::string(endpoint) +
         "\",method=\"" + std::string(method) + "\",status=\"" + std::string(status) + "\"} " +
         std::to_string(count);
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

/// Sends every request with another method, as those do that override it in a field.
class renaming_transport final : public http::async_transport {
 public:
  task<http::basic_transport_response<io::async>> handle(http::async_request& request) override {
    request.method = "A-METHOD-THAT-TAKES-THE-MEMORY-OF-THE-FIRST";
    co_return co_await answering_.handle(request);
  }

 private:
  http::async_mock_transport answering_{
      [](const http::async_request&) { return server_response::text("x"); }};
};

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
  CHECK(has_line(all,
                 "http_client_request_duration_seconds_sum{client=\"shop\",endpoint=\"\","
                 "method=\"GET\"} 2"));
  CHECK(all.to_text().find("a.test") == std::string::npos);
}

LEAT_ASYNC_TEST(
    "client metrics: a request counts by the method it had, whatever a transport makes of it") {
  metrics::registry all;
  auto options = measured<http::async_client_options>(all);
  options.transport = std::make_shared<renaming_transport>();
  http::async_client client(options);
  static_cast<void>(co_await client.get("http://a.test/"));

  CHECK(has_line(all, total("GET", "200", 1)));
}

LEAT_ASYNC_TEST("client metrics: requests are told apart by the endpoint that they name") {
  metrics::registry all;
  auto options = measured<http::async_client_options>(all);
  options.redirects.follow = true;
  std::size_t fields = 0;
  options.transport =
      std::make_shared<http::async_mock_transport>([&fields](const http::async_request& sent) {
        fields = sent.headers.size();
        return site(sent.url.path());
      });
  http::async_client client(options);
  static_cast<void>(co_await client.get("http://a.test/users/1"));
  const auto fields_without = fields;
  const auto named = http::request_options().endpoint("/users/{id}");
  for (const auto* id : {"1", "2", "3"}) {
    static_cast<void>(co_await client.get(std::string("http://a.test/users/") + id, named));
  }
  CHECK(fields == fields_without);  // it is not sent
  // A redirect is a request of the same name.
  static_cast<void>(co_await client.get("http://a.test/", http::request_options().endpoint("/")));

  CHECK(has_line(all, total("GET", "200", 1)));
  CHECK(has_line(all, total("GET", "200", 3, "/users/{id}")));
  CHECK(has_line(all, total("GET", "302", 1, "/")));
  CHECK(has_line(all, total("GET", "200", 1, "/")));
  CHECK(has_line(all,
                 "http_client_request_duration_seconds_count{client=\"shop\","
                 "endpoint=\"/users/{id}\",method=\"GET\"} 3"));
  CHECK(all.to_text().find("/users/1") == std::string::npos);
}

LEAT_ASYNC_TEST("client metrics: names beyond the registry's limit share one series") {
  metrics::registry all(metrics::registry_options{.max_series_per_metric = 2});
  auto options = measured<http::async_client_options>(all);
  options.transport = std::make_shared<http::async_mock_transport>(
      [](const http::async_request&) { return server_response::text("x"); });
  http::async_client client(options);
  for (const auto* name : {"a", "b", "c", "d"}) {
    static_cast<void>(
        co_await client.get("http://a.test/", http::request_options().endpoint(name)));
  }
  CHECK(has_line(all, total("GET", "200", 1, "b")));
  CHECK(all.to_text().find("endpoint=\"c\"") == std::string::npos);
  CHECK(has_line(all,
                 "http_client_requests_total{client=\"overflow\",endpoint=\"overflow\","
                 "method=\"overflow\",status=\"overflow\"} 2"));
}

TEST_CASE("client metrics: whoever makes a name of each request is counted all the same") {
  metrics::registry all;
  http::client_metrics options;
  options.into = &all;
  options.name = "shop";
  http::client_meter meter(options);
  constexpr int names = 257;  // one more than the meter remembers
  for (int i = 0; i < 2 * names; ++i) {
    http::request_extras extras;
    extras.endpoint = std::to_string(i % names);
    http::client_meter::exchange one(meter, "GET", &extras, []() noexcept { return time_point(); });
    one.answered(200);
  }
  const std::string page = all.to_text();
  for (const auto* name : {"0", "255", "256"}) {
    CAPTURE(name);
    CHECK(page.find("\n" + total("GET", "200", 2, name) + "\n") != std::string::npos);
    CHECK(page.find("http_client_request_duration_seconds_count{client=\"shop\",endpoint=\"" +
                    std::string(name) + "\",method=\"GET\"} 2\n") != std::string::npos);
  }
}

TEST_CASE("client metrics: a blocking client's requests have their endpoints too") {
  metrics::registry all;
  auto options = measured<http::client_options>(all);
  options.transport = std::make_shared<http::mock_transport>(
      [](const http::request&) { return server_response::text("x"); });
  http::client client(options);
  static_cast<void>(
      client.get("http://a.test/users/1", http::request_options().endpoint("/users/{id}")));
  CHECK(has_line(all, total("GET", "200", 1, "/users/{id}")));
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
