// SPDX-License-Identifier: MIT
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_timeout.hpp"

#include "support/async_test.hpp"

// Programs that nobody would write: random trees of all that the core has, in which everything
// may fail, run late, cancel itself, its parents or its siblings, also from destructors. What
// has to hold is what always has to hold.

using namespace leat;

namespace {

/// What all parts of one program share.
struct world {
  explicit world(unsigned seed) : random(seed) {}

  /// A number below `limit`.
  unsigned below(unsigned limit) { return static_cast<unsigned>(random() % limit); }
  duration some_time() { return std::chrono::milliseconds(below(8)); }

  std::mt19937 random;
  semaphore slots{2};
  event gate;
  std::vector<cancel_scope*> scopes;  // that may be cancelled from anywhere
  std::vector<task_group*> groups;
  int cleanups_registered = 0;
  int cleanups_run = 0;
  int alive = 0;
};

/// A local variable: it does something when it is destroyed, whatever the reason.
class troublemaker {
 public:
  explicit troublemaker(world& all) : all_(all) { ++all_.alive; }
  troublemaker(const troublemaker&) = delete;
  troublemaker& operator=(const troublemaker&) = delete;
  ~troublemaker() {
    --all_.alive;
    switch (all_.below(24)) {
      case 0: all_.gate.set(); break;
      case 1: all_.gate.reset(); break;
      case 2:
        if (!all_.scopes.empty()) all_.scopes[all_.below(size(all_.scopes))]->cancel();
        break;
      case 3:
        if (!all_.groups.empty()) all_.groups[all_.below(size(all_.groups))]->cancel();
        break;
      default: break;
    }
  }

 private:
  template <class Container>
  static unsigned size(const Container& container) {
    return static_cast<unsigned>(container.size());
  }

  world& all_;
};

/// Puts something that can be cancelled where everybody finds it, for as long as it lives.
template <class T>
class published {
 public:
  published(std::vector<T*>& where, T& what) : where_(where), what_(&what) {
    where_.push_back(what_);
  }
  published(const published&) = delete;
  published& operator=(const published&) = delete;
  ~published() { std::erase(where_, what_); }

 private:
  std::vector<T*>& where_;
  T* what_;
};

task<int> anything(world& all, unsigned depth);

task<void> waits_a_little(world& all) {
  const troublemaker local(all);
  switch (all.below(4)) {
    case 0: co_await yield_now(); break;
    case 1: co_await sleep_for(all.some_time()); break;
    case 2: {
      const auto permit = co_await all.slots.acquire();
      const troublemaker inner(all);
      co_await sleep_for(all.some_time());
      break;
    }
    default: try { co_await with_timeout(all.some_time(), all.gate.wait());
      } catch (const deadline_exceeded&) {
      }
      break;
  }
}

task<void> cleans_up(world& all, unsigned depth) {
  const troublemaker local(all);
  co_await waits_a_little(all);
  if (depth > 0 && all.below(4) == 0)
    static_cast<void>(co_await as_outcome(anything(all, depth - 1)));
}

task<int> stacked(world& all, unsigned depth) {
  co_return co_await with_exit_stack(
      [&all, depth](exit_stack& exits) -> task<int> {
        const troublemaker local(all);
        for (unsigned i = all.below(4); i > 0; --i) {
          ++all.cleanups_registered;
          exits.push([&all, depth](const exit_status&) -> task<bool> {
            ++all.cleanups_run;
            const bool suppresses = all.below(3) == 0;
            co_await cleans_up(all, depth);
            if (all.below(5) == 0) throw std::runtime_error("cleanup");
            co_return suppresses;
          });
          co_await waits_a_little(all);
        }
        co_return co_await anything(all, depth);
      },
      exit_limits(all.some_time(), all.some_time()));
}

task<int> grouped(world& all, unsigned depth) {
  const auto ended = co_await with_task_group([&all, depth](task_group& group) -> task<int> {
    const published here(all.groups, group);
    const troublemaker local(all);
    std::vector<spawned<int>> children;
    for (unsigned i = all.below(4); i > 0; --i) {
      children.push_back(group.spawn(anything, std::ref(all), depth));
      if (all.below(3) == 0) co_await waits_a_little(all);
    }
    int sum = 0;
    for (auto& each : children) {
      if (all.below(2) == 0) continue;
      const auto joined = co_await each.join();
      sum += joined.has_value() ? joined.value() : 0;
    }
    co_return sum;
  });
  co_return ended.has_value() ? ended.value() : 0;
}

task<int> scoped(world& all, unsigned depth) {
  const auto ended = co_await with_cancel_scope([&all, depth](cancel_scope& scope) -> task<int> {
    const published here(all.scopes, scope);
    const troublemaker local(all);
    if (all.below(6) == 0) scope.cancel();
    co_return co_await anything(all, depth);
  });
  co_return ended.has_value() ? ended.value() : 0;
}

task<int> many(world& all, unsigned depth) {
  std::vector<task<int>> children;
  for (unsigned i = all.below(4); i > 0; --i) children.push_back(anything(all, depth));
  int sum = 0;
  if (all.below(2) == 0) {
    for (const int each : co_await when_all(std::move(children))) sum += each;
  } else {
    for (const auto& each : co_await when_all_settled(std::move(children))) {
      sum += each.has_value() ? each.value() : 0;
    }
  }
  co_return sum;
}

task<int> anything(world& all, unsigned depth) {
  const troublemaker local(all);
  co_await waits_a_little(all);
  if (depth == 0) {
    if (all.below(6) == 0) throw std::runtime_error("leaf");
    co_return 1;
  }
  const unsigned next = depth - 1;
  switch (all.below(9)) {
    case 0: co_return co_await stacked(all, next);
    case 1: co_return co_await grouped(all, next);
    case 2: co_return co_await scoped(all, next);
    case 3: co_return co_await many(all, next);
    case 4: co_return co_await with_timeout(all.some_time(), anything(all, next));
    case 5: co_return co_await shield(anything(all, next), all.some_time());
    case 6: {
      const auto ended = co_await as_outcome(anything(all, next));
      co_return ended.has_value() ? ended.value() : 0;
    }
    case 7: {
      auto [a, b] = co_await when_all(with_timeout(all.some_time(), anything(all, next)),
                                      shield(anything(all, next), all.some_time()));
      co_return a + b;
    }
    default: {
      const int first = co_await anything(all, next);
      co_return first + co_await anything(all, next);
    }
  }
}

}  // namespace

TEST_CASE("core: random programs with random cancels lose nothing") {
  constexpr unsigned programs = 5000;
  int stopped = 0;
  int failed = 0;
  for (unsigned seed = 1; seed <= programs; ++seed) {
    CAPTURE(seed);
    const auto frames = leat::detail::local_frames.live_frames();
    world all(seed);
    {
      testing::test_loop loop;
      cancel_scope scope;
      const published outermost(all.scopes, scope);
      const auto ended = loop.run(anything(all, 4), scope);
      stopped += ended.is_cancelled() ? 1 : 0;
      failed += ended.has_error() ? 1 : 0;
    }
    REQUIRE(leat::detail::local_frames.live_frames() == frames);
    REQUIRE(all.alive == 0);
    REQUIRE(all.slots.free_permits() == 2);
    REQUIRE_FALSE(all.slots.has_waiters());
    REQUIRE(all.cleanups_run == all.cleanups_registered);
    REQUIRE(all.scopes.empty());
    REQUIRE(all.groups.empty());
  }
  CHECK(stopped > 100);
  CHECK(failed > 100);
  MESSAGE(programs << " programs: " << stopped << " stopped, " << failed << " failed");
}
