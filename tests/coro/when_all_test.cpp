// SPDX-License-Identifier: MIT
#include "leat/coro/when_all.hpp"

#include <memory>
#include <stdexcept>
#include <vector>

#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> value_after(duration time, int value) {
  co_await sleep_for(time);
  co_return value;
}
task<void> error_after(duration time, const char* text) {
  co_await sleep_for(time);
  throw std::runtime_error(text);
}
task<void> notes_after(duration time, bool& done) {
  co_await sleep_for(time);
  done = true;
}

}  // namespace

LEAT_ASYNC_TEST("when_all: runs its children side by side and keeps their order") {
  const auto [a, b, c] =
      co_await when_all(value_after(3s, 1), value_after(1s, 2), value_after(2s, 3));
  CHECK(a == 1);
  CHECK(b == 2);
  CHECK(c == 3);
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("when_all: children that never wait complete without a suspension") {
  const auto ready = [](int value) -> task<int> { co_return value; };
  const auto [a, b] = co_await when_all(ready(1), ready(2));
  CHECK(a + b == 3);
}

LEAT_ASYNC_TEST("when_all: the first failure stops the others and is rethrown") {
  bool done = false;
  std::string what;
  try {
    co_await when_all(error_after(1s, "first"), notes_after(1h, done));
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "first");
  CHECK_FALSE(done);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("when_all: a further failure is reported") {
  std::string what;
  try {
    co_await when_all(error_after(1s, "first"), error_after(1s, "second"));
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "first");
  const auto reports = loop.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(describe(reports.front().failure) == "second");
}

LEAT_ASYNC_TEST("when_all: takes any number of tasks of one type") {
  std::vector<task<int>> children;
  for (int i = 0; i < 100; ++i) children.push_back(value_after(std::chrono::seconds(100 - i), i));
  const auto results = co_await when_all(std::move(children));
  REQUIRE(results.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(results[static_cast<std::size_t>(i)] == i);
  CHECK(loop.elapsed() == 100s);
}

LEAT_ASYNC_TEST("when_all: of no tasks is done at once") {
  CHECK((co_await when_all(std::vector<task<int>>())).empty());
}

LEAT_ASYNC_TEST("when_all: nests with other combinators") {
  const auto [a, inner] = co_await when_all(with_timeout(5s, value_after(1s, 1)),
                                            when_all(value_after(1s, 2), value_after(1s, 3)));
  CHECK(a == 1);
  CHECK(std::get<1>(inner) == 3);
}

LEAT_ASYNC_TEST("when_all: returns move-only values") {
  const auto boxed = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
  const auto [box, unit] = co_await when_all(boxed(), sleep_for(1s));
  CHECK(*box == 3);
}

LEAT_ASYNC_TEST("when_all_settled: a failure stands in its slot and stops nobody") {
  auto [a, b] = co_await when_all_settled(error_after(1s, "boom"), value_after(2s, 7));
  CHECK(describe(a.error()) == "boom");
  CHECK(b.value() == 7);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("when_all_settled: takes any number of tasks and keeps their order") {
  std::vector<task<int>> children;
  for (int i = 0; i < 10; ++i) {
    children.push_back([](int n) -> task<int> {
      co_await sleep_for(std::chrono::seconds(10 - n));
      if (n % 3 == 0) throw std::runtime_error(std::to_string(n));
      co_return n;
    }(i));
  }
  auto results = co_await when_all_settled(std::move(children));
  REQUIRE(results.size() == 10);
  for (int i = 0; i < 10; ++i) {
    auto& each = results[static_cast<std::size_t>(i)];
    if (i % 3 == 0) {
      CHECK(describe(each.error()) == std::to_string(i));
    } else {
      CHECK(each.value() == i);
    }
  }
}

LEAT_ASYNC_TEST("when_all_settled: an outer stop stops all children and passes through") {
  bool done = false;
  bool reached = false;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](bool& one, bool& after) -> task<void> {
          static_cast<void>(co_await when_all_settled(notes_after(1h, one), sleep_for(1h)));
          after = true;
        },
        std::ref(done), std::ref(reached));
    co_await sleep_for(1s);
    group.cancel();
  });
  CHECK_FALSE(done);
  CHECK_FALSE(reached);
}

LEAT_ASYNC_TEST("when_all_settled: an outer stop does not lose the errors there are already") {
  const auto stopped_after_an_error = [&loop](task<void> (*make_children)()) -> task<void> {
    const auto ended =
        co_await with_cancel_scope([&make_children](cancel_scope& scope) -> task<void> {
          const auto cancels = [](cancel_scope& stopped) -> task<void> {
            co_await sleep_for(2s);
            stopped.cancel();
          };
          co_await when_all(make_children(), cancels(scope));
        });
    CHECK(ended.is_cancelled());
    const auto reports = loop.take_reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports.front().where == "when_all_settled");
    CHECK(describe(reports.front().failure) == "boom");
  };
  co_await stopped_after_an_error([]() -> task<void> {
    static_cast<void>(co_await when_all_settled(error_after(1s, "boom"), sleep_for(1h)));
  });
  co_await stopped_after_an_error([]() -> task<void> {
    std::vector<task<void>> children;
    children.push_back(error_after(1s, "boom"));
    children.push_back(as_task(sleep_for(1h)));
    static_cast<void>(co_await when_all_settled(std::move(children)));
  });
}

LEAT_ASYNC_TEST("when_all: a stop goes on although the last child to end had finished its work") {
  bool shielded = false;
  bool reached = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    co_await when_all(value_after(1h, 1), shield(notes_after(2s, shielded), 5s));
    reached = true;
  });
  CHECK(ended.is_cancelled());
  CHECK(shielded);
  CHECK_FALSE(reached);
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("when_all: an error beats a stop") {
  std::string what;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    try {
      co_await when_all(value_after(1h, 1), shield(error_after(2s, "boom"), 5s));
    } catch (const std::runtime_error& e) {
      what = e.what();
    }
  }));
  CHECK(what == "boom");
}

LEAT_ASYNC_TEST("when_all: values beat a stop when no child was stopped") {
  bool reached = false;
  bool shielded = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    co_await when_all(shield(notes_after(1s, shielded), 5s), shield(notes_after(2s, shielded), 5s));
    reached = true;
  }));
  CHECK(reached);
}
