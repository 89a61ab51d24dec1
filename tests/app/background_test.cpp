// SPDX-License-Identifier: MIT
#include "leat/app/background.hpp"

#include <optional>
#include <stdexcept>

#include "leat/app/program.hpp"
#include "leat/base/error.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/testing/cancellation.hpp"

#include "app/program_world.hpp"
#include "support/async_test.hpp"

using namespace leat;
using app::background_failure;
using app::program;
using app::run_lifespan;

namespace {

/// Runs `work` as a program that ends when it returns.
task<int> as_program(program_world& world, std::function<task<void>(program&)> work) {
  return run_lifespan(world.options(), std::move(work));
}

}  // namespace

LEAT_ASYNC_TEST("background: a round begins one interval after the last one has ended") {
  program_world world;
  std::vector<duration> begun;
  co_await as_program(world, [&](program& self) -> task<void> {
    auto& beat = self.background().start("beat", {.interval = 60s, .delay = 5s},
                                         [&begun, &loop]() -> task<void> {
                                           begun.push_back(loop.elapsed());
                                           co_await sleep_for(10s);
                                         });
    co_await sleep_for(150s);
    CHECK(beat.state().is_running);
    CHECK(beat.state().is_in_round);
    CHECK(beat.state().rounds == 2);
  });
  CHECK(begun == std::vector<duration>{5s, 75s, 145s});
}

LEAT_ASYNC_TEST("background: between two rounds a stop takes no time") {
  program_world world;
  co_await as_program(world, [&loop](program& self) -> task<void> {
    auto& beat =
        self.background().start("beat", {.interval = 1h}, []() -> task<void> { co_return; });
    co_await sleep_for(1s);
    co_await beat.stop();
    CHECK(loop.elapsed() == 1s);
    CHECK_FALSE(beat.state().is_running);
    CHECK(beat.state().rounds == 1);
    co_await beat.stop();  // again: nothing
  });
}

LEAT_ASYNC_TEST("background: a round that runs may end by itself within its patience") {
  program_world world;
  co_await as_program(world, [&loop](program& self) -> task<void> {
    auto& slow = self.background().start("slow", {.interval = 1h},
                                         []() -> task<void> { co_await sleep_for(4s); });
    co_await sleep_for(1s);
    co_await slow.stop();
    CHECK(loop.elapsed() == 4s);
    CHECK(slow.state().rounds == 1);
  });
  CHECK_FALSE(world.has_logged("background task cancelled"));
}

LEAT_ASYNC_TEST("background: a round that does not end is cancelled after 5 s") {
  program_world world;
  bool has_unwound = false;
  struct on_end {
    bool* flag;
    ~on_end() { *flag = true; }
  };
  co_await as_program(world, [&](program& self) -> task<void> {
    auto& hanging =
        self.background().start("hanging", {.interval = 1h}, [&has_unwound]() -> task<void> {
          const on_end guard{&has_unwound};
          co_await sleep_for(1h);
        });
    co_await sleep_for(1s);
    co_await hanging.stop();
    CHECK(loop.elapsed() == 6s);
    CHECK(has_unwound);
    CHECK_FALSE(hanging.state().is_in_round);
    CHECK(hanging.state().rounds == 0);
  });
  CHECK(world.times_logged("background task cancelled task=hanging") == 1);
}

LEAT_ASYNC_TEST("background: work that cannot know of the stop is cancelled at once") {
  program_world world;
  co_await as_program(world, [&loop](program& self) -> task<void> {
    auto& endless =
        self.background().start("endless", {}, []() -> task<void> { co_await sleep_for(1h); });
    co_await sleep_for(1s);
    co_await endless.stop();
    CHECK(loop.elapsed() == 1s);
  });
}

LEAT_ASYNC_TEST("background: work that is told ends in its own time") {
  program_world world;
  co_await as_program(world, [&loop](program& self) -> task<void> {
    auto& told = self.background().start("told", {}, [](event& stop_requested) -> task<void> {
      co_await stop_requested.wait();
      co_await sleep_for(2s);
    });
    co_await sleep_for(1s);
    co_await told.stop();
    CHECK(loop.elapsed() == 3s);
    CHECK(told.state().rounds == 1);
  });
}

LEAT_ASYNC_TEST("background: a task that was stopped can be started again") {
  program_world world;
  int rounds = 0;
  co_await as_program(world, [&rounds](program& self) -> task<void> {
    auto& beat = self.background().start("beat", {.interval = 10s}, [&rounds]() -> task<void> {
      ++rounds;
      co_return;
    });
    co_await sleep_for(15s);
    co_await beat.stop();
    co_await sleep_for(100s);
    CHECK(rounds == 2);
    beat.start();
    beat.start();  // again: nothing
    co_await sleep_for(5s);
    CHECK(rounds == 3);
  });
}

LEAT_ASYNC_TEST("background: a round that throws is told and counted, and the next one comes") {
  program_world world;
  co_await as_program(world, [](program& self) -> task<void> {
    int rounds = 0;
    auto& beat = self.background().start("beat", {.interval = 10s}, [&rounds]() -> task<void> {
      if (++rounds == 1) throw std::runtime_error("no luck");
      co_return;
    });
    co_await sleep_for(5s);
    CHECK(beat.state().failures == 1);
    CHECK(beat.state().last_error == "no luck");
    const auto sick = co_await self.check_health();
    REQUIRE(sick.dependencies.size() == 1);
    CHECK(sick.dependencies[0].name == "background: beat");
    CHECK_FALSE(sick.dependencies[0].is_required);
    co_await sleep_for(10s);
    CHECK(beat.state().last_error.empty());
    CHECK((co_await self.check_health()).dependencies.empty());
    const std::string metrics = self.metrics().to_text();
    CHECK(metrics.find("background_rounds_total{outcome=\"error\",task=\"beat\"} 1") !=
          std::string::npos);
    CHECK(metrics.find("background_rounds_total{outcome=\"ok\",task=\"beat\"} 1") !=
          std::string::npos);
    co_await beat.stop();
  });
  CHECK(world.times_logged("background task failed task=beat error=\"no luck\"") == 1);
}

LEAT_ASYNC_TEST("background: work without rounds is restarted after pauses that double") {
  program_world world;
  std::vector<duration> begun;
  co_await as_program(world, [&](program& self) -> task<void> {
    self.background().start("reader", {.first_pause = 1s, .longest_pause = 4s},
                            [&begun, &loop]() -> task<void> {
                              begun.push_back(loop.elapsed());
                              // Once it goes on for longer than the longest pause.
                              if (begun.size() == 5) co_await sleep_for(10s);
                              throw std::runtime_error("lost");
                            });
    co_await sleep_for(25s);
  });
  CHECK(begun == std::vector<duration>{0s, 1s, 3s, 7s, 11s, 22s, 24s});
}

LEAT_ASYNC_TEST("background: a failure may end the task only") {
  program_world world;
  const int status = co_await as_program(world, [](program& self) -> task<void> {
    auto& fragile = self.background().start("fragile", {.on_failure = background_failure::end},
                                            []() -> task<void> {
                                              throw std::runtime_error("broken");
                                              co_return;
                                            });
    co_await sleep_for(1h);
    CHECK_FALSE(fragile.state().is_running);
    CHECK(fragile.state().failures == 1);
    CHECK((co_await self.check_health()).dependencies[0].error == "it has ended with an error");
  });
  CHECK(status == 0);
}

LEAT_ASYNC_TEST("background: a failure may stop the program, whose status is 1 then") {
  program_world world;
  const int status = co_await as_program(world, [](program& self) -> task<void> {
    self.set_ready();
    self.background().start("vital", {.on_failure = background_failure::stop_program},
                            []() -> task<void> {
                              co_await sleep_for(1s);
                              throw std::runtime_error("broken");
                            });
    co_await self.wait_stop_requested();
  });
  CHECK(status == 1);
  CHECK(loop.elapsed() == 1s);
}

LEAT_ASYNC_TEST("background: a task ends before what was opened before it, and after the rest") {
  program_world world;
  co_await as_program(world, [&world](program& self) -> task<void> {
    self.exits().callback([&world] { world.note("database closed"); });
    self.background().start("refresh", {}, [&world](event& stop_requested) -> task<void> {
      co_await stop_requested.wait();
      world.note("refresh ended");
    });
    self.exits().callback([&world] { world.note("server closed"); });
    co_await yield_now();
  });
  CHECK(world.notes ==
        std::vector<std::string>{"server closed", "refresh ended", "database closed", "log ends"});
}

LEAT_ASYNC_TEST("background: a name that is taken and a negative time are refused") {
  program_world world;
  co_await as_program(world, [](program& self) -> task<void> {
    const auto nothing = []() -> task<void> { co_return; };
    self.background().start("beat", {}, nothing);
    CHECK_THROWS_AS(self.background().start("beat", {}, nothing), invalid_argument);
    CHECK_THROWS_AS(self.background().start("late", {.interval = -1s}, nothing), invalid_argument);
    CHECK(self.background().all().size() == 1);
    co_return;
  });
}

TEST_CASE("background: background_task::stop can be cancelled anywhere") {
  std::optional<program_world> world;
  testing::for_each_cancellation([&world]() -> task<void> {
    world.emplace();
    static_cast<void>(co_await run_lifespan(world->options(), [](program& self) -> task<void> {
      auto& beat = self.background().start("beat", {.interval = 1s, .patience = 10ms},
                                           []() -> task<void> { co_await sleep_for(1h); });
      co_await sleep_for(1ms);
      co_await beat.stop();
      CHECK_FALSE(beat.state().is_running);
    }));
  });
}
