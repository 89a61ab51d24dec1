// SPDX-License-Identifier: MIT

// Question: what does a record cost the thread that makes it: below the level, with
// everything thrown away, and through the queue?
//
//     log_log_bench <below | synchronous | asynchronous> [iterations]

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "leat/log/backend.hpp"

#include "support.hpp"

int main(int argc, char** argv) {
  using namespace leat::log;
  const std::string_view what = argc > 1 ? argv[1] : "synchronous";
  const long iterations = argc > 2 ? std::atol(argv[2]) : 1'000'000;

  const delivery how = what == "asynchronous" ? delivery::asynchronous : delivery::synchronous;
  backend to_nowhere(how, {.minimum = what == "below" ? level::warn : level::info,
                           .sinks = {sink::custom([](level, std::string_view) {})},
                           .queue_records = static_cast<std::size_t>(iterations)});
  const logger log = to_nowhere.logger("gateway").bind("request_id", "01HV7Y7W7C");

  const double begin = leat_bench::now_ns();
  for (long i = 0; i < iterations; ++i) {
    log.info("request served", {{"method", "GET"},
                                {"route", "/policies/{id}"},
                                {"status", 200},
                                {"bytes", i},
                                {"took", std::chrono::microseconds(815)}});
  }
  const double spent = leat_bench::now_ns() - begin;
  to_nowhere.flush();
  leat_bench::print_sample("log call, " + std::string(what), "ns", "leat",
                           spent / static_cast<double>(iterations));
  // Of a record that was dropped only the way to the queue has been measured.
  std::printf("dropped: %llu of %ld\n",
              static_cast<unsigned long long>(to_nowhere.counts().dropped), iterations);
}
