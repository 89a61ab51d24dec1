// SPDX-License-Identifier: MIT
#include "leat/coro/blocking_task.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "leat/base/error.hpp"
#include "leat/coro/blocking_deadline.hpp"

#include "support/test.hpp"

using namespace leat;
using namespace std::chrono_literals;

namespace {

struct counted {
  explicit counted(int& count) : alive(count) { ++alive; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --alive; }
  int& alive;
};

blocking_task<int> square(int n) {
  co_return n* n;
}

blocking_task<int> sum_of_squares(int most) {
  int sum = 0;
  for (int n = 1; n <= most; ++n) sum += co_await square(n);
  co_return sum;
}

blocking_task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await nested(depth - 1);
}

blocking_task<> fail() {
  throw std::runtime_error("no");
  co_return;
}

blocking_task<std::string> recover() {
  try {
    co_await fail();
  } catch (const std::runtime_error& e) {
    co_return std::string("recovered: ") + e.what();
  }
  co_return "went on";
}

}  // namespace

TEST_CASE("blocking task: runs to its end on the caller's stack") {
  CHECK(run_blocking(sum_of_squares(4)) == 30);
}

TEST_CASE("blocking task: an awaited operation that has finished gives its result") {
  const auto work = []() -> blocking_task<std::unique_ptr<int>> {
    co_await ready<void>();
    co_return co_await ready(std::make_unique<int>(7));
  };
  CHECK(*run_blocking(work()) == 7);
}

TEST_CASE("blocking task: does nothing before it is run") {
  bool has_run = false;
  const auto work = [&has_run]() -> blocking_task<> {
    has_run = true;
    co_return;
  };
  {
    const auto dropped = work();
  }
  CHECK_FALSE(has_run);
  run_blocking(work());
  CHECK(has_run);
}

TEST_CASE("blocking task: an error is rethrown at the await") {
  CHECK(run_blocking(recover()) == "recovered: no");
}

TEST_CASE("blocking task: an error of the outermost is thrown by run_blocking") {
  CHECK_THROWS_WITH_AS(run_blocking(fail()), "no", std::runtime_error);
}

TEST_CASE("blocking task: an error destroys what the frames hold") {
  int alive = 0;
  const auto work = [&alive]() -> blocking_task<> {
    const counted outer(alive);
    co_await [](int& count) -> blocking_task<> {
      const counted inner(count);
      co_await fail();
    }(alive);
  };
  CHECK_THROWS_AS(run_blocking(work()), std::runtime_error);
  CHECK(alive == 0);
}

TEST_CASE("blocking task: a million awaits in a loop do not grow the stack") {
  // Every one transfers control twice; with calls instead, this would overflow.
  CHECK(run_blocking([]() -> blocking_task<int> {
          int count = 0;
          for (int i = 0; i < 1'000'000; ++i) count += co_await square(1);
          co_return count;
        }()) == 1'000'000);
}

TEST_CASE("blocking task: deep nesting does not grow the stack") {
  CHECK(run_blocking(nested(100'000)) == 100'000);
}

TEST_CASE("blocking deadline: the earlier one counts, and the outer one comes back") {
  const time_point start{100h};
  CHECK(blocking_deadline::current().is_never());
  {
    const blocking_deadline outer(start + 10s);
    {
      const blocking_deadline inner(start + 5s);
      CHECK(blocking_deadline::current() == deadline(start + 5s));
      const blocking_deadline longer(start + 20s);
      CHECK(blocking_deadline::current() == deadline(start + 5s));
    }
    CHECK(blocking_deadline::current() == deadline(start + 10s));
    CHECK(blocking_deadline::bound(deadline(start + 1s)) == deadline(start + 1s));
    CHECK(blocking_deadline::bound(deadline::never()) == deadline(start + 10s));
  }
  CHECK(blocking_deadline::current().is_never());
}

TEST_CASE("blocking deadline: says whether it was the limit of the whole that passed") {
  const time_point start{100h};
  const blocking_deadline whole(start + 5s);
  CHECK_THROWS_WITH_AS(
      blocking_deadline::throw_if_exceeded(deadline(start + 6s), "reading from a.test"),
      "reading from a.test: the deadline of the whole call passed", deadline_exceeded);
  blocking_deadline::throw_if_exceeded(deadline(start + 5s), "reading from a.test");
}
