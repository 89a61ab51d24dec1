// SPDX-License-Identifier: MIT
#include "leat/coro/with_context.hpp"

#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/background_group.hpp"
#include "leat/coro/map_concurrent.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/stream.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/wait.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/coro/with_deadline.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

inline constexpr context_key<std::string> trace_id("trace_id");
inline constexpr context_key<int> attempt("attempt");

std::string trace() {
  const auto* const carried = context_value(trace_id);
  return carried == nullptr ? "none" : *carried;
}

/// What is carried before and after a wait.
task<std::string> seen() {
  const std::string before = trace();
  co_await yield_now();
  co_return trace() == before ? before : "changed on the way";
}

task<deadline> deadline_seen() {
  co_await yield_now();
  co_return current_deadline();
}

deadline in(duration time) {
  return deadline::after(executor::current().now(), time);
}

}  // namespace

TEST_CASE("context: outside of tasks nothing is carried, and there is no deadline") {
  CHECK(context_value(trace_id) == nullptr);
  CHECK(current_context().is_empty());
  CHECK(current_deadline().is_never());
}

LEAT_ASYNC_TEST("context: is carried by the work it is given to, and only by that") {
  CHECK(co_await seen() == "none");
  CHECK(co_await with_context(trace_id, "t1", seen()) == "t1");
  CHECK(co_await seen() == "none");
}

LEAT_ASYNC_TEST("context: an inner value hides the outer one, other keys stay") {
  co_await with_context(trace_id, "outer", []() -> task<void> {
    co_await with_context(attempt, 2, []() -> task<void> {
      CHECK(co_await with_context(trace_id, "inner", seen()) == "inner");
      CHECK(trace() == "outer");
      CHECK(*context_value(attempt) == 2);
    }());
    CHECK(context_value(attempt) == nullptr);
  }());
}

LEAT_ASYNC_TEST("context: is restored when the work fails or is stopped") {
  const auto fails = []() -> task<void> {
    co_await yield_now();
    throw std::runtime_error("boom");
  };
  CHECK((co_await as_outcome(with_context(trace_id, "t1", fails()))).has_error());
  CHECK(trace() == "none");
  CHECK_FALSE(co_await move_on_after(1s, with_context(trace_id, "t1", sleep_for(1h))));
  CHECK(trace() == "none");
  CHECK(current_deadline().is_never());
}

LEAT_ASYNC_TEST("context: children of every kind inherit it") {
  co_await with_context(trace_id, "t1", []() -> task<void> {
    const auto [first, second] = co_await when_all(seen(), seen());
    CHECK(first == "t1");
    CHECK(second == "t1");
    auto any = co_await when_any(seen(), seen());
    CHECK(any.get<0>().value() == "t1");
    std::vector<task<std::string>> some;
    some.push_back(seen());
    CHECK((co_await wait(std::move(some), wait_for::all_completed))[0].value() == "t1");
    CHECK((co_await map_concurrent(2, std::vector<int>{1, 2, 3}, [](int) { return seen(); })) ==
          std::vector<std::string>(3, "t1"));
    CHECK(co_await with_timeout(1h, seen()) == "t1");
    CHECK(co_await shield(seen(), 1s) == "t1");
    CHECK((co_await as_outcome(seen())).value() == "t1");
    co_await with_task_group([](task_group& group) -> task<void> {
      CHECK(trace() == "t1");
      auto child = group.spawn(seen);
      CHECK((co_await child.join()).value() == "t1");
      co_await group.start([](readiness& ready) -> task<void> {
        CHECK(co_await seen() == "t1");
        ready.set();
      });
    });
  }());
}

LEAT_ASYNC_TEST("context: a child carries that of the task that spawned it, not of the group's") {
  co_await with_task_group([](task_group& group) -> task<void> {
    group.spawn(
        [](task_group& siblings) -> task<void> {
          co_await with_context(trace_id, "spawner", [](task_group& open) -> task<void> {
            auto child = open.spawn(seen);
            CHECK((co_await child.join()).value() == "spawner");
          }(siblings));
        },
        std::ref(group));
    auto child = group.spawn(seen);
    CHECK((co_await child.join()).value() == "none");
  });
}

LEAT_ASYNC_TEST("context: a generator carries that of whoever waits for its next item") {
  const auto traces = []() -> stream<std::string> {
    for (;;) {
      co_await yield_now();
      co_yield trace();
    }
  };
  auto items = traces();
  CHECK(*co_await items.next() == "none");
  CHECK(*co_await with_context(trace_id, "t1", items.next()) == "t1");
  CHECK(*co_await items.next() == "none");
}

LEAT_ASYNC_TEST("context: is readable on the thread that works for the task") {
  const auto on_thread = [] { return trace(); };
  CHECK(co_await with_context(trace_id, "t1", to_thread(on_thread)) == "t1");
  CHECK(co_await to_thread(on_thread) == "none");
  CHECK(co_await with_timeout(1h, to_thread([] { return current_deadline(); })) == in(1h));
}

LEAT_ASYNC_TEST("context: a copy keeps the values after the task has ended") {
  context kept;
  co_await with_context(trace_id, "t1", [](context& into) -> task<void> {
    into = current_context();
    co_return;
  }(kept));
  REQUIRE(kept.find(trace_id) != nullptr);
  CHECK(*kept.find(trace_id) == "t1");
  CHECK(co_await with_context(kept, seen()) == "t1");
}

TEST_CASE("context: a stop at any point leaves the right one behind") {
  const auto scenario = []() -> task<void> {
    co_await with_context(trace_id, "outer", []() -> task<void> {
      struct sees_outer {
        sees_outer() noexcept = default;
        sees_outer(const sees_outer&) = delete;
        sees_outer& operator=(const sees_outer&) = delete;
        ~sees_outer() { CHECK(trace() == "outer"); }
      };
      const sees_outer here;
      co_await with_context(trace_id, "inner", when_all(seen(), sleep_for(1s)));
      CHECK(trace() == "outer");
      co_await with_task_group([](task_group& group) -> task<void> {
        const sees_outer in_the_body;
        group.spawn([]() -> task<void> {
          const sees_outer in_a_child;
          static_cast<void>(co_await with_context(trace_id, "child", seen()));
          co_await sleep_for(1s);
        });
        co_await move_on_after(1s, with_context(trace_id, "slow", sleep_for(1h)));
        CHECK(trace() == "outer");
      });
    }());
    CHECK(trace() == "none");
  };
  CHECK(testing::for_each_cancellation(scenario).stopped > 5);
  CHECK(trace() == "none");
}

LEAT_ASYNC_TEST("deadline: is the earliest of all around the task") {
  CHECK((co_await deadline_seen()).is_never());
  CHECK(co_await with_timeout(2s, with_timeout(1s, deadline_seen())) == in(1s));
  CHECK(co_await with_timeout(1s, with_timeout(2s, deadline_seen())) == in(1s));
  CHECK(co_await with_deadline(in(3s), deadline_seen()) == in(3s));
  CHECK(*co_await move_on_after(4s, deadline_seen()) == in(4s));
  CHECK(current_deadline().is_never());
}

LEAT_ASYNC_TEST("deadline: is inherited by children, and by what they await") {
  co_await with_timeout(1h, []() -> task<void> {
    const auto [alone, limited] =
        co_await when_all(deadline_seen(), with_timeout(1s, deadline_seen()));
    CHECK(alone == in(1h));
    CHECK(limited == in(1s));
    co_await with_task_group([](task_group& group) -> task<void> {
      auto child = group.spawn(deadline_seen);
      CHECK((co_await child.join()).value() == in(1h));
    });
  }());
}

LEAT_ASYNC_TEST("deadline: a child has that of its group, not of who happened to spawn it") {
  co_await with_task_group([](task_group& group) -> task<void> {
    co_await with_timeout(1s, [](task_group& open) -> task<void> {
      auto child = open.spawn(deadline_seen);
      CHECK((co_await child.join()).value().is_never());
    }(group));
  });
}

LEAT_ASYNC_TEST("deadline: what is shielded has none but its grace") {
  CHECK((co_await with_timeout(1s, shield(deadline_seen(), 1h))).is_never());
  bool checked = false;
  co_await with_task_group([&checked](task_group& group) -> task<void> {
    group.cancel();
    co_await shield(
        [](bool& flag) -> task<void> { flag = co_await deadline_seen() == in(3s); }(checked), 3s);
  });
  CHECK(checked);
}

LEAT_ASYNC_TEST("deadline: the error of a timeout names the limit that has passed") {
  const auto text_of = [](duration outer, duration inner) -> task<std::string> {
    try {
      co_await with_timeout(outer, with_timeout(inner, sleep_for(1h)));
    } catch (const deadline_exceeded& e) {
      co_return e.what();
    }
    co_return "";
  };
  const auto inner = co_await text_of(2s, 250ms);
  CHECK(inner.find("with_timeout of 250 ms in ") != std::string::npos);
  const auto outer = co_await text_of(1s, 2s);
  CHECK(outer.find("with_timeout of 1 s in lambda at with_context_test.cpp:") != std::string::npos);
}
