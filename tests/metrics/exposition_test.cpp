// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include "leat/metrics/registry.hpp"

#include "support/test.hpp"

using namespace leat::metrics;
using namespace std::chrono_literals;

TEST_CASE("metrics text: is empty without metrics") {
  CHECK(registry().to_text().empty());
}

TEST_CASE("metrics text: shows counters, gauges and histograms in Prometheus's format") {
  registry all;
  all.add_counter("http_requests_total", "Requests served.", {{"method", "GET"}, {"status", "200"}})
      .increment(3);
  all.add_gauge("connections_open", "Connections open now.").set(7.5);
  auto took = all.add_histogram("request_seconds", "Time to answer.", {0.1, 1}, {{"route", "/a"}});
  took.observe(0.0625);
  took.observe(0.1);
  took.observe(500ms);
  took.observe(4.0);

  CHECK(all.to_text() ==
        "# HELP connections_open Connections open now.\n"
        "# TYPE connections_open gauge\n"
        "connections_open 7.5\n"
        "# HELP http_requests_total Requests served.\n"
        "# TYPE http_requests_total counter\n"
        "http_requests_total{method=\"GET\",status=\"200\"} 3\n"
        "# HELP request_seconds Time to answer.\n"
        "# TYPE request_seconds histogram\n"
        "request_seconds_count{route=\"/a\"} 4\n"
        "request_seconds_sum{route=\"/a\"} 4.6625\n"
        "request_seconds_bucket{route=\"/a\",le=\"0.1\"} 2\n"
        "request_seconds_bucket{route=\"/a\",le=\"1\"} 3\n"
        "request_seconds_bucket{route=\"/a\",le=\"+Inf\"} 4\n");
}

TEST_CASE("metrics text: sorts by name and by labels, in whatever order they were added") {
  registry all;
  for (const auto* value : {"c", "a", "b"}) {
    static_cast<void>(all.add_counter("z_total", "z", {{"l", value}}));
  }
  static_cast<void>(all.add_gauge("a", "a"));

  CHECK(all.to_text() ==
        "# HELP a a\n# TYPE a gauge\na 0\n"
        "# HELP z_total z\n# TYPE z_total counter\n"
        "z_total{l=\"a\"} 0\nz_total{l=\"b\"} 0\nz_total{l=\"c\"} 0\n");
}

TEST_CASE("metrics text: a label value cannot end its line") {
  registry all;
  all.add_counter("a_total", "a", {{"path", "x\"} 1\nforged 2\\"}}).increment();

  CHECK(all.to_text() ==
        "# HELP a_total a\n# TYPE a_total counter\n"
        "a_total{path=\"x\\\"} 1\\nforged 2\\\\\"} 1\n");
}

TEST_CASE("metrics text: a help text cannot end its line") {
  registry all;
  static_cast<void>(all.add_gauge("a", "one\ntwo \\"));

  CHECK(all.to_text() == "# HELP a one\\ntwo \\\\\n# TYPE a gauge\na 0\n");
}
