// SPDX-License-Identifier: MIT
#include "leat/app/health.hpp"

#include <optional>
#include <stdexcept>

#include "leat/app/program.hpp"
#include "leat/base/error.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/cancellation.hpp"

#include "app/program_world.hpp"
#include "support/async_test.hpp"

using namespace leat;
using app::health_checks;
using app::health_status;

namespace {

task<void> is_well() {
  co_await sleep_for(3ms);
}
task<void> hangs() {
  co_await sleep_for(1h);
}
task<void> refuses() {
  throw std::runtime_error("password=hunter2 was not accepted by db.internal");
  co_return;
}

}  // namespace

LEAT_ASYNC_TEST("health: nothing to check is healthy") {
  health_checks checks;
  const auto report = co_await checks.run();
  CHECK(report.status == health_status::healthy);
  CHECK(report.dependencies.empty());
}

LEAT_ASYNC_TEST("health: every dependency is checked side by side, within its own time") {
  health_checks checks;
  checks.add("database", is_well);
  checks.add("hanging", hangs, {.timeout = 200ms});
  checks.add("slow", [] { return hangs(); }, {.timeout = 500ms});

  const auto report = co_await checks.run();

  CHECK(loop.elapsed() == 500ms);
  CHECK(report.status == health_status::unhealthy);
  REQUIRE(report.dependencies.size() == 3);
  CHECK(report.dependencies[0].name == "database");
  CHECK(report.dependencies[0].is_healthy);
  CHECK(report.dependencies[0].latency == 3ms);
  CHECK_FALSE(report.dependencies[0].error);
  CHECK_FALSE(report.dependencies[1].is_healthy);
  CHECK(report.dependencies[1].latency == 200ms);
  CHECK(report.dependencies[1].error == "no answer within 200ms");
  CHECK(report.dependencies[2].error == "no answer within 500ms");
}

LEAT_ASYNC_TEST("health: without what it needs it is unhealthy, without the rest degraded") {
  health_checks checks;
  checks.add("cache", refuses, {.is_required = false});
  CHECK((co_await checks.run()).status == health_status::degraded);
  checks.add("database", refuses);
  CHECK((co_await checks.run()).status == health_status::unhealthy);
}

LEAT_ASYNC_TEST("health: what is told of an error has no secret, address or foreign text in it") {
  health_checks checks;
  checks.add("foreign", refuses);
  checks.add("unreachable", []() -> task<void> {
    throw io::connect_error("connect to db.internal:5432 as admin:hunter2 failed",
                            std::make_error_code(std::errc::connection_refused));
    co_return;
  });
  // Not even a coroutine: it throws before there is a task.
  checks.add("at once", []() -> task<void> { throw invalid_argument("token=abc"); });

  const auto report = co_await checks.run();

  CHECK(report.dependencies[0].error == "the check failed");
  CHECK(report.dependencies[1].error->ends_with(": Connection refused"));
  for (const auto& each : report.dependencies) {
    CAPTURE(*each.error);
    for (const char* hidden : {"hunter2", "db.internal", "5432", "abc"}) {
      CHECK(each.error->find(hidden) == std::string::npos);
    }
  }
}

LEAT_ASYNC_TEST("health: the log is told when a dependency changes, not at each check") {
  program_world world;
  const int status =
      co_await app::run_lifespan(world.options(), [&](app::program& self) -> task<void> {
        bool is_up = false;
        self.health().add("database", [&is_up]() -> task<void> {
          if (!is_up) throw std::runtime_error("db.internal is down");
          co_return;
        });
        self.set_ready();
        for (int i = 0; i < 3; ++i) co_await self.check_health();
        CHECK(world.times_logged(
                  "dependency is not healthy dependency=database error=\"db.internal is down\"") ==
              1);
        is_up = true;
        for (int i = 0; i < 3; ++i) co_await self.check_health();
        CHECK(world.times_logged("dependency is healthy again dependency=database") == 1);
      });
  CHECK(status == 0);
}

LEAT_ASYNC_TEST("health: a program that is not ready is unhealthy, however its dependencies are") {
  program_world world;
  co_await app::run_lifespan(world.options(), [](app::program& self) -> task<void> {
    CHECK((co_await self.check_health()).status == health_status::unhealthy);
    self.set_ready();
    CHECK((co_await self.check_health()).status == health_status::healthy);
    self.lifecycle().request_stop();
    CHECK((co_await self.check_health()).status == health_status::unhealthy);
  });
}

LEAT_ASYNC_TEST("health: a check without a limit, and a name that is taken, are refused") {
  health_checks checks;
  CHECK_THROWS_AS(checks.add("a", is_well, {.timeout = no_timeout}), invalid_argument);
  CHECK_THROWS_AS(checks.add("a", is_well, {.timeout = -1s}), invalid_argument);
  checks.add("a", is_well);
  CHECK_THROWS_AS(checks.add("a", is_well), invalid_argument);
  co_return;
}

TEST_CASE("health: health_checks::run and program::check_health can be cancelled anywhere") {
  std::optional<program_world> world;
  const auto report = testing::for_each_cancellation([&world]() -> task<void> {
    world.emplace();
    static_cast<void>(
        co_await app::run_lifespan(world->options(), [](app::program& self) -> task<void> {
          self.health().add("well", is_well);
          self.health().add("hanging", hangs, {.timeout = 10ms});
          co_await self.health().run();
          co_await self.check_health();
        }));
  });
  CHECK(report.stopped > 5);
}
