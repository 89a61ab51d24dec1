// SPDX-License-Identifier: MIT
#include "leat/coro/with_cancel_scope.hpp"

#include <stdexcept>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

LEAT_ASYNC_TEST("cancel scope: a body that is not cancelled returns its value") {
  const auto ended = co_await with_cancel_scope([](cancel_scope&) -> task<int> { co_return 7; });
  CHECK(ended.value() == 7);
}

LEAT_ASYNC_TEST("cancel scope: says why it was cancelled, the first reason wins") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
    scope.cancel(stop_reason::shutdown);
    scope.cancel(stop_reason::requested);
    co_await sleep_for(1s);
  });
  CHECK(ended.reason() == stop_reason::shutdown);
}

LEAT_ASYNC_TEST("cancel scope: a body that ends without another await is not cancelled") {
  const auto ended = co_await with_cancel_scope([](cancel_scope& scope) -> task<int> {
    scope.cancel();
    co_return 7;
  });
  CHECK(ended.has_value());
}

LEAT_ASYNC_TEST("cancel scope: rethrows what the body throws") {
  bool caught = false;
  try {
    static_cast<void>(co_await with_cancel_scope([](cancel_scope&) -> task<void> {
      throw std::runtime_error("boom");
      co_return;
    }));
  } catch (const std::runtime_error&) {
    caught = true;
  }
  CHECK(caught);
}

LEAT_ASYNC_TEST("cancel scope: an inner cancel leaves the outer work alone") {
  const auto ended = co_await with_cancel_scope([](cancel_scope&) -> task<int> {
    const auto inner = co_await with_cancel_scope([](cancel_scope& scope) -> task<void> {
      scope.cancel();
      co_await sleep_for(1h);
    });
    CHECK(inner.is_cancelled());
    co_await sleep_for(1s);
    co_return 1;
  });
  CHECK(ended.has_value());
}

LEAT_ASYNC_TEST("cancel scope: a body sees a pending stop before it returns its task") {
  bool seen = false;
  static_cast<void>(co_await with_cancel_scope([&seen](cancel_scope& outer) -> task<void> {
    outer.cancel();
    static_cast<void>(co_await with_cancel_scope([&seen](cancel_scope& inner) {
      seen = inner.is_stopped();
      return []() -> task<void> { co_return; }();
    }));
  }));
  CHECK(seen);
}

LEAT_ASYNC_TEST("cancel scope: stops all scopes inside, side by side and one in another") {
  const auto sleeps_deep = []() -> task<void> {
    co_await with_timeout(1h, with_timeout(1h, sleep_for(1h)));
  };
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 3; ++i) {
        group.spawn([&sleeps_deep]() -> task<void> {
          co_await when_all(sleeps_deep(), with_timeout(1h, sleeps_deep()), sleeps_deep());
        });
      }
      co_await sleep_for(1s);
      scope.cancel();
      co_await sleep_for(1h);
    });
  });
  CHECK(ended.is_cancelled());
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("cancel scope: an outer stop passes through") {
  bool reached = false;
  static_cast<void>(co_await with_cancel_scope([&](cancel_scope& outer) -> task<void> {
    static_cast<void>(co_await with_cancel_scope([&](cancel_scope&) -> task<void> {
      outer.cancel();
      co_await sleep_for(1h);
    }));
    reached = true;
  }));
  CHECK_FALSE(reached);
}
