// SPDX-License-Identifier: MIT
#include "leat/coro/when_all_or_group.hpp"

#include <random>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "leat/base/error_detail.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> value_after(duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}
task<int> error_after(duration time, std::string text) {
  co_await sleep_for(time);
  throw std::runtime_error(text);
}
task<void> notes_after(duration time, bool& done) {
  co_await sleep_for(time);
  done = true;
}

/// The texts of the errors that `work` fails with, separated by commas.
task<std::string> errors_of(task<std::vector<int>> work) {
  std::string texts;
  try {
    static_cast<void>(co_await std::move(work));
  } catch (const error_group& group) {
    for (const auto& each : group.errors()) texts += describe(each) + ",";
  }
  co_return texts;
}

task<std::vector<int>> all_or_group(std::vector<task<int>> children) {
  co_return co_await when_all_or_group(std::move(children));
}

}  // namespace

LEAT_ASYNC_TEST("when_all_or_group: returns the values in the order of the arguments") {
  const auto [a, unit, b] =
      co_await when_all_or_group(value_after(2s, 1), sleep_for(3s), value_after(1s, 2));

  CHECK(a == 1);
  CHECK(b == 2);
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("when_all_or_group: a failure stops nobody") {
  bool done = false;
  bool failed = false;
  try {
    co_await when_all_or_group(error_after(1s, "boom"), notes_after(5s, done));
  } catch (const error_group& group) {
    failed = true;
    CHECK(group.code() == errc::error_group);
    CHECK(std::string(group.what()) == "1 of 2 children failed: boom");
  }
  CHECK(failed);
  CHECK(done);
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("when_all_or_group: throws all errors in the order of the children") {
  std::vector<task<int>> children;
  children.push_back(error_after(3s, "first"));
  children.push_back(value_after(1s, 1));
  children.push_back(error_after(2s, "third"));
  children.push_back(error_after(1s, "fourth"));

  CHECK(co_await errors_of(all_or_group(std::move(children))) == "first,third,fourth,");
}

LEAT_ASYNC_TEST("when_all_or_group: a message of the caller's is what the group says first") {
  std::vector<std::string> said;
  const std::string planet = "mars";
  try {
    co_await when_all_or_group("could not reach " + planet, error_after(1s, "boom"), sleep_for(2s),
                               error_after(3s, "bang"));
  } catch (const error_group& group) {
    said.emplace_back(group.what());
    CHECK(group.errors().size() == 2);
    CHECK(std::get<std::string>(group.details().at(0).value) ==
          "could not reach mars (2 of 3 failed)");
  }
  std::vector<task<int>> children;
  children.push_back(error_after(1s, "boom"));
  children.push_back(value_after(2s, 1));
  try {
    static_cast<void>(co_await when_all_or_group("the caches are not warm", std::move(children)));
  } catch (const error_group& group) {
    said.emplace_back(group.what());
  }
  CHECK(said == std::vector<std::string>{"could not reach mars (2 of 3 failed): boom; then bang",
                                         "the caches are not warm (1 of 2 failed): boom"});
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("when_all_or_group: with a message returns what it does without") {
  const auto [a, b] = co_await when_all_or_group("unsaid", value_after(2s, 1), value_after(1s, 2));
  CHECK(a == 1);
  CHECK(b == 2);
  std::vector<task<int>> children;
  children.push_back(value_after(2s, 3));
  children.push_back(value_after(1s, 4));
  CHECK(co_await when_all_or_group("unsaid", std::move(children)) == std::vector<int>{3, 4});
}

LEAT_ASYNC_TEST("when_all_or_group: of no tasks is done at once") {
  CHECK((co_await when_all_or_group(std::vector<task<int>>())).empty());
  CHECK((co_await when_all_or_group("unsaid", std::vector<task<int>>())).empty());
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("when_all_or_group: loses no error and no order, whatever ends when") {
  std::mt19937 random(20);
  for (int round = 0; round < 200; ++round) {
    std::vector<task<int>> children;
    std::string expected_errors;
    std::vector<int> expected_values;
    for (int i = 0; i < 8; ++i) {
      const auto time = std::chrono::milliseconds(random() % 5);
      if (random() % 8 == 0) {
        children.push_back(error_after(time, std::to_string(i)));
        expected_errors += std::to_string(i) + ",";
      } else {
        children.push_back(value_after(time, i));
        expected_values.push_back(i);
      }
    }

    if (expected_errors.empty()) {
      CHECK(co_await when_all_or_group(std::move(children)) == expected_values);
    } else {
      CHECK(co_await errors_of(all_or_group(std::move(children))) == expected_errors);
    }
  }
}

LEAT_ASYNC_TEST("when_all_or_group: an error beats a stop") {
  bool failed = false;
  const auto ended = co_await with_cancel_scope([&failed](cancel_scope& scope) -> task<void> {
    const auto stops = [](cancel_scope& around) -> task<void> {
      co_await sleep_for(2s);
      around.cancel();
    };
    try {
      co_await when_all_or_group(error_after(1s, "boom"), stops(scope), sleep_for(1h));
    } catch (const error_group&) {
      failed = true;
    }
    co_await yield_now();
    CHECK(false);
  });
  CHECK(failed);
  CHECK(ended.is_cancelled());
}

TEST_CASE("when_all_or_group: cancelled anywhere, it keeps no permit and leaves no child") {
  semaphore permits(2);
  const auto holds = [](semaphore& from, bool fails) -> task<int> {
    const auto permit = co_await from.acquire();
    co_await sleep_for(1ms);
    if (fails) throw std::runtime_error("boom");
    co_await yield_now();
    co_return 1;
  };
  const auto scenario = [&]() -> task<void> {
    try {
      co_await when_all_or_group(holds(permits, false), holds(permits, true), holds(permits, false),
                                 holds(permits, true));
      CHECK(false);
    } catch (const error_group&) {
    }
    co_await when_all_or_group("unsaid", holds(permits, false), holds(permits, false));
  };

  const auto report = testing::for_each_cancellation(
      scenario, [&](const outcome<void>&) { CHECK(permits.free_permits() == 2); });
  CHECK(report.stopped > 10);
}
