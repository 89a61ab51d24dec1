// SPDX-License-Identifier: MIT
// Keeping the loop free: calls that block and work that computes go to threads, and a watchdog
// tells what blocks the loop all the same.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include <leat/coro/to_thread.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/loop_meter.hpp>
#include <leat/io/watchdog.hpp>
#include <leat/metrics/registry.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region threads
task<std::string> read_file(std::string name) {
  co_return co_await to_thread([&name] {
    std::ifstream in(name);
    return std::string(std::istreambuf_iterator<char>(in), {});
  });
}

task<long> sum_of_squares(std::vector<long> numbers) {
  co_return co_await to_cpu_thread([&numbers] {
    return std::inner_product(numbers.begin(), numbers.end(), numbers.begin(), 0L);
  });
}
// endregion threads

task<void> serve(metrics::registry& registry) {
  // region meter
  const io::loop_meter meter(registry);  // loop_lag_seconds and others, as long as it lives
  // endregion meter
  const std::string text = co_await read_file("/dev/null");
  const long sum = co_await sum_of_squares({1, 2, 3});
  // region counts
  const thread_pool_counts counts = executor::current().cpu_threads().counts();
  std::printf("%zu thread, %zu calls wait for one\n", counts.threads, counts.queued);
  // endregion counts
  std::printf("%zu bytes, sum %ld\n", text.size(), sum);
}

}  // namespace

int main() {
  metrics::registry registry;
  // region watchdog
  io::loop_options limits;
  limits.threads = {.threads = 16, .queued = 200};
  io::loop loop(limits);

  io::watchdog_options options;
  options.threshold = 100ms;
  options.on_blocked = [](const io::blocked_step& report) {
    std::fprintf(stderr, "%s\n", io::to_text(report).c_str());
  };
  options.blocked_steps = registry.add_counter("loop_blocked_steps_total", "Steps over 100 ms.");
  const io::watchdog watch(loop, options);

  leat::run(loop, serve(registry));
  // endregion watchdog
}
