// SPDX-License-Identifier: MIT
#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/stream.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"

// One program that uses all of the core, cancelled at each of its suspension points and before
// each of its resumes.

using namespace leat;

namespace {

/// May only die after everything that was created below it, in callees or children.
class tracer {
 public:
  explicit tracer(tracer* above) : above_(above) {
    if (above_ != nullptr) ++above_->below_;
  }
  tracer(const tracer&) = delete;
  tracer& operator=(const tracer&) = delete;
  ~tracer() {
    if (below_ != 0) ++wrong_order;
    if (above_ != nullptr) --above_->below_;
  }
  [[nodiscard]] int below() const { return below_; }

  static inline int wrong_order = 0;

 private:
  tracer* above_;
  int below_ = 0;
  std::string text_ = "long enough to live on the heap, so that asan sees a leak";
};

struct world {
  semaphore slots{2};
  semaphore lock{1};
  event go;
  int held = 0;
  int cleanups_registered = 0;
  int cleanups_run = 0;
  tracer top{nullptr};
};

task<int> sleeps(tracer* above, int ms) {
  tracer own(above);
  {
    tracer inner(&own);
    co_await sleep_for(std::chrono::milliseconds(ms));
  }
  tracer later(&own);
  co_await yield_now();
  co_return ms;
}

task<int> chain(tracer* above, int ms) {
  tracer own(above);
  try {
    tracer inner(&own);
    auto named = sleeps(&inner, ms);
    tracer after(&inner);
    co_return co_await std::move(named) + co_await sleeps(&after, 1);
  } catch (...) {
    CHECK(false);  // a stop is no exception
    throw;
  }
}

task<void> fails(tracer* above) {
  tracer own(above);
  co_await sleep_for(2ms);
  throw std::runtime_error("boom");
}

task<int> uses_slot(world& all, tracer* above, int ms) {
  tracer own(above);
  const auto permit = co_await all.slots.acquire();
  CHECK(++all.held <= 2);
  const std::shared_ptr<void> back(nullptr, [&all](void*) { --all.held; });
  tracer inner(&own);
  co_await sleep_for(std::chrono::milliseconds(ms));
  co_return 1;
}

task<int> stacked(world& all, tracer* above) {
  tracer own(above);
  co_return co_await with_exit_stack(
      [&all, &own](exit_stack& exits) -> task<int> {
        tracer body(&own);
        for (int i = 0; i < 2; ++i) {
          ++all.cleanups_registered;
          exits.callback([&all, &own, i]() -> task<void> {
            tracer cleanup(&own);
            co_await sleep_for(std::chrono::milliseconds(1 + i));
            ++all.cleanups_run;
          });
        }
        const auto locked = co_await all.lock.acquire();
        co_await sleep_for(2ms);
        co_return co_await sleeps(&body, 2);
      },
      exit_limits{1s, 5s});
}

task<void> exchange(tracer* above) {
  tracer own(above);
  auto [near, far] = io::make_stream_pair(4);
  co_await when_all(
      [](io::async_stream& stream) -> task<void> {
        co_await stream.write_all(as_bytes("more than the pipe holds"), deadline_after(1s));
        co_await stream.shut_down_write(deadline_after(1s));
      }(*near),
      [](io::async_stream& stream) -> task<void> {
        std::string all;
        std::array<std::byte, 7> part{};
        while (const auto size = co_await stream.read_some(part, deadline_after(1s))) {
          all += as_text(std::span(part).first(size));
        }
        CHECK(all == "more than the pipe holds");
      }(*far));
}

task<void> worker(world& all, tracer* above, int id) {
  tracer own(above);
  co_await all.go.wait();
  co_await uses_slot(all, &own, 2 + id);
  try {
    tracer inner(&own);
    co_await with_timeout(4ms, chain(&inner, id % 2 == 0 ? 20 : 2));
  } catch (const deadline_exceeded&) {
    tracer handled(&own);
  }
  co_await stop_if_requested();
  co_await when_all(uses_slot(all, &own, 3), chain(&own, 1));
  bool failed = false;
  try {
    co_await when_all(fails(&own), stacked(all, &own));
  } catch (const std::runtime_error&) {
    failed = true;
  }
  CHECK(failed);
  auto [settled_error, settled_value] = co_await when_all_settled(fails(&own), chain(&own, 1));
  CHECK(settled_error.has_error());
  static_cast<void>(co_await as_outcome(chain(&own, 3)));
  co_await stacked(all, &own);
  co_await shield(chain(&own, 2), 1s);
  co_await exchange(&own);
  static_cast<void>(co_await with_cancel_scope([&own](cancel_scope& scope) -> task<void> {
    tracer inner(&own);
    scope.cancel();
    co_await sleep_for(1h);
  }));
  co_await with_task_group([&all, &own](task_group& group) -> task<void> {
    for (int i = 0; i < 3; ++i) {
      group.spawn(
          [](world& everything, tracer* up, int n) -> task<void> {
            tracer child(up);
            co_await with_timeout(1s, uses_slot(everything, &child, n));
          },
          std::ref(all), &own, i);
    }
    auto joined = group.spawn(chain, &own, 1);
    tracer body(&own);
    static_cast<void>(co_await joined.join());
  });
  co_await with_task_group([&own](task_group& group) -> task<void> {
    group.spawn(chain, &own, 1000);
    co_await sleep_for(1ms);
    group.cancel();
    co_await sleep_for(1h);
  });
}

task<void> program(world& all) {
  tracer own(&all.top);
  co_await with_task_group([&all, &own](task_group& group) -> task<void> {
    for (int i = 0; i < 3; ++i) group.spawn(worker, std::ref(all), &own, i);
    co_await sleep_for(1ms);
    all.go.set();
  });
}

}  // namespace

TEST_CASE("core: cancelled at every suspension and before every resume, it loses nothing") {
  std::unique_ptr<world> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<world>();
        return program(*all);
      },
      [&all](const outcome<void>&) {
        CHECK(all->slots.free_permits() == 2);
        CHECK_FALSE(all->slots.has_waiters());
        CHECK(all->lock.free_permits() == 1);
        CHECK(all->held == 0);
        CHECK(all->cleanups_run == all->cleanups_registered);
        CHECK(all->top.below() == 0);
        CHECK(tracer::wrong_order == 0);
      });
  CHECK(report.suspensions > 100);
  CHECK(report.stopped > report.suspensions / 2);
  MESSAGE("cancelled at " << report.suspensions << " suspensions and before " << report.resumes
                          << " resumes: " << report.stopped << " stopped, " << report.finished
                          << " finished");
}
