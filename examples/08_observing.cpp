// SPDX-License-Identifier: MIT
// Looking at a running program: the tree of its tasks, what each waits for, what it carries, and
// work that goes on in the background. It runs on virtual time, so its waits take none.

#include <cstdio>
#include <string>

#include <leat/base/context.hpp>
#include <leat/base/error.hpp>
#include <leat/coro/background_group.hpp>
#include <leat/coro/shield.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/task_report.hpp>
#include <leat/coro/when_all.hpp>
#include <leat/coro/with_context.hpp>
#include <leat/coro/with_timeout.hpp>
#include <leat/io/loop.hpp>
#include <leat/testing/test_loop.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace shop {

task<int> fetch_price(std::string item) {
  co_await sleep_for(item == "gold" ? 20s : 2s);  // stands for a call of some service
  co_return static_cast<int>(item.size());
}

// region names
task<void> refresh_prices() {
  co_await with_task_group(group_options("prices"), [](task_group& group) -> task<void> {
    group.spawn(task_name("price of gold"), fetch_price, "gold");
    group.spawn(fetch_price, "silver");
    co_return;
  });
}
// endregion names

// region tree
void show_tasks() {
  const task_report report = live_tasks(executor::current());
  for (const auto& each : report.tasks) {
    std::printf("%*s%s: %s\n", static_cast<int>(2 * each.depth), "", each.name.c_str(),
                each.waits_for.empty() ? "runs" : each.waits_for.c_str());
  }
}
// endregion tree

// region context
inline constexpr context_key<std::string> trace_id("trace_id");

task<void> call_upstream() {
  const auto* const trace = context_value(trace_id);
  const duration left = current_deadline().at() - executor::current().now();
  std::printf("trace %s, %d s left\n", trace != nullptr ? trace->c_str() : "none",
              static_cast<int>(left / 1s));
  co_await sleep_for(1s);
}

task<void> handle_request(std::string trace) {
  co_await with_timeout(
      30s, with_context(trace_id, std::move(trace), when_all(call_upstream(), call_upstream())));
}
// endregion context

// region background
task<void> write_audit(std::string entry) {
  co_await sleep_for(3s);
  if (entry.empty()) throw invalid_argument("an empty audit entry");
  std::printf("audited: %s\n", entry.c_str());
}

task<void> answer(background_group& audit, std::string request) {
  audit.spawn(task_name("audit of a request"), write_audit, request);
  std::printf("answered: %s\n", request.c_str());
  co_return;  // the audit goes on
}

task<void> serve() {
  background_options options("audit");
  options.max_children = 100;
  options.when_full = overflow::drop_newest;  // rather no audit than no answer
  co_await with_background_group(std::move(options), [](background_group& audit) -> task<void> {
    co_await answer(audit, "price of gold");
    co_await answer(audit, "");
  });  // waits for the audits, for at most five seconds
}
// endregion background

// region stuck
task<void> stop_with_patience() {
  co_await with_task_group(group_options("prices", 2s), [](task_group& group) -> task<void> {
    group.spawn(task_name("flush"), []() -> task<void> { co_await shield(sleep_for(10s), 1h); });
    co_await yield_now();
    group.cancel();
  });
}
// endregion stuck

task<void> show_all() {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(refresh_prices);
    co_await sleep_for(1s);
    show_tasks();
    co_await sleep_for(10s);
    show_tasks();
  });
  co_await handle_request("4bf92f35");
  co_await serve();
  co_await stop_with_patience();
}

}  // namespace shop

int main() {
  testing::test_loop loop;
  loop.run(shop::show_all());
  for (const auto& each : loop.take_reports()) {
    std::printf("reported: %s\n", describe(each.failure).c_str());
  }
}
