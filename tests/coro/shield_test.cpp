// SPDX-License-Identifier: MIT
#include "leat/coro/shield.hpp"

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<void> sleeps_then_notes(duration time, bool& done) {
  co_await sleep_for(time);
  done = true;
}

}  // namespace

LEAT_ASYNC_TEST("shield: lets the work finish in spite of an outer stop") {
  bool done = false;
  bool after = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    co_await shield(sleeps_then_notes(2s, done), 5s);
    after = true;
    co_await sleep_for(1s);
    CHECK(false);
  });
  CHECK(done);
  CHECK(after);
  CHECK(ended.is_cancelled());
  CHECK(loop.elapsed() == 2s);
}

LEAT_ASYNC_TEST("shield: stops the work when the grace after an outer stop is over") {
  bool done = false;
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    scope.cancel();
    co_await shield(sleeps_then_notes(1h, done), 5s);
    CHECK(false);
  });
  CHECK_FALSE(done);
  CHECK(ended.is_cancelled());
  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("shield: sets no limit while nobody wants to stop") {
  bool done = false;
  co_await shield(sleeps_then_notes(1h, done), 1s);
  CHECK(done);
}

LEAT_ASYNC_TEST("shield: work that has ended is not pending any more when a deadline comes") {
  event done;
  const auto sets = [](event& awaited) -> task<void> {
    co_await sleep_for(5s);
    awaited.set();
  };
  const auto in_time = [](event& awaited) -> task<bool> {
    bool shielded_done = false;
    co_await with_timeout(
        5s, when_all(shield(sleeps_then_notes(1s, shielded_done), 1h), awaited.wait()));
    co_return shielded_done;
  };

  const auto [unit, completed] = co_await when_all(sets(done), in_time(done));

  CHECK(completed);
}
