// SPDX-License-Identifier: MIT
#include "leat/metrics/instruments.hpp"

#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "leat/metrics/registry.hpp"

#include "support/test.hpp"

using namespace leat::metrics;

TEST_CASE("instruments: measure nothing without a registry") {
  counter a;
  gauge b;
  histogram c;

  a.increment();
  b.set(3);
  c.observe(1.0);

  CHECK(a.value() == 0);
  CHECK(b.value() == 0);
}

TEST_CASE("counter: only grows") {
  registry all;
  counter count = all.add_counter("a_total", "a");

  count.increment();
  count.increment(2.5);
  count.increment(-1);
  count.increment(std::numeric_limits<double>::infinity());
  count.increment(std::numeric_limits<double>::quiet_NaN());

  CHECK(count.value() == 3.5);
}

TEST_CASE("gauge: goes up and down") {
  registry all;
  gauge level = all.add_gauge("a", "a");

  level.set(5);
  level.increment(2);
  level.decrement();

  CHECK(level.value() == 6);
}

TEST_CASE("histogram: ignores what is not a number") {
  registry all;
  histogram sizes = all.add_histogram("a", "a", {1});

  sizes.observe(std::numeric_limits<double>::quiet_NaN());

  CHECK(all.to_text().find("a_count 0\n") != std::string::npos);
}

TEST_CASE("instruments: many threads can measure with the same series") {
  registry all;
  constexpr int threads = 4;
  constexpr int times = 5000;

  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&all] {
      counter count = all.add_counter("a_total", "a", {{"l", "x"}});
      histogram sizes = all.add_histogram("b", "b", {1}, {{"l", "x"}});
      for (int n = 0; n < times; ++n) {
        count.increment();
        sizes.observe(0.5);
        if (n % 1000 == 0) static_cast<void>(all.to_text());
      }
    });
  }
  for (auto& each : workers) each.join();

  CHECK(all.add_counter("a_total", "a", {{"l", "x"}}).value() == threads * times);
  CHECK(all.to_text().find("b_count{l=\"x\"} 20000\n") != std::string::npos);
}
