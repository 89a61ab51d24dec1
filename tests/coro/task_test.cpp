// SPDX-License-Identifier: MIT
#include "leat/coro/task.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_cancel_scope.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> answer() {
  co_return 42;
}
task<void> fails() {
  co_await yield_now();
  throw std::runtime_error("boom");
}
task<std::unique_ptr<int>> boxed(int value) {
  co_return std::make_unique<int>(value);
}

struct mark {
  std::string& order;
  char name;
  mark(std::string& into, char letter) : order(into), name(letter) {}
  mark(const mark&) = delete;
  mark& operator=(const mark&) = delete;
  ~mark() { order += name; }
};

}  // namespace

LEAT_ASYNC_TEST("task: returns its value") {
  CHECK(co_await answer() == 42);
}

LEAT_ASYNC_TEST("task: returns a move-only value") {
  CHECK(*co_await boxed(7) == 7);
}

template <class T, class Value>
concept can_be_returned = requires(detail::task_promise<T> promise, Value value) {
  promise.return_value(std::move(value));
};

TEST_CASE("task: returns what converts to its type, as a function does, and nothing else") {
  CHECK(can_be_returned<std::string, const char*>);
  CHECK(can_be_returned<std::shared_ptr<int>, std::unique_ptr<int>>);
  CHECK_FALSE(can_be_returned<std::unique_ptr<int>, int*>);
  CHECK_FALSE(can_be_returned<std::chrono::seconds, int>);
}

LEAT_ASYNC_TEST("task: rethrows what its body throws") {
  std::string what;
  try {
    co_await fails();
  } catch (const std::runtime_error& e) {
    what = e.what();
  }
  CHECK(what == "boom");
}

LEAT_ASYNC_TEST("task: does not run before it is awaited") {
  bool ran = false;
  auto lazy = [](bool& flag) -> task<void> {
    flag = true;
    co_return;
  }(ran);
  CHECK_FALSE(ran);
  co_await std::move(lazy);
  CHECK(ran);
}

LEAT_ASYNC_TEST("task: destroyed unawaited, it frees its arguments without having run") {
  auto value = std::make_shared<int>(1);
  {
    const auto dropped = [](std::shared_ptr<int>) -> task<void> { co_return; }(value);
    CHECK(value.use_count() == 2);
  }
  CHECK(value.use_count() == 1);
  static_cast<void>(loop.take_reports());  // see task_drop_test.cpp
  co_return;
}

LEAT_ASYNC_TEST("task: a million awaits that complete at once do not grow the stack") {
  long sum = 0;
  for (int i = 0; i < 1'000'000; ++i) sum += co_await answer();
  CHECK(sum == 42'000'000);
}

LEAT_ASYNC_TEST("task: a chain of 100,000 frames returns") {
  struct recursion {
    static task<int> descend(int depth) {
      if (depth == 0) co_return 0;
      co_return 1 + co_await descend(depth - 1);
    }
  };
  CHECK(co_await recursion::descend(100'000) == 100'000);
}

TEST_CASE("task: a stop destroys locals innermost first, also those of a named task") {
  std::string order;
  const auto inner = [](std::string& into) -> task<void> {
    mark a(into, 'a');
    mark b(into, 'b');
    co_await sleep_for(1h);
  };
  const auto outer = [&inner](std::string& into) -> task<void> {
    mark c(into, 'c');
    auto named = inner(into);
    mark d(into, 'd');
    co_await std::move(named);
  };
  testing::test_loop loop;
  cancel_scope scope;
  scope.cancel();
  const auto ended = loop.run(outer(order), scope);
  CHECK(ended.is_cancelled());
  CHECK(order == "badc");
}

TEST_CASE("task: a stop passes catch handlers unseen") {
  bool caught = false;
  const auto body = [](bool& seen) -> task<void> {
    try {
      co_await sleep_for(1h);
    } catch (...) {
      seen = true;
    }
  };
  testing::test_loop loop;
  cancel_scope scope;
  scope.cancel();
  CHECK(loop.run(body(caught), scope).is_cancelled());
  CHECK_FALSE(caught);
}

TEST_CASE("task: a chain of 100,000 frames is stopped without using the stack") {
  struct recursion {
    static task<void> descend(int depth) {
      if (depth == 0) {
        co_await sleep_for(1h);
      } else {
        co_await descend(depth - 1);
      }
    }
  };
  testing::test_loop loop;
  cancel_scope scope;
  scope.cancel();
  CHECK(loop.run(recursion::descend(100'000), scope).is_cancelled());
}

LEAT_ASYNC_TEST("as_outcome: holds the value") {
  const auto result = co_await as_outcome(answer());
  CHECK(result.value() == 42);
}

LEAT_ASYNC_TEST("as_outcome: holds the error") {
  const auto result = co_await as_outcome(fails());
  CHECK(result.has_error());
}

LEAT_ASYNC_TEST("as_outcome: a scope that is cancelled inside says so itself") {
  outcome<outcome<int>> ended =
      co_await as_outcome(with_cancel_scope([](cancel_scope& scope) -> task<int> {
        scope.cancel();
        co_await sleep_for(1h);
        co_return 42;
      }));
  REQUIRE(ended.has_value());
  CHECK(ended.value().is_cancelled());
}

TEST_CASE("as_outcome: lets an outer stop pass, so that a retry loop ends") {
  int rounds = 0;
  const auto body = [](int& count) -> task<void> {
    for (;;) {
      ++count;
      static_cast<void>(co_await as_outcome(sleep_for(1h)));
    }
  };
  testing::test_loop loop;
  cancel_scope scope;
  scope.cancel();
  CHECK(loop.run(body(rounds), scope).is_cancelled());
  CHECK(rounds == 1);
}
