// SPDX-License-Identifier: MIT

// Question: how long does a burst of records hold up the loop? A thousand tasks write 10 MB to a
// file, each record in a step of its own; the longest one counts. What is written and what was
// dropped has to be all of it.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>

#include "leat/coro/run.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/loop.hpp"
#include "leat/log/backend.hpp"

#include "support.hpp"

namespace {

using namespace leat;

constexpr int tasks = 1000;
constexpr int records_of_a_task = 10;
constexpr std::size_t record_bytes = 1024;

struct measured {
  log::logger logger;
  std::string text = std::string(record_bytes, 'x');
  double longest_ns = 0;
};

task<void> say_much(measured& all) {
  for (int i = 0; i < records_of_a_task; ++i) {
    const double begin = leat_bench::now_ns();
    all.logger.info("burst", {{"text", all.text}});
    all.longest_ns = std::max(all.longest_ns, leat_bench::now_ns() - begin);
    co_await yield_now();
  }
}

task<void> burst(measured& all) {
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (int i = 0; i < tasks; ++i) group.spawn(say_much, std::ref(all));
    co_return;
  });
}

}  // namespace

int main() {
  const std::string path = "/tmp/leat-burst-bench.log";
  log::backend_counts counts;
  measured all;
  {
    log::backend_options options;
    options.sinks = {log::sink::file(path, log::file_mode::truncate)};
    log::backend backend(log::delivery::asynchronous, std::move(options));
    all.logger = backend.logger("burst");
    run(burst(all));
    backend.flush();
    counts = backend.counts();
  }
  std::remove(path.c_str());
  leat_bench::print_sample("log burst of 10 MB from 1,000 tasks: longest step", "ms", "leat",
                           all.longest_ns / 1e6);
  std::printf("written: %llu, dropped: %llu\n", static_cast<unsigned long long>(counts.written),
              static_cast<unsigned long long>(counts.dropped));
  return counts.written + counts.dropped == counts.submitted ? 0 : 1;
}
