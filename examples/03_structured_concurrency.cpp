// SPDX-License-Identifier: MIT
// Tasks that run side by side, within a time, in a group, and until somebody stops them.
// It runs on virtual time, so its waits take none; see 07_testing.cpp.

#include <cstdio>
#include <string>
#include <vector>

#include <leat/base/error.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/when_all.hpp>
#include <leat/coro/when_all_or_group.hpp>
#include <leat/coro/with_cancel_scope.hpp>
#include <leat/coro/with_timeout.hpp>
#include <leat/testing/test_loop.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region task
task<int> price_of(std::string item) {
  co_await sleep_for(2s);  // stands for a call of some service
  if (item == "gold") throw invalid_argument("gold has no price today");
  co_return static_cast<int>(item.size());
}

task<int> price_of_two(std::string item) {
  const int one = co_await price_of(std::move(item));
  co_return 2 * one;
}
// endregion task

// region all
task<int> price_of_all(std::vector<std::string> items) {
  std::vector<task<int>> calls;
  for (auto& item : items) calls.push_back(price_of(std::move(item)));

  int sum = 0;
  for (const int price : co_await when_all(std::move(calls))) sum += price;
  co_return sum;
}
// endregion all

// region settled
task<void> show_prices(std::vector<std::string> items) {
  std::vector<task<int>> calls;
  for (const auto& item : items) calls.push_back(price_of(item));

  const auto outcomes = co_await when_all_settled(std::move(calls));

  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string shown = outcomes[i].has_value() ? std::to_string(outcomes[i].value())
                                                      : describe(outcomes[i].error());
    std::printf("%s: %s\n", items[i].c_str(), shown.c_str());
  }
}
// endregion settled

// region group_of_errors
task<void> open_shop() {
  try {
    co_await when_all_or_group("the shop stays closed", price_of("pear"), price_of("gold"),
                               sleep_for(3s));
  } catch (const error_group& failures) {
    std::printf("%s\n", failures.what());
  }
}
// endregion group_of_errors

// region timeout
task<int> price_or(int fallback, std::string item) {
  try {
    co_return co_await with_timeout(1s, price_of(std::move(item)));
  } catch (const deadline_exceeded&) {
    co_return fallback;
  }
}
// endregion timeout

// region group
task<void> count_seconds(int& seconds) {
  for (;;) {
    co_await sleep_for(1s);
    ++seconds;
  }
}

task<int> seconds_for_a_price() {
  int seconds = 0;  // here, and not in the body: the child refers to it
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(count_seconds, std::ref(seconds));
    auto asked = group.spawn(price_of_two, "pear");

    const outcome<int> price = co_await asked.join();

    std::printf("two pears: %d\n", price.value());
    group.cancel();  // count_seconds() would go on for ever
  });
  co_return seconds;
}
// endregion group

// region scope
task<void> cancel_after(duration time, cancel_scope& scope) {
  co_await sleep_for(time);
  scope.cancel();
}

task<void> give_up() {
  const outcome<void> ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    co_await when_all(sleep_for(1h), cancel_after(1s, scope));
  });
  if (ended.reason() == stop_reason::requested) std::puts("stopped on request");
}
// endregion scope

// region stopped
class note {
 public:
  explicit note(const char* text) noexcept : text_(text) {}
  note(const note&) = delete;
  note& operator=(const note&) = delete;
  ~note() { std::puts(text_); }

 private:
  const char* text_;
};

task<void> is_stopped() {
  const note inner("destructors run, the innermost first");
  try {
    co_await sleep_for(1h);
    std::puts("what stands behind the await does not run");
  } catch (...) {
    std::puts("nor does a handler");
  }
}

task<void> stop_it() {
  const note outer("the caller of the boundary goes on");
  try {
    co_await with_timeout(1s, is_stopped());
  } catch (const deadline_exceeded&) {
    std::puts("the boundary says why");
  }
}
// endregion stopped

task<void> show_all() {
  std::printf("two apples: %d\n", co_await price_of_two("apple"));
  const int all = co_await price_of_all({"apple", "pear"});
  std::printf("apple and pear: %d\n", all);
  co_await show_prices({"apple", "gold"});
  co_await open_shop();
  const int late = co_await price_or(-1, "apple");
  std::printf("within a second: %d\n", late);
  const int seconds = co_await seconds_for_a_price();
  std::printf("seconds waited: %d\n", seconds);
  co_await give_up();
  co_await stop_it();
}

}  // namespace

int main() {
  testing::test_loop virtual_time;
  virtual_time.run(show_all());
}
