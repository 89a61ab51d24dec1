// SPDX-License-Identifier: MIT

// The peer of log_bench: the same record as one line of JSON through spdlog's asynchronous logger,
// formatted by the thread that logs, as ours does.

#include <cstddef>
#include <cstdlib>
#include <memory>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/null_sink.h>

#include "support.hpp"

int main(int argc, char** argv) {
  const long iterations = argc > 1 ? std::atol(argv[1]) : 200'000;
  const auto queue = std::make_shared<spdlog::details::thread_pool>(
      static_cast<std::size_t>(iterations), std::size_t{1});
  const auto log = std::make_shared<spdlog::async_logger>(
      "gateway", std::make_shared<spdlog::sinks::null_sink_mt>(), queue,
      spdlog::async_overflow_policy::block);
  log->set_pattern(R"({%v, "logger": "%n", "timestamp": "%Y-%m-%dT%H:%M:%S.%fZ", "level": "%l"})",
                   spdlog::pattern_time_type::utc);

  const double begin = leat_bench::now_ns();
  for (long i = 0; i < iterations; ++i) {
    log->info(
        R"("event": "request served", "request_id": "{}", "method": "{}", "route": "{}", "status": {}, "bytes": {}, "took": {})",
        "01HV7Y7W7C", "GET", "/policies/{id}", 200, i, 0.000815);
  }
  const double spent = leat_bench::now_ns() - begin;
  leat_bench::print_sample("log call, asynchronous", "ns", "spdlog",
                           spent / static_cast<double>(iterations));
}
