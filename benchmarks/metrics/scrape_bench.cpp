// SPDX-License-Identifier: MIT
// What does a scrape of 10,000 series take, and how long does it hold up the loop? A task measures
// how late its turns come while `/metrics` is asked for, one request after the other.

#include <algorithm>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/metrics_page.hpp"
#include "leat/http/server_transport.hpp"
#include "leat/io/loop.hpp"
#include "leat/metrics/registry.hpp"

#include "support.hpp"

namespace {

using namespace leat;

constexpr int metrics_of_registry = 10;
constexpr int series_of_metric = 1000;
constexpr int scrapes = 20;

struct measured {
  double longest_step_ns = 0;
  double scrape_ns = 0;
  std::size_t bytes = 0;
};

/// Takes a turn whenever there is one, so that the time between two is the longest step of others.
task<void> watch(measured& all) {
  for (double before = leat_bench::now_ns();;) {
    co_await yield_now();
    const double now = leat_bench::now_ns();
    all.longest_step_ns = std::max(all.longest_step_ns, now - before);
    before = now;
  }
}

task<void> scrape(http::async_client& client, measured& all) {
  all.bytes = (co_await client.get("http://server.test/metrics")).content().size();
  all.longest_step_ns = 0;  // the first one allocates
  const double begin = leat_bench::now_ns();
  for (int i = 0; i < scrapes; ++i) {
    static_cast<void>(co_await client.get("http://server.test/metrics"));
  }
  all.scrape_ns = (leat_bench::now_ns() - begin) / scrapes;
}

task<void> measure(const metrics::registry& registry, measured& all) {
  http::router routes;
  routes.get("/metrics", http::metrics_page(registry));
  http::async_client_options options;
  options.transport = std::make_shared<http::async_server_transport>(std::move(routes));
  http::async_client client(options);
  co_await when_any(scrape(client, all), watch(all));
}

}  // namespace

int main() {
  metrics::registry registry;
  for (int m = 0; m < metrics_of_registry; ++m) {
    for (int s = 0; s < series_of_metric; ++s) {
      registry
          .add_counter("requests_" + std::to_string(m) + "_total", "Requests served.",
                       {{"method", "GET"}, {"endpoint", "/policies/" + std::to_string(s)}})
          .increment(s);
    }
  }
  measured all;
  run(measure(registry, all));
  leat_bench::print_sample("scrape of 10,000 series: whole", "ms", "leat", all.scrape_ns / 1e6);
  leat_bench::print_sample("scrape of 10,000 series: longest step of the loop", "ms", "leat",
                           all.longest_step_ns / 1e6);
  std::printf("bytes: %zu\n", all.bytes);
}
