// SPDX-License-Identifier: MIT
#include "leat/coro/with_cancel_scope.hpp"

#include <stdexcept>

#include "leat/coro/sleep.hpp"

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
