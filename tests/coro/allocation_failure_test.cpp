// SPDX-License-Identifier: MIT
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/background_group.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/semaphore.hpp"
#include "leat/coro/shield.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/task_report.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/coro/with_context.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/stream.hpp"
#include "leat/testing/allocation_failures.hpp"

#include "support/async_test.hpp"

// The n-th allocation fails, for every n: nothing may leak, hang or end the program, and no
// failure may go unseen. The program is one of its own because it replaces the global operator new.

LEAT_REPLACE_OPERATOR_NEW;

using namespace leat;

namespace {

struct world {
  semaphore slots{2};
  int registered = 0;
  int cleaned = 0;
  int entered = 0;
  int left = 0;
};

struct room {
  world& all;

  task<int> enter() {
    co_await yield_now();
    ++all.entered;
    co_return 1;
  }
  task<void> exit(const exit_status&) {
    // No await here: even a frame for it might not be had.
    ++all.left;
    co_return;
  }
};

task<std::string> text(int value) {
  co_await yield_now();
  co_return std::string(40, static_cast<char>('a' + value));
}

task<void> uses_slot(world& all) {
  const auto permit = co_await all.slots.acquire();
  static_cast<void>(co_await text(1));
}

task<void> cleans_up(world& all) {
  co_await with_exit_stack([&all](exit_stack& exits) -> task<void> {
    for (int i = 0; i < 3; ++i) {
      exits.callback([&all] { ++all.cleaned; });
      ++all.registered;
    }
    static_cast<void>(co_await exits.enter(room{all}));
    static_cast<void>(co_await text(2));
  });
}

task<void> fails(world&) {
  co_await yield_now();
  throw std::runtime_error("boom");
}

inline constexpr context_key<std::string> trace_id("trace_id");

/// Names, values and background work.
task<void> observed(world& all) {
  co_await with_context(trace_id, "long enough to live on the heap", uses_slot(all));
  co_await with_background_group(
      background_options("a name of a group that is long enough to live on the heap"),
      [&all](background_group& background) -> task<void> {
        background.spawn(task_name("slot"), uses_slot, std::ref(all));
        co_await background.spawn_when_room(task_name("cleanup"), cleans_up, std::ref(all));
        co_await yield_now();
        static_cast<void>(live_tasks(executor::current()).format());
      });
}

task<void> scenario(world& all) {
  static_cast<void>(co_await when_all(uses_slot(all), cleans_up(all), with_timeout(1h, text(3))));
  std::vector<task<std::string>> texts;
  for (int i = 0; i < 3; ++i) texts.push_back(text(i));
  static_cast<void>(co_await when_all_settled(std::move(texts)));
  co_await with_task_group([&all](task_group& group) -> task<void> {
    for (int i = 0; i < 3; ++i) group.spawn(uses_slot, std::ref(all));
    auto joined = group.spawn(text, 4);
    group.spawn(cleans_up, std::ref(all));
    static_cast<void>(co_await joined.join());
  });
  static_cast<void>(co_await with_cancel_scope([&all](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(cleans_up, std::ref(all));
      group.spawn([]() -> task<void> { co_await sleep_for(1h); });
      co_await yield_now();
      scope.cancel();
      co_await shield(text(5), 1h);
      co_await sleep_for(1h);
    });
  }));
  static_cast<void>(co_await as_outcome(fails(all)));
  co_await observed(all);
  auto [near, far] = io::make_stream_pair(4);
  co_await when_all(
      [](io::async_stream& stream) -> task<void> {
        co_await stream.write_all(as_bytes("longer than the pipe"), deadline::never());
        co_await stream.close(deadline::never());
      }(*near),
      [](io::async_stream& stream) -> task<void> {
        std::byte part[8];
        while (co_await stream.read_some(part, deadline::never()) != 0) {
        }
      }(*far));
}

}  // namespace

TEST_CASE("core: whichever allocation fails, nothing leaks and cleanups run") {
  int failed_runs = 0;
  auto& counter = testing::detail::allocations;
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    int reports = 0;
    io::loop_options options;
    options.on_report = [&reports](const std::exception_ptr&, const char*) { ++reports; };
    io::loop loop(options);
    world all;
    const auto frames = leat::detail::local_frames.live_frames();
    bool failed = false;
    // Or a frame would need no allocation that could fail.
    leat::detail::local_frames.drop_cached();

    try {
      auto main = scenario(all);
      counter = {.count = 0, .fails_at = n};
      leat::run(loop, std::move(main));
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    const bool had_enough = counter.count < n;
    counter.fails_at = 0;

    REQUIRE(leat::detail::local_frames.live_frames() == frames);
    // A cleanup whose own frame cannot be made has failed and is told of; no other is skipped.
    const int skipped = all.registered - all.cleaned + all.entered - all.left;
    REQUIRE(skipped <= 1);
    if (skipped == 1) REQUIRE((failed || reports == 1));
    REQUIRE(all.slots.free_permits() == 2);
    if (had_enough) {
      CHECK_FALSE(failed);
      break;
    }
    failed_runs += failed ? 1 : 0;
  }
  CHECK(failed_runs > 20);
  MESSAGE("failed runs: " << failed_runs);
}
