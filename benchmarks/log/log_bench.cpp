// SPDX-License-Identifier: MIT

// Question: what does a record cost the thread that makes it: below the level, with
// everything thrown away, and through the queue?
//
//     log_log_bench <below | synchronous | asynchronous> [iterations]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "leat/log/backend.hpp"

int main(int argc, char** argv) {
  using namespace leat::log;
  const std::string_view what = argc > 1 ? argv[1] : "synchronous";
  const long iterations = argc > 2 ? std::atol(argv[2]) : 1'000'000;

  const delivery how = what == "asynchronous" ? delivery::asynchronous : delivery::synchronous;
  backend to_nowhere(how, {.minimum = what == "below" ? level::warn : level::info,
                           .sinks = {sink::custom([](level, std::string_view) {})}});
  const logger log = to_nowhere.logger("gateway").bind("request_id", "01HV7Y7W7C");

  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < iterations; ++i) {
    log.info("request served", {{"method", "GET"},
                                {"route", "/policies/{id}"},
                                {"status", 200},
                                {"bytes", i},
                                {"took", std::chrono::microseconds(815)}});
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  to_nowhere.flush();
  std::printf("%.*s: %.1f ns each over %ld iterations (%llu dropped)\n",
              static_cast<int>(what.size()), what.data(),
              spent.count() / static_cast<double>(iterations), iterations,
              static_cast<unsigned long long>(to_nowhere.counts().dropped));
}
