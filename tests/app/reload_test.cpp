// SPDX-License-Identifier: MIT
#include "leat/app/reload.hpp"

#include <csignal>
#include <optional>

#include "leat/app/error.hpp"
#include "leat/app/secret.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/model/describe.hpp"
#include "leat/testing/cancellation.hpp"

#include "app/imaginary_files.hpp"
#include "app/program_world.hpp"
#include "support/async_test.hpp"

using namespace leat;
using app::program;
using app::run_lifespan;

namespace {

struct limits_settings {
  int rate = 5;
  std::chrono::nanoseconds pause = 1s;
  app::secret password{};
};
BOOST_DESCRIBE_STRUCT(limits_settings, (), (rate, pause, password))
consteval auto leat_rules(const limits_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&limits_settings::rate>(range(1, 100)));
}

const std::string path = "/etc/demo.toml";

/// A program whose configuration is a file that a test can change.
struct reloading_world : program_world {
  std::shared_ptr<imaginary_files> disk = std::make_shared<imaginary_files>();
  std::vector<int> rates;
  std::vector<std::string> passwords;

  app::program_options file_options(std::string toml) {
    disk->contents[path] = std::move(toml);
    auto made = options();
    made.prepare.source = app::configuration_source::file(path);
    made.prepare.disk = disk;
    made.prepare.variables = app::environment({{"HOME", "/home/ann"}, {"DEMO_SECRET", "hunter2"}});
    made.prepare.checks = {app::fits<limits_settings>("limits")};
    return made;
  }

  void declare(program& self) {
    self.reloads().declare<limits_settings>("limits", [this](const limits_settings& now) {
      rates.push_back(now.rate);
      passwords.push_back(now.password.reveal());
    });
  }

  /// A program with `before` in its file, which then becomes `after` and is read again.
  task<bool> reload(std::string before, std::string after) {
    std::optional<bool> is_valid;
    co_await run_lifespan(file_options(std::move(before)), [&](program& self) -> task<void> {
      declare(self);
      self.set_ready();
      disk->contents[path] = after;
      is_valid = co_await self.reloads().run();
    });
    co_return is_valid.value();
  }
};

}  // namespace

LEAT_ASYNC_TEST("reload: what was declared takes effect, and one record says what has changed") {
  reloading_world world;
  CHECK(co_await world.reload("[limits]\nrate = 5\npause = \"1s\"\n",
                              "[limits]\nrate = 7\npause = \"2s\"\n"));
  CHECK(world.rates == std::vector<int>{7});
  CHECK(world.times_logged("configuration reloaded changed=\"limits.rate 5 -> 7, limits.pause "
                           "\\\"1s\\\" -> \\\"2s\\\"\" needs_restart=\"\"") == 1);
}

LEAT_ASYNC_TEST("reload: what was not declared is named and left alone") {
  reloading_world world;
  CHECK(co_await world.reload("[limits]\nrate = 5\n[server]\nport = 1\nname = \"a\"\n",
                              "[limits]\nrate = 6\n[server]\nport = 2\nname = \"b\"\nnew = 1\n"));
  CHECK(world.rates == std::vector<int>{6});
  CHECK(world.times_logged("needs_restart=\"server.port 1 -> 2, server.name, "
                           "server.new unset -> 1\"") == 1);
}

LEAT_ASYNC_TEST("reload: a file that is not valid changes nothing, and says where") {
  for (const std::string after :
       {"[limits]\nrate = 500\n", "[limits]\nrate = 7\nrat = 1\n", "[limits\nrate = 7\n",
        "[inscription]\nlevel = \"loud\"\n[limits]\nrate = 7\n"}) {
    CAPTURE(after);
    reloading_world world;
    CHECK_FALSE(co_await world.reload("[limits]\nrate = 5\n", after));
    CHECK(world.rates.empty());
    CHECK(world.times_logged("configuration not reloaded error=") == 1);
    CHECK(world.times_logged("/etc/demo.toml line ") == 1);
    CHECK_FALSE(world.has_logged("configuration reloaded"));
  }
}

LEAT_ASYNC_TEST("reload: a file that has gone changes nothing") {
  reloading_world world;
  co_await run_lifespan(world.file_options("[limits]\nrate = 5\n"),
                        [&world](program& self) -> task<void> {
                          world.declare(self);
                          self.set_ready();
                          world.disk->contents.erase(path);
                          CHECK_FALSE(co_await self.reloads().run());
                          CHECK(self.reloads().current().at("limits.rate").as_integer() == 5);
                        });
  CHECK(world.rates.empty());
}

LEAT_ASYNC_TEST("reload: nothing is said of secrets but that they have changed") {
  reloading_world world;
  CHECK(
      co_await world.reload("[limits]\npassword = \"letmein\"\n[other]\ntoken = 12345\n",
                            "[limits]\npassword = \"env:DEMO_SECRET\"\n[other]\ntoken = 67890\n"));
  CHECK(world.passwords == std::vector<std::string>{"hunter2"});
  CHECK(world.times_logged("changed=limits.password") == 1);
  for (const char* secret : {"letmein", "hunter2", "12345", "67890"}) {
    CHECK_FALSE(world.has_logged(secret));
  }
}

LEAT_ASYNC_TEST("reload: a secret that cannot be found refuses all of it") {
  reloading_world world;
  CHECK_FALSE(co_await world.reload("[limits]\nrate = 5\n",
                                    "[limits]\nrate = 6\npassword = \"env:NOWHERE\"\n"));
  CHECK(world.rates.empty());
  CHECK(world.has_logged("NOWHERE"));
}

LEAT_ASYNC_TEST("reload: an equal file is no change, wherever its lines are") {
  reloading_world world;
  CHECK(co_await world.reload("[limits]\nrate = 5\n", "\n\n[limits]\n# the same\nrate = 5\n"));
  CHECK(world.rates.empty());
  CHECK(world.times_logged("configuration unchanged") == 1);
}

LEAT_ASYNC_TEST("reload: SIGHUP does it, for the level of the log too") {
  reloading_world world;
  co_await run_lifespan(world.file_options("[inscription]\nlevel = \"info\"\n"),
                        [&world](program& self) -> task<void> {
                          self.set_ready();
                          self.logger().debug("before");
                          world.disk->contents[path] = "[inscription]\nlevel = \"debug\"\n";
                          world.signals.send(SIGHUP);
                          while (!world.has_logged("configuration reloaded")) co_await yield_now();
                          self.logger().debug("after");
                          world.disk->contents[path] = "[inscription]\nlevel = \"error\"\n";
                          world.signals.send(SIGHUP);
                          while (world.times_logged("configuration reloaded") < 2) {
                            co_await yield_now();
                          }
                          self.logger().warn("at last");
                        });
  CHECK_FALSE(world.has_logged("before"));
  CHECK(world.has_logged("after"));
  CHECK_FALSE(world.has_logged("at last"));
  CHECK(world.times_logged("changed=inscription.level") == 2);
}

LEAT_ASYNC_TEST(
    "reload: of how a program logs only the level takes effect, and the rest is named") {
  reloading_world world;
  CHECK(co_await world.reload(
      "[inscription]\nlevel = \"warn\"\nfile = \"/var/log/a\"\nmode = \"append\"\n",
      "[inscription]\nlevel = \"info\"\nfile = \"/var/log/b\"\nmode = \"rotate\"\n"
      "max_bytes = 2000\nkept_files = 3\npresentation = \"json\"\n"));
  CHECK(world.times_logged("configuration reloaded changed=inscription.level "
                           "needs_restart=\"inscription.file, inscription.mode, "
                           "inscription.max_bytes unset -> 2000, "
                           "inscription.kept_files unset -> 3, "
                           "inscription.presentation\"") == 1);
}

LEAT_ASYNC_TEST("reload: a SIGHUP during start-up waits until that is complete") {
  reloading_world world;
  co_await run_lifespan(world.file_options("[limits]\nrate = 5\n"),
                        [&world](program& self) -> task<void> {
                          world.signals.send(SIGHUP);
                          co_await sleep_for(1s);
                          world.disk->contents[path] = "[limits]\nrate = 9\n";
                          CHECK_FALSE(world.has_logged("configuration"));
                          world.declare(self);
                          self.set_ready();
                          while (world.rates.empty()) co_await yield_now();
                        });
  CHECK(world.rates == std::vector<int>{9});
}

TEST_CASE("reload: reloads::run cancelled anywhere, all of it takes effect or nothing") {
  std::optional<reloading_world> world;
  const auto report = testing::for_each_cancellation(
      [&world]() -> task<void> {
        world.emplace();
        world->disk->delay = [] { return 1ms; };
        static_cast<void>(co_await world->reload("[limits]\nrate = 5\n", "[limits]\nrate = 6\n"));
      },
      [&world](const outcome<void>&) {
        CHECK(world->rates.size() ==
              static_cast<std::size_t>(world->times_logged("configuration reloaded")));
      });
  CHECK(report.stopped > 5);
}
