// SPDX-License-Identifier: MIT
#include "leat/metrics/registry.hpp"

#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/metrics/error.hpp"

#include "support/test.hpp"

using leat::invalid_argument;
using namespace leat::metrics;

TEST_CASE("registry: gives the same series for the same name and labels, in any order") {
  registry all;
  counter a = all.add_counter("a_total", "a", {{"x", "1"}, {"y", "2"}});
  counter b = all.add_counter("a_total", "ignored", {{"y", "2"}, {"x", "1"}});

  a.increment();

  CHECK(b.value() == 1);
}

TEST_CASE("registry: two of them do not know each other") {
  registry one;
  registry two;
  one.add_counter("a_total", "a").increment();
  CHECK(two.add_counter("a_total", "a").value() == 0);
}

TEST_CASE("registry: refuses a name that Prometheus does not take") {
  registry all;
  for (const auto* name : {"", "1a", "a-b", "a b", "\xC3\xBC", "a\n"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(static_cast<void>(all.add_counter(name, "x")), invalid_argument);
  }
  CHECK_NOTHROW(static_cast<void>(all.add_counter("a:b_9", "x")));
}

TEST_CASE("registry: refuses a label name that Prometheus does not take") {
  registry all;
  for (const auto* name : {"", "1a", "a-b", "a:b", "__a"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(static_cast<void>(all.add_gauge("a", "x", {{name, "v"}})), invalid_argument);
  }
  CHECK_THROWS_AS(static_cast<void>(all.add_histogram("h", "x", {1}, {{"le", "v"}})),
                  invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(all.add_gauge("a", "x", {{"l", "1"}, {"l", "2"}})),
                  invalid_argument);
}

TEST_CASE("registry: refuses a label value or a help text that is not UTF-8") {
  registry all;
  CHECK_THROWS_AS(static_cast<void>(all.add_gauge("a", "x", {{"l", "\xFF"}})), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(all.add_gauge("a", "\xFF")), invalid_argument);
}

TEST_CASE("registry: refuses to make one metric in two ways") {
  registry all;
  static_cast<void>(all.add_counter("a", "a", {{"l", "1"}}));
  static_cast<void>(all.add_histogram("h", "h", {1, 2}));

  CHECK_THROWS_AS(static_cast<void>(all.add_gauge("a", "a", {{"l", "1"}})), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(all.add_counter("a", "a", {{"m", "1"}})), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(all.add_counter("a", "a")), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(all.add_histogram("h", "h", {1, 3})), invalid_argument);
}

TEST_CASE("registry: refuses buckets that do not rise") {
  registry all;
  CHECK_THROWS_AS(static_cast<void>(all.add_histogram("h", "h", {1, 1})), invalid_argument);
  CHECK_THROWS_AS(static_cast<void>(all.add_histogram("h", "h", {2, 1})), invalid_argument);
  CHECK_THROWS_AS(
      static_cast<void>(all.add_histogram("h", "h", {1, std::numeric_limits<double>::infinity()})),
      invalid_argument);
  CHECK_NOTHROW(static_cast<void>(all.add_histogram("h", "h", latency_buckets())));
}

TEST_CASE("registry: sends labels beyond the limit to one series for all of them") {
  registry all({.max_series_per_metric = 2});
  for (int i = 0; i < 10; ++i) {
    const std::string user = std::to_string(i);
    all.add_counter("a_total", "a", {{"user", user}, {"zone", "z"}}).increment();
  }

  CHECK(all.to_text() ==
        "# HELP a_total a\n# TYPE a_total counter\n"
        "a_total{user=\"0\",zone=\"z\"} 1\n"
        "a_total{user=\"1\",zone=\"z\"} 1\n"
        "a_total{user=\"overflow\",zone=\"overflow\"} 8\n");
}

TEST_CASE(
    "registry: refuses a series beyond the limit if it is told to, with an error of its own") {
  registry all({.max_series_per_metric = 2, .when_full = series_overflow::refuse});
  counter first = all.add_counter("a_total", "a", {{"user", "0"}});
  static_cast<void>(all.add_counter("a_total", "a", {{"user", "1"}}));

  try {
    static_cast<void>(all.add_counter("a_total", "a", {{"user", "2"}}));
    FAIL("a third series was added");
  } catch (const too_many_series& e) {
    CHECK(e.code() == errc::too_many_series);
    CHECK(e.code() == leat::failure::caller_fault);
    CHECK(std::string(e.what()) == "metric \"a_total\" has 2 series, which is the limit");
  }
  first.increment();
  CHECK(all.add_counter("a_total", "a", {{"user", "0"}}).value() == 1);  // those there are go on
  CHECK_NOTHROW(static_cast<void>(all.add_counter("b_total", "b")));
}

TEST_CASE("registry: asks its collectors whenever it is read, until they end") {
  registry all;
  gauge level = all.add_gauge("level", "l");
  int calls = 0;
  std::optional<collector> updates = all.before_reading([&] { level.set(++calls); });

  CHECK(all.to_text().find("level 1\n") != std::string::npos);
  CHECK(all.to_text().find("level 2\n") != std::string::npos);
  collector moved = std::move(*updates);
  updates.reset();
  CHECK(all.to_text().find("level 3\n") != std::string::npos);
  moved = collector();
  CHECK(all.to_text().find("level 3\n") != std::string::npos);
  CHECK(calls == 3);
}

TEST_CASE("registry: a collector that throws hides nothing of the others") {
  registry all;
  gauge level = all.add_gauge("level", "l");
  const collector bad = all.before_reading([] { throw std::runtime_error("no figure"); });
  const collector good = all.before_reading([&] { level.set(7); });

  CHECK(all.to_text().find("level 7\n") != std::string::npos);
}

TEST_CASE("registry: a collector may outlive it") {
  std::optional<registry> all(std::in_place);
  const collector updates = all->before_reading([] {});
  all.reset();
}

TEST_CASE("app_info: says which program it is") {
  registry all;
  add_app_info(all, "demo", "1.2.3");
  CHECK(all.to_text() ==
        "# HELP app_info The program that these metrics are of.\n# TYPE app_info gauge\n"
        "app_info{name=\"demo\",version=\"1.2.3\"} 1\n");
}

TEST_CASE("registry: keeps its series when it is moved") {
  registry all;
  counter count = all.add_counter("a_total", "a");
  registry moved = std::move(all);

  count.increment();

  CHECK(moved.add_counter("a_total", "a").value() == 1);
}
