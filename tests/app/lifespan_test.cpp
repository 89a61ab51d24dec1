// SPDX-License-Identifier: MIT
#include <algorithm>
#include <csignal>
#include <optional>
#include <stdexcept>

#include "leat/app/error.hpp"
#include "leat/app/program.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/testing/cancellation.hpp"

#include "app/program_world.hpp"
#include "support/async_test.hpp"

using namespace leat;
using app::program;
using app::run_lifespan;

namespace {

using lines = std::vector<std::string>;

/// A resource whose opening and closing take time and are noted.
struct noted_resource {
  program_world* world;
  std::string name;
  bool refuses = false;

  task<void> enter() {
    co_await sleep_for(1ms);
    if (refuses) throw std::runtime_error(name + " cannot be opened");
    world->note(name + " opened");
  }
  task<void> exit(const exit_status&) {
    co_await sleep_for(1ms);
    world->note(name + " closed");
  }
};

/// A life with `work`, whose end is waited for beside `script`.
task<int> beside(app::program_options options, std::function<task<void>(program&)> work,
                 std::function<task<void>()> script) {
  int status = -1;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&status, &options, &work]() -> task<void> {
      status = co_await run_lifespan(std::move(options), work);
    });
    co_await script();
  });
  co_return status;
}

task<void> hang() {
  co_await sleep_for(1h);
}

task<void> one_turn() {
  co_await yield_now();
}

task<void> until_asked(program& self) {
  self.set_ready();
  co_await self.wait_stop_requested();
}

}  // namespace

LEAT_ASYNC_TEST("lifespan: start-up comes in order and shutdown last first, once, on SIGTERM") {
  program_world world;
  const auto work = [&world](program& self) -> task<void> {
    co_await self.exits().enter(noted_resource{&world, "database"});
    co_await self.exits().enter(noted_resource{&world, "cache"});
    world.note("ready");
    co_await until_asked(self);
    world.note("asked");
  };

  const int status = co_await beside(world.options(), work, [&]() -> task<void> {
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
  });

  CHECK(status == 0);
  CHECK(world.notes == lines{"database opened", "cache opened", "ready", "asked", "cache closed",
                             "database closed", "log ends"});
  CHECK(world.log == lines{"application_startup app_name=demo", "signal received signal=15",
                           "application_shutdown app_name=demo"});
  CHECK(world.unlogged.empty());
}

LEAT_ASYNC_TEST("lifespan: the end is the same on SIGINT, without a signal, and asked for inside") {
  for (const std::string how : {"signal", "return", "request"}) {
    CAPTURE(how);
    program_world world;
    const auto work = [&](program& self) -> task<void> {
      co_await self.exits().enter(noted_resource{&world, "database"});
      self.set_ready();
      if (how == "return") co_return;
      if (how == "request") self.lifecycle().request_stop();
      if (how == "signal") world.signals.send(SIGINT);
      co_await self.wait_stop_requested();
    };

    const int status = co_await run_lifespan(world.options(), work);

    CHECK(status == 0);
    CHECK(world.notes == lines{"database opened", "database closed", "log ends"});
    CHECK(world.times_logged("application_shutdown") == 1);
  }
}

LEAT_ASYNC_TEST("lifespan: a start-up that fails unwinds, says why once, and the status is 1") {
  program_world world;
  const int status = co_await run_lifespan(world.options(), [&world](program& self) -> task<void> {
    co_await self.exits().enter(noted_resource{&world, "database"});
    co_await self.exits().enter(noted_resource{&world, "cache", true});
    world.note("never");
  });

  CHECK(status == 1);
  CHECK(world.notes == lines{"database opened", "database closed", "log ends"});
  CHECK(world.log == lines{"application_failure app_name=demo error=\"cache cannot be opened\"",
                           "application_shutdown app_name=demo"});
}

LEAT_ASYNC_TEST("lifespan: a configuration that is not valid is told before there is a log") {
  program_world world;
  bool has_begun = false;
  const int status = co_await run_lifespan(world.options("[inscription]\nlevel = \"loud\"\n"),
                                           [&has_begun](program&) -> task<void> {
                                             has_begun = true;
                                             co_return;
                                           });

  CHECK(status == 1);
  CHECK_FALSE(has_begun);
  REQUIRE(world.unlogged.size() == 1);
  CHECK(world.unlogged[0].find("line 2") != std::string::npos);
  CHECK(world.log.empty());
}

LEAT_ASYNC_TEST("lifespan: SIGTERM during start-up cancels it where it stands, and unwinds") {
  program_world world;
  const auto work = [&world](program& self) -> task<void> {
    co_await self.exits().enter(noted_resource{&world, "database"});
    co_await sleep_for(1h);  // a dependency that does not come
    world.note("never");
  };

  const int status = co_await beside(world.options(), work, [&]() -> task<void> {
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
  });

  CHECK(status == 0);
  CHECK(loop.elapsed() < 2s);
  CHECK(world.notes == lines{"database opened", "database closed", "log ends"});
  CHECK_FALSE(world.has_logged("application_startup"));
  CHECK(world.times_logged("application_shutdown") == 1);
}

LEAT_ASYNC_TEST("lifespan: SIGTERM while the configuration is awaited ends it as well") {
  program_world world;
  auto options = world.options();
  options.prepare.acquire = [](const app::acquisition&) -> task<app::configuration> {
    co_await sleep_for(1h);
    co_return app::configuration();
  };
  world.signals.send(SIGTERM);

  const int status = co_await run_lifespan(std::move(options), [](program&) -> task<void> {
    FAIL_CHECK("the work has begun");
    co_return;
  });

  CHECK(status == 0);
  CHECK(loop.elapsed() < 1s);
}

LEAT_ASYNC_TEST("lifespan: work that does not end is cancelled when its times are over") {
  program_world world;
  auto options = world.options();
  options.limits.notice = 1s;
  options.limits.drain = 2s;
  options.limits.settle = 4s;
  const int status =
      co_await run_lifespan(std::move(options), [&world](program& self) -> task<void> {
        self.exits().callback([&world] { world.note("closed"); });
        self.set_ready();
        world.signals.send(SIGTERM);
        co_await sleep_for(1h);
        world.note("never");
      });

  CHECK(status == 0);
  CHECK(loop.elapsed() == 7s);
  CHECK(world.notes == lines{"closed", "log ends"});
  CHECK(world.has_logged("stopping what has not ended in time"));
}

LEAT_ASYNC_TEST("lifespan: a cleanup that hangs costs its time, and not the next one") {
  program_world world;
  auto options = world.options();
  options.limits.cleanup = exit_limits(3s, 10s);
  const int status = co_await run_lifespan(std::move(options), [&](program& self) -> task<void> {
    self.exits().callback([&world] { world.note("first closed"); });
    self.exits().callback(&hang);
    co_return;
  });

  CHECK(status == 0);
  CHECK(loop.elapsed() == 10s + 5s + 3s);  // drain and settle of the defaults, then its own
  CHECK(world.notes == lines{"first closed", "log ends"});
  CHECK(loop.take_reports().size() == 1);
}

LEAT_ASYNC_TEST("lifespan: a cleanup that throws is told, the others run, and the status is 1") {
  program_world world;
  const int status = co_await run_lifespan(world.options(), [&](program& self) -> task<void> {
    self.exits().callback([&world] { world.note("first closed"); });
    self.exits().callback([] { throw std::runtime_error("cannot be closed"); });
    co_return;
  });

  CHECK(status == 1);
  CHECK(world.notes == lines{"first closed", "log ends"});
  CHECK(world.times_logged("error=\"cannot be closed\"") == 1);
}

LEAT_ASYNC_TEST("lifespan: a second signal cancels at once, and is the status") {
  program_world world;
  const auto work = [&world](program& self) -> task<void> {
    self.exits().callback([&world] { world.note("closed"); });
    self.set_ready();
    co_await sleep_for(1h);
  };

  const int status = co_await beside(world.options(), work, [&]() -> task<void> {
    co_await sleep_for(1s);
    world.signals.send(SIGTERM);
    co_await sleep_for(1s);
    world.signals.send(SIGINT);
  });

  CHECK(status == app::program_status::forced_by_signal + SIGINT);
  CHECK(loop.elapsed() == 2s);
  CHECK(world.notes == lines{"closed", "log ends"});
  CHECK(world.times_logged("stopping at once") == 1);
  CHECK(world.times_logged("application_shutdown") == 1);
}

LEAT_ASYNC_TEST("lifespan: work may have a status of its own") {
  program_world world;
  CHECK(co_await run_lifespan(world.options(), [](program&) -> task<int> { co_return 3; }) == 3);
}

LEAT_ASYNC_TEST("lifespan: readiness is over as soon as it is asked to stop") {
  program_world world;
  const int status = co_await run_lifespan(world.options(), [&](program& self) -> task<void> {
    CHECK(self.lifecycle().phase() == app::phase::starting);
    CHECK_FALSE(self.lifecycle().has_started());
    self.set_ready();
    CHECK(self.lifecycle().is_ready());
    world.signals.send(SIGTERM);
    co_await self.wait_stop_requested();
    CHECK_FALSE(self.lifecycle().is_ready());
    CHECK(self.lifecycle().has_started());
    self.set_ready();
    CHECK(self.lifecycle().phase() == app::phase::stopping);
  });
  CHECK(status == 0);
  CHECK(world.times_logged("application_startup") == 1);
}

LEAT_ASYNC_TEST("lifespan: other signals are noted and change nothing") {
  program_world world;
  const int status = co_await run_lifespan(world.options(), [&](program& self) -> task<void> {
    self.set_ready();
    world.signals.send(SIGUSR2);
    co_await some_turns();
    CHECK(self.lifecycle().is_ready());
  });
  CHECK(status == 0);
}

LEAT_ASYNC_TEST("lifespan: a negative limit is refused") {
  program_world world;
  auto options = world.options();
  options.limits.drain = -1s;
  CHECK_THROWS_AS(static_cast<void>(co_await run_lifespan(
                      std::move(options), [](program&) -> task<void> { co_return; })),
                  invalid_argument);
}

TEST_CASE("lifespan: cancelled anywhere it leaves nothing, and what was opened is closed") {
  std::optional<program_world> world;
  const auto report = testing::for_each_cancellation(
      [&world]() -> task<void> {
        world.emplace();
        static_cast<void>(
            co_await run_lifespan(world->options(), [&of = *world](program& self) -> task<void> {
              co_await self.exits().enter(noted_resource{&of, "database"});
              self.background().start("beat", {.interval = 2ms}, one_turn);
              self.set_ready();
              co_await self.lifecycle().wait_started();
              co_await sleep_for(5ms);
              of.signals.send(SIGTERM);
              co_await self.wait_stop_requested();
            }));
      },
      [&world](const outcome<void>&) {
        CHECK(std::ranges::count(world->notes, "database opened") ==
              std::ranges::count(world->notes, "database closed"));
      });
  CHECK(report.stopped > 10);
}

LEAT_ASYNC_TEST(
    "lifespan: the metrics say which program they are of, unless it does not want that") {
  for (const bool shows : {true, false}) {
    program_world world;
    auto options = world.options();
    options.prepare.application = app::application("demo", "", "1.2");
    options.shows_app_info = shows;
    std::string page;
    const int status = co_await run_lifespan(std::move(options), [&](program& self) -> task<void> {
      page = self.metrics().to_text();
      co_return;
    });
    CHECK(status == 0);
    const bool is_shown =
        page.find("app_info{name=\"demo\",version=\"1.2\"} 1") != std::string::npos;
    CHECK(is_shown == shows);
  }
}
