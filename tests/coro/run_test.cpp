// SPDX-License-Identifier: MIT
#include "leat/coro/run.hpp"

#include <optional>
#include <stdexcept>

#include <unistd.h>

#include "leat/coro/event.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/task_report.hpp"
#include "leat/coro/when_all.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

task<int> answer() {
  co_return 42;
}

}  // namespace

TEST_CASE("run: returns what main returns") {
  testing::test_loop loop;
  CHECK(loop.run(answer()) == 42);
}

TEST_CASE("run: rethrows what main throws") {
  testing::test_loop loop;
  const auto fails = []() -> task<void> {
    throw std::runtime_error("boom");
    co_return;
  };
  CHECK_THROWS_WITH_AS(loop.run(fails()), "boom", std::runtime_error);
}

TEST_CASE("run: can be called again on the same loop") {
  testing::test_loop loop;
  CHECK(loop.run(answer()) == 42);
  CHECK(loop.run(answer()) == 42);
}

LEAT_ASYNC_TEST("run: inside a running loop is refused, and the message says what to do") {
  CHECK_THROWS_WITH_AS(leat::run(answer()),
                       "run() was called on a thread whose loop is already running: co_await the "
                       "task, or spawn it in a task group",
                       nested_run);
  co_return;
}

TEST_CASE("run: a main that can never go on fails at once as a deadlock") {
  testing::test_loop loop;
  event never;
  const auto waits = [](event& awaited) -> task<void> { co_await awaited.wait(); };
  CHECK_THROWS_AS(loop.run(waits(never)), deadlock);
}

TEST_CASE("run: a deadlock unwinds what waits") {
  testing::test_loop loop;
  event never;
  bool cleaned = false;
  const auto waits = [](event& awaited, bool& flag) -> task<void> {
    struct cleanup {
      bool& flag;
      explicit cleanup(bool& at_end) : flag(at_end) {}
      cleanup(const cleanup&) = delete;
      cleanup& operator=(const cleanup&) = delete;
      ~cleanup() { flag = true; }
    } guard(flag);
    co_await with_task_group([&awaited](task_group& group) -> task<void> {
      group.spawn([](event& e) -> task<void> { co_await e.wait(); }, std::ref(awaited));
      co_await awaited.wait();
    });
  };
  CHECK_THROWS_AS(loop.run(waits(never, cleaned)), deadlock);
  CHECK(cleaned);
}

TEST_CASE("run: a deadlock runs the cleanups of exit stacks and leaves no child behind") {
  const auto frames = leat::detail::local_frames.live_frames();
  event never;
  bool cleaned = false;
  const auto waits = [](event& awaited, bool& flag) -> task<void> {
    co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
      exits.callback([&flag]() -> task<void> {
        co_await sleep_for(1s);
        flag = true;
      });
      co_await with_task_group([&awaited](task_group& group) -> task<void> {
        group.spawn([](event& e) -> task<void> { co_await e.wait(); }, std::ref(awaited));
        co_return;
      });
    });
  };
  testing::test_loop loop;
  CHECK_THROWS_AS(loop.run(waits(never, cleaned)), deadlock);
  CHECK(cleaned);
  CHECK(leat::detail::local_frames.live_frames() == frames);
}

TEST_CASE("run: a reactor that fails leaves no child behind, and nobody waits for one") {
  class failing_reactor final : public io::reactor {
   public:
    void wait(deadline, bool) override { throw std::runtime_error("no more events"); }
    void poll() override {}
    void wake() noexcept override {}
  };
  const auto frames = leat::detail::local_frames.live_frames();
  testing::virtual_clock time;
  std::optional<spawned<void>> handle;
  std::size_t alive_at_end = 99;
  {
    io::loop loop(std::make_unique<failing_reactor>(), time);
    const auto nests = [](std::optional<spawned<void>>& kept, std::size_t& alive) -> task<void> {
      struct looks_at_end {
        explicit looks_at_end(std::size_t& into) noexcept : alive(into) {}
        looks_at_end(const looks_at_end&) = delete;
        looks_at_end& operator=(const looks_at_end&) = delete;
        ~looks_at_end() { alive = live_tasks(executor::current()).tasks.size(); }
        std::size_t& alive;
      };
      const looks_at_end at_end(alive);
      co_await with_task_group([&](task_group& group) -> task<void> {
        kept.emplace(group.spawn([]() -> task<void> {
          co_await with_task_group([](task_group& inner) -> task<void> {
            inner.spawn([]() -> task<void> {
              auto prepared = [](std::shared_ptr<int>) -> task<void> {
                co_return;
              }(std::make_shared<int>(1));
              co_await when_all(sleep_for(1h), sleep_for(2h));
              co_await std::move(prepared);
            });
            co_await sleep_for(1h);
          });
        }));
        group.spawn([]() -> task<void> { co_return; });
        co_await sleep_for(1h);
      });
    };
    CHECK_THROWS_AS(leat::run(loop, nests(handle, alive_at_end)), std::runtime_error);
  }
  CHECK(leat::detail::local_frames.live_frames() == frames);
  CHECK(alive_at_end <= 1);  // itself
  REQUIRE(handle.has_value());
  CHECK(handle->is_done());
}

TEST_CASE("run: says why it was stopped") {
  testing::test_loop loop;
  cancel_scope scope;
  scope.cancel(stop_reason::shutdown);
  const auto sleeps = []() -> task<void> { co_await sleep_for(1h); };
  CHECK(loop.run(sleeps(), scope).reason() == stop_reason::shutdown);
}

TEST_CASE("run: the arguments of main are destroyed while its loop is still the current one") {
  struct notes_loop {
    bool* had_loop;
    explicit notes_loop(bool& into) : had_loop(&into) {}
    notes_loop(notes_loop&& other) noexcept : had_loop(std::exchange(other.had_loop, nullptr)) {}
    notes_loop& operator=(notes_loop&&) = delete;
    ~notes_loop() {
      if (had_loop != nullptr) *had_loop = executor::current_or_null() != nullptr;
    }
  };
  bool had_loop = false;
  const auto main = [](notes_loop) -> task<void> { co_return; };
  testing::test_loop loop;

  loop.run(main(notes_loop(had_loop)));

  CHECK(had_loop);
}

TEST_CASE("test harness: a test that leaves a descriptor open fails") {
  static int leaked = -1;
  const auto body = [](testing::test_loop&) -> task<void> {
    leaked = ::dup(0);
    co_return;
  };
  CHECK_THROWS_AS(testing::run_test(body), std::logic_error);
  ::close(leaked);
}

TEST_CASE("test harness: a test that leaves a task alive fails") {
  static std::optional<task<int>> leaked;
  const auto body = [](testing::test_loop&) -> task<void> {
    leaked.emplace(answer());
    co_return;
  };
  CHECK_THROWS_AS(testing::run_test(body), std::logic_error);
  leaked.reset();
}
