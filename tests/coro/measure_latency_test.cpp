// SPDX-License-Identifier: MIT
#include "leat/coro/measure_latency.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

struct records {
  std::vector<latency_record>& into;
  void operator()(const latency_record& record) noexcept { into.push_back(record); }
};

task<bool> validate_transaction(int) {
  co_await sleep_for(800ms);
  co_return true;
}

}  // namespace

LEAT_ASYNC_TEST("latency: a call is measured from its first step to its end") {
  std::vector<latency_record> seen;
  auto measured = measure_latency("validate_transaction", validate_transaction, records{seen});
  auto call = measured(7);
  co_await sleep_for(1h);
  CHECK(seen.empty());

  CHECK(co_await std::move(call));

  REQUIRE(seen.size() == 1);
  CHECK(seen[0].name == "validate_transaction");
  CHECK(seen[0].elapsed == 800ms);
  CHECK(seen[0].ending == call_ending::ok);
  CHECK(format_latency(seen[0]) == "[validate_transaction] completed in 0.800s");
}

LEAT_ASYNC_TEST("latency: an error is recorded once and rethrown unchanged") {
  std::vector<latency_record> seen;
  auto measured = measure_latency(
      "fails",
      []() -> task<void> {
        co_await sleep_for(1s);
        throw std::runtime_error("boom");
      },
      records{seen});
  std::string what;
  try {
    co_await measured();
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "boom");
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].ending == call_ending::error);
  CHECK(format_latency(seen[0]) == "[fails] failed after 1.000s");
}

LEAT_ASYNC_TEST("latency: a call that is stopped is recorded once, as cancelled") {
  std::vector<latency_record> seen;
  auto measured = measure_latency("stopped", validate_transaction, records{seen});
  co_await with_task_group([&measured](task_group& group) -> task<void> {
    group.spawn([&measured]() -> task<void> { static_cast<void>(co_await measured(1)); });
    co_await sleep_for(300ms);
    group.cancel();
  });
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].ending == call_ending::cancelled);
  CHECK(seen[0].elapsed == 300ms);
}

LEAT_ASYNC_TEST("latency: works with move-only arguments and results") {
  std::vector<latency_record> seen;
  auto measured = measure_latency(
      "moves", [](std::unique_ptr<int> box) -> task<std::unique_ptr<int>> { co_return box; },
      records{seen});
  CHECK(*co_await measured(std::make_unique<int>(7)) == 7);
  CHECK(seen.size() == 1);
}

TEST_CASE("latency: a call cancelled anywhere is told of exactly once if it began") {
  std::vector<latency_record> seen;
  int begun = 0;
  auto measured = measure_latency(
      "work",
      [&begun](int times) -> task<void> {
        ++begun;
        for (int i = 0; i < times; ++i) co_await sleep_for(1s);
      },
      records{seen});
  const auto report = testing::for_each_cancellation(
      [&]() -> task<void> {
        seen.clear();
        begun = 0;
        co_await measured(2);
        co_await measured.operator()(1);
      },
      [&](const outcome<void>&) { CHECK(seen.size() == static_cast<std::size_t>(begun)); });
  CHECK(report.stopped >= 3);
}
