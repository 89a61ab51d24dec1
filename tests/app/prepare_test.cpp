// SPDX-License-Identifier: MIT
#include "leat/app/prepare.hpp"

#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "leat/app/error.hpp"
#include "leat/app/secret.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/log/backend.hpp"
#include "leat/log/sink.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/json.hpp"
#include "leat/testing/async_test.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/random.hpp"

#include "app/imaginary_files.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::app;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

const environment process({{"HOME", "/home/ann"}, {"DEMO_CONFIG_SERVER__PORT", "9000"}});

/// Logs to nowhere, and notes that it was begun and ended.
inscriber noting_inscriber(lines& notes) {
  return [&notes](const inscription&, std::string, exit_stack& exits) -> task<log::logger> {
    notes.emplace_back("log begins");
    exits.callback([&notes] { notes.emplace_back("log ends"); });
    co_await yield_now();
    co_return log::logger();
  };
}

inscriber silent = [](const inscription&, std::string, exit_stack&) -> task<log::logger> {
  co_return log::logger();
};

std::shared_ptr<imaginary_files> demo_files() {
  auto disk = std::make_shared<imaginary_files>();
  disk->contents["/opt/demo/share/demo/data/configuration/general.toml"] =
      "includes = [\"conf.d\"]\n[server]\nport = 1\nlog = \"{user_state}/log\"\n";
  disk->contents["/home/ann/.config/demo/conf.d/a.toml"] = "[server]\nname = \"a\"\n";
  disk->contents[".env"] = "FROM_FILE=local\nDEMO_CONFIG_SERVER__SIZE=5\n";
  return disk;
}

prepare_options demo_options(std::shared_ptr<imaginary_files> disk) {
  prepare_options options;
  options.search = distribution_search{.name = "demo", .installed = "../share/demo"};
  options.variables = process;
  options.reads_dotenv = true;
  options.makes_directories = true;
  options.edits = {set_entry("edited", true)};
  options.inscribe = silent;
  options.disk = std::move(disk);
  return options;
}

const lines all_steps{"environment", "distribution", "application", "directories", "configuration",
                      "dotenv",      "edits",        "overrides",   "inscription", "report"};

struct server_settings {
  int port = 0;
  secret password{};
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (port, password))

consteval auto leat_rules(const server_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&server_settings::port>(range(1, 65535)));
}

template <class Error>
task<std::optional<Error>> error_of(prepare_options options) {
  exit_stack exits;
  std::optional<Error> found;
  try {
    static_cast<void>(co_await prepare(exits, std::move(options)));
  } catch (const Error& e) {
    found = e;
  }
  co_await exits.close();
  co_return found;
}

/// What is in force for each of `names`, where a variable may be set in three places.
task<environment> variables_of(environment::variables in_process, std::string project,
                               std::string local, std::string configured,
                               environment::variables overlay, bool is_editable) {
  auto disk = std::make_shared<imaginary_files>();
  if (!project.empty()) disk->contents["/tree/.env"] = project;
  if (!local.empty()) disk->contents[".env"] = local;
  if (!configured.empty()) disk->contents["/home/ann/.config/demo/environment"] = configured;
  in_process.emplace("HOME", "/home/ann");
  prepare_options options;
  options.application = application("demo");
  options.distribution = distribution("demo", "/tree", is_editable);
  options.variables = environment(std::move(in_process));
  options.overlay = std::move(overlay);
  options.reads_dotenv = true;
  options.source =
      configuration_source::text("[locations]\nenvironment = \"{user_configuration}/environment\"");
  options.inscribe = silent;
  options.disk = disk;
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  co_await exits.close();
  co_return made.variables();
}

}  // namespace

LEAT_ASYNC_TEST("prepare: gives everything that was asked for, and keeps the caller's stack open") {
  const auto disk = demo_files();
  exit_stack exits;
  const globals made = co_await prepare(exits, demo_options(disk));
  CHECK(made.application() == application("demo"));
  CHECK(made.distribution() == distribution("demo", "/opt/demo/share/demo"));
  CHECK(made.directories().cache == "/home/ann/.cache/demo");
  CHECK(made.variables().find("FROM_FILE") == "local");
  CHECK(made.configuration() ==
        configuration::parse("edited = true\n[server]\nport = 9000\nsize = 5\nname = \"a\"\n"
                             "log = \"/home/ann/.local/state/demo/log\""));
  CHECK(&made.exits() == &exits);
  CHECK(disk->made.size() == 4);
  CHECK(made.as_dictionary().at("directories").at("state").as_string() ==
        "/home/ann/.local/state/demo");
  exits.callback([] {});
  co_await exits.close();
}

TEST_CASE("prepare: takes its steps in the same order in a hundred runs with random delays") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    testing::test_loop loop;
    testing::random_source random(seed);
    const auto disk = demo_files();
    disk->delay = [&random] { return random.up_to(50ms); };
    lines steps;
    auto options = demo_options(disk);
    options.observer = [&steps](prepare_step step) { steps.emplace_back(to_string(step)); };
    loop.run([](prepare_options with) -> task<void> {
      exit_stack exits;
      static_cast<void>(co_await prepare(exits, std::move(with)));
      co_await exits.close();
    }(std::move(options)));
    REQUIRE(steps == all_steps);
  }
}

TEST_CASE("prepare: failed at each of its calls it unwinds in reverse and keeps the error") {
  std::size_t failed = 0;
  for (std::size_t call = 1;; ++call) {
    testing::test_loop loop;
    const auto before = testing::resource_count::now();
    const auto disk = demo_files();
    disk->failing_call = call;
    lines notes;
    auto options = demo_options(disk);
    options.inscribe = noting_inscriber(notes);
    std::string told;
    loop.run([](prepare_options with, lines& noted, std::string& message) -> task<void> {
      try {
        co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
          exits.callback([&noted] { noted.emplace_back("first ends"); });
          static_cast<void>(co_await prepare(exits, std::move(with)));
        });
      } catch (const configuration_error& e) {
        message = e.what();
      }
    }(std::move(options), notes, told));
    CHECK(testing::resource_count::now() == before);
    if (disk->calls < call) {
      CHECK(told.empty());
      CHECK(notes == lines{"log begins", "log ends", "first ends"});
      break;
    }
    ++failed;
    CHECK(told.find("planted") != std::string::npos);
    CHECK(notes == lines{"first ends"});
  }
  CHECK(failed >= 10);
}

LEAT_ASYNC_TEST("prepare: what an acquirer, an edit or an inscriber throws comes out unchanged") {
  auto options = demo_options(demo_files());
  options.acquire = [](const acquisition&) -> task<configuration> {
    co_await yield_now();
    throw leat::limit_exceeded("planted");
  };
  const auto from_acquirer = co_await error_of<leat::limit_exceeded>(std::move(options));
  CHECK(from_acquirer.has_value());

  auto editing = demo_options(demo_files());
  editing.edits = {update_entry("nothing", 1)};
  const auto from_edit = co_await error_of<address_locate_failure>(std::move(editing));
  CHECK(from_edit.has_value());

  auto logging = demo_options(demo_files());
  logging.inscribe = [](const inscription&, std::string, exit_stack&) -> task<log::logger> {
    co_await yield_now();
    throw leat::limit_exceeded("planted");
  };
  const auto from_inscriber = co_await error_of<leat::limit_exceeded>(std::move(logging));
  CHECK(from_inscriber.has_value());
}

TEST_CASE("prepare: cancelled anywhere it leaves nothing, and every cleanup runs once") {
  lines notes;
  const auto report = testing::for_each_cancellation(
      [&]() -> task<void> {
        notes.clear();
        const auto disk = demo_files();
        disk->delay = [] { return 1ms; };
        auto options = demo_options(disk);
        options.inscribe = noting_inscriber(notes);
        options.checks = {fits<server_settings>("other")};
        co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
          exits.callback([&notes] { notes.emplace_back("first ends"); });
          static_cast<void>(co_await prepare(exits, std::move(options)));
        });
      },
      [&](const outcome<void>&) {
        CHECK((notes.empty() || notes.back() == "first ends"));
        CHECK(std::ranges::count(notes, "log begins") == std::ranges::count(notes, "log ends"));
      });
  CHECK(report.stopped > 20);
}

LEAT_ASYNC_TEST("prepare: goes side by side with other work on the same stack") {
  lines notes;
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    auto options = demo_options(demo_files());
    options.inscribe = noting_inscriber(notes);
    const auto open_pool = [](exit_stack& stack, lines& noted) -> task<int> {
      co_await sleep_for(1ms);
      stack.callback([&noted] { noted.emplace_back("pool ends"); });
      co_return 1;
    };
    const auto [made, pool] =
        co_await when_all(prepare(exits, std::move(options)), open_pool(exits, notes));
    CHECK(made.application().name() == "demo");
    CHECK(pool == 1);
  });
  CHECK(notes == lines{"log begins", "pool ends", "log ends"});
}

LEAT_ASYNC_TEST("prepare: a custom acquirer's configuration has edits and overrides too") {
  auto options = demo_options(demo_files());
  options.acquire = [](const acquisition& from) -> task<configuration> {
    co_await sleep_for(1s);
    co_return configuration()
        .with("server.port", 5)
        .with("home", "{user_home}")
        .with("who", from.application.name());
  };
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.configuration() ==
        configuration::parse("edited = true\nhome = \"/home/ann\"\nwho = \"demo\"\n"
                             "server = {port = 9000, size = 5}"));
  co_await exits.close();
}

LEAT_ASYNC_TEST("prepare: an edit sees variables from files and from the overlay") {
  auto options = demo_options(demo_files());
  options.overlay = {{"OVERLAID", "yes"}};
  options.edits = {[](const configuration& before, const environment& variables) {
    return before.with(
        "seen", variables.find("FROM_FILE").value_or("") + variables.find("OVERLAID").value_or(""));
  }};
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.configuration().at("seen").as_string() == "localyes");
  co_await exits.close();
}

LEAT_ASYNC_TEST("prepare: which source of a value wins, for configuration") {
  struct row {
    const char* description;
    bool has_include, has_second, has_edit, has_local, has_process, has_overlay;
    int expected;
  };
  // main file 1 < first include 2 < second include 3 < edit 4 < .env 5 < process 6 < overlay 7
  for (const auto& each : {
           row{"the main file alone", false, false, false, false, false, false, 1},
           row{"an include over it", true, false, false, false, false, false, 2},
           row{"a later include over that", true, true, false, false, false, false, 3},
           row{"an edit over files", true, true, true, false, false, false, 4},
           row{"a variable of .env over edits", true, true, true, true, false, false, 5},
           row{"one of the process over .env", true, true, true, true, true, false, 6},
           row{"the overlay over everything", true, true, true, true, true, true, 7},
           row{"the process without the rest", false, false, false, false, true, false, 6},
           row{"an edit without includes", false, false, true, false, false, false, 4},
       }) {
    CAPTURE(each.description);
    auto disk = std::make_shared<imaginary_files>();
    disk->contents["/main.toml"] = std::string("includes = [") +
                                   (each.has_include ? "\"/1.toml\", " : "") +
                                   (each.has_second ? "\"/2.toml\"" : "") + "]\nv = 1";
    disk->contents["/1.toml"] = "v = 2";
    disk->contents["/2.toml"] = "v = 3";
    if (each.has_local) disk->contents[".env"] = "DEMO_CONFIG_V=5";
    environment::variables variables{{"HOME", "/home/ann"}};
    if (each.has_process) variables["DEMO_CONFIG_V"] = "6";
    prepare_options options;
    options.application = application("demo");
    options.source = configuration_source::file("/main.toml");
    options.variables = environment(std::move(variables));
    if (each.has_overlay) options.overlay = {{"DEMO_CONFIG_V", "7"}};
    if (each.has_edit) options.edits = {set_entry("v", 4)};
    options.reads_dotenv = true;
    options.inscribe = silent;
    options.disk = disk;
    exit_stack exits;
    const globals made = co_await prepare(exits, std::move(options));
    CHECK(made.configuration().at("v").as_integer() == each.expected);
    co_await exits.close();
  }
}

LEAT_ASYNC_TEST("prepare: which source of a variable wins") {
  struct row {
    const char* description;
    const char *process, *project, *local, *configured, *overlay;
    bool is_editable;
    const char* expected;
  };
  for (const auto& each : {
           row{"nothing", "", "", "", "", "", false, ""},
           row{"the configured file", "", "", "", "c", "", false, "c"},
           row{"the local file over it", "", "", "l", "c", "", false, "l"},
           row{"the process over both", "p", "", "l", "c", "", false, "p"},
           row{"the overlay over the process", "p", "", "l", "c", "o", false, "o"},
           row{"the project's file, where it is developed", "", "d", "l", "c", "", true, "d"},
           row{"the process over that", "p", "d", "l", "c", "", true, "p"},
           row{"the project's file means nothing once installed", "", "d", "", "c", "", false, "c"},
           row{"without it a developer has the others", "", "", "l", "c", "", true, "l"},
       }) {
    CAPTURE(each.description);
    const auto file = [](const char* value) {
      return *value == '\0' ? std::string() : "V=" + std::string(value) + "\n";
    };
    const auto variable = [](const char* value) {
      return *value == '\0' ? environment::variables{} : environment::variables{{"V", value}};
    };
    const auto seen =
        co_await variables_of(variable(each.process), file(each.project), file(each.local),
                              file(each.configured), variable(each.overlay), each.is_editable);
    CHECK(seen.find("V").value_or("") == each.expected);
  }
}

LEAT_ASYNC_TEST("prepare: the project's file is exclusive, and others are merged") {
  const auto exclusive = co_await variables_of({}, "A=d", "B=l", "C=c", {}, true);
  CHECK(exclusive.find("A") == "d");
  CHECK_FALSE(exclusive.find("B"));
  CHECK_FALSE(exclusive.find("C"));
  const auto merged = co_await variables_of({}, "A=d", "B=l", "C=${B}c", {}, false);
  CHECK_FALSE(merged.find("A"));
  CHECK(merged.find("B") == "l");
  CHECK(merged.find("C") == "lc");
}

LEAT_ASYNC_TEST(
    "prepare: files of a folder are read by name, whatever they wait, later over earlier") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    testing::random_source random(seed);
    auto disk = std::make_shared<imaginary_files>();
    disk->delay = [&random] { return random.up_to(10ms); };
    disk->contents["/tree/.env/10.env"] = "V=10\nW=10";
    disk->contents["/tree/.env/20.env"] = "V=20\nX=${W}";
    disk->contents["/tree/.env/readme"] = "V=no";
    prepare_options options;
    options.distribution = distribution("demo", "/tree", true);
    options.variables = environment({{"HOME", "/home/ann"}});
    options.reads_dotenv = true;
    options.inscribe = silent;
    options.disk = disk;
    exit_stack exits;
    const globals made = co_await prepare(exits, std::move(options));
    CHECK(made.variables() ==
          environment({{"HOME", "/home/ann"}, {"V", "20"}, {"W", "10"}, {"X", "10"}}));
    co_await exits.close();
  }
}

LEAT_ASYNC_TEST("prepare: the local and the configured variables may be folders, too") {
  auto disk = std::make_shared<imaginary_files>();
  disk->contents[".env/a.env"] = "V=local\nW=local";
  disk->contents[".env/b.env"] = "W=later";
  disk->contents["/home/ann/.config/demo/environment/a.env"] = "V=configured\nX=configured";
  prepare_options options;
  options.application = application("demo");
  options.variables = environment({{"HOME", "/home/ann"}});
  options.reads_dotenv = true;
  options.source =
      configuration_source::text("[locations]\nenvironment = \"{user_configuration}/environment\"");
  options.inscribe = silent;
  options.disk = disk;
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.variables() ==
        environment({{"HOME", "/home/ann"}, {"V", "local"}, {"W", "later"}, {"X", "configured"}}));
  co_await exits.close();
}

LEAT_ASYNC_TEST("prepare: everything that is wrong is one error, each problem with its source") {
  auto disk = demo_files();
  disk->contents["/main.toml"] =
      "stray = \"{nothing}\"\n[server]\nport = \"x\"\nprot = 1\npassword = \"env:NOT_SET\"\n"
      "[inscription]\nlevel = \"basic_format\"\n[locations]\ncache = 3\n";
  disk->contents[".env"] = "A=1\n=x\n";
  auto options = demo_options(disk);
  options.variables = environment(
      {{"HOME", "/home/ann"}, {"DEMO_CONFIG_STRAY__X", "1"}, {"DEMO_LOG_LEVEL", "loud"}});
  options.source = configuration_source::file("/main.toml");
  options.checks = {fits<server_settings>("server")};
  lines notes;
  options.inscribe = noting_inscriber(notes);
  const auto found = co_await error_of<invalid_configuration>(std::move(options));
  REQUIRE(found.has_value());
  lines told;
  for (const auto& each : found->problems()) told.push_back(to_string(each));
  REQUIRE(told.size() == 9);
  CHECK(told[0].starts_with(".env line 2, column 1: "));
  CHECK(told[1].starts_with("environment variable DEMO_CONFIG_STRAY__X: "));
  CHECK(told[2].starts_with("/main.toml line 1, column 9: stray: has a name in braces"));
  CHECK(told[3].starts_with("/main.toml line 9, column 9: locations.cache: must be a path"));
  CHECK(told[4].starts_with("/main.toml line 7, column 9: inscription.level: must be one of"));
  CHECK(told[5].starts_with("environment variable DEMO_LOG_LEVEL: must be one of"));
  CHECK(told[6] == "/main.toml line 3, column 8: server.port: must be an integer: got a string");
  CHECK(told[7].starts_with("/main.toml line 4, column 8: server.prot: is not known"));
  CHECK(
      told[8].starts_with("/main.toml line 5, column 12: server.password: refers to the "
                          "environment variable NOT_SET"));
  CHECK(notes.empty());
}

LEAT_ASYNC_TEST("prepare: levels come from code, configuration and variables, in this order") {
  struct row {
    const char *configured, *log_level, *inscription_level;
    log::level expected;
  };
  for (const auto& each :
       {row{"", "", "", log::level::warn}, row{"error", "", "", log::level::error},
        row{"error", "debug", "", log::level::debug},
        row{"error", "debug", "Critical", log::level::critical},
        row{"", "", "warning", log::level::warn}}) {
    auto options = demo_options(demo_files());
    options.inscription.level = log::level::warn;
    options.source = configuration_source::text(
        *each.configured == '\0' ? std::string()
                                 : "inscription = {presentation = \"json\", level = \"" +
                                       std::string(each.configured) + "\"}");
    options.variables = environment({{"HOME", "/home/ann"},
                                     {"DEMO_LOG_LEVEL", each.log_level},
                                     {"DEMO_INSCRIPTION_LEVEL", each.inscription_level}});
    inscription seen;
    options.inscribe = [&seen](const inscription& how, std::string,
                               exit_stack&) -> task<log::logger> {
      seen = how;
      co_return log::logger();
    };
    exit_stack exits;
    static_cast<void>(co_await prepare(exits, std::move(options)));
    CHECK(seen.level == each.expected);
    CHECK(seen.presentation ==
          (*each.configured == '\0' ? log::presentation::plain : log::presentation::json));
    co_await exits.close();
  }
}

LEAT_ASYNC_TEST("prepare: reports at debug, and a second one does not say things twice") {
  for (const auto level : {log::level::debug, log::level::info}) {
    lines first;
    lines second;
    exit_stack exits;
    for (lines* said : {&first, &second}) {
      auto options = demo_options(demo_files());
      options.inscription.level = level;
      options.inscribe = [said](const inscription& how, std::string name,
                                exit_stack& stack) -> task<log::logger> {
        log::backend_options backend;
        backend.minimum = how.level;
        backend.presentation = how.presentation;
        backend.sinks = {log::sink::custom(
            [said](log::level, std::string_view line) { said->emplace_back(line); })};
        auto& made = *stack.keep(
            std::make_unique<log::backend>(log::delivery::synchronous, std::move(backend)));
        co_return made.logger(name);
      };
      const globals made = co_await prepare(exits, std::move(options));
      made.logger().info("one");
    }
    CHECK(first.size() == (level == log::level::debug ? 6 : 1));
    CHECK(second == first);
    co_await exits.close();
  }
}

LEAT_ASYNC_TEST("prepare: needs a name from somewhere") {
  prepare_options options;
  options.disk = demo_files();
  const auto found = co_await error_of<invalid_argument>(std::move(options));
  CHECK(found.has_value());
}

LEAT_ASYNC_TEST("globals: locations are the configuration's or else the platform's") {
  auto options = demo_options(demo_files());
  options.source = configuration_source::text("[locations]\ncache = \"{user_home}/c\"");
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.location(location_species::cache, {"a", "b"}) == "/home/ann/c/a/b");
  CHECK(made.location(location_species::data) == "/home/ann/.local/share/demo");
  CHECK(made.location(location_species::state, {"x"}) == "/home/ann/.local/state/demo/x");
  co_await exits.close();
}

LEAT_ASYNC_TEST("globals: two in one process have nothing to do with each other") {
  exit_stack exits;
  const globals one = co_await prepare(exits, demo_options(demo_files()));
  const globals same = co_await prepare(exits, demo_options(demo_files()));
  const auto disk = demo_files();
  disk->contents["/home/bob/.config/demo/conf.d/b.toml"] = "";
  auto options = demo_options(disk);
  options.edits = {set_entry("server.port", 7)};
  options.variables = environment({{"HOME", "/home/bob"}});
  const globals other = co_await prepare(exits, std::move(options));
  CHECK(one == same);
  CHECK_FALSE(one == other);
  CHECK(one.configuration().at("server.port").as_integer() == 9000);
  CHECK(other.configuration().at("server.port").as_integer() == 7);
  co_await exits.close();
}

LEAT_ASYNC_TEST("globals: settings have their secrets") {
  auto options = demo_options(demo_files());
  options.source = configuration_source::text("[server]\npassword = \"env:FROM_FILE\"");
  auto disk = demo_files();
  disk->contents[".env"] = "FROM_FILE=hunter2";
  options.disk = disk;
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  const auto settings = co_await made.settings<server_settings>("server");
  CHECK(settings.password.reveal() == "hunter2");
  CHECK(settings.port == 9000);
  co_await exits.close();
}

LEAT_ASYNC_TEST("prepare: files that cannot be read and values that do not fit are one list") {
  auto disk = std::make_shared<imaginary_files>();
  disk->contents["/main.toml"] =
      "includes = [\"/gone.toml\", \"/closed\", \"/bad.toml\", \"/good.toml\"]\n"
      "[server]\nport = \"many\"\n[locations]\ncash = 1\n";
  disk->contents["/bad.toml"] = "[server\n";
  disk->contents["/good.toml"] = "[server]\npasskey = \"a\"\n";
  disk->contents["/closed/a.toml"] = "";
  disk->unreadable.insert("/closed");
  prepare_options options;
  options.application = application("demo");
  options.source = configuration_source::file("/main.toml");
  options.variables = environment({{"HOME", "/home/ann"}, {"DEMO_LOG_LEVEL", "loud"}});
  options.inscribe = silent;
  options.disk = disk;
  options.edits = {update_entry("server.name", "there is none, as far as anybody knows")};
  options.checks = {fits<server_settings>("server"), [](const configuration&, const environment&) {
                      throw leat::limit_exceeded("found by comparing");
                    }};
  const auto before = disk->contents;
  const auto told = co_await error_of<invalid_configuration>(std::move(options));
  REQUIRE(told.has_value());
  lines places;
  for (const auto& each : told->problems()) places.push_back(each.source + "|" + each.key);
  CHECK(places == lines{"/closed|", "/gone.toml|", "/bad.toml|", "/main.toml|locations.cash",
                        "environment variable DEMO_LOG_LEVEL|", "/main.toml|server.port",
                        "/good.toml|server.passkey"});
  CHECK(disk->contents == before);
  CHECK(disk->made.empty());
}

namespace {

struct strict_settings {
  std::string name;
  int port = 0;
};
BOOST_DESCRIBE_STRUCT(strict_settings, (), (name, port))

}  // namespace

LEAT_ASYNC_TEST("prepare: what could be in a file that cannot be read is not called missing") {
  for (const bool has_include : {true, false}) {
    auto disk = std::make_shared<imaginary_files>();
    disk->contents["/main.toml"] =
        std::string(has_include ? "includes = [\"/gone.toml\"]\n" : "") + "[server]\nport = true\n";
    prepare_options options;
    options.application = application("demo");
    options.source = configuration_source::file("/main.toml");
    options.variables = environment({{"HOME", "/home/ann"}});
    options.inscribe = silent;
    options.disk = disk;
    options.checks = {fits<strict_settings>("server"), fits<strict_settings>("other")};
    const auto told = co_await error_of<invalid_configuration>(std::move(options));
    REQUIRE(told.has_value());
    lines keys;
    for (const auto& each : told->problems()) keys.push_back(each.key);
    CHECK(keys == (has_include ? lines{"", "server.port"}
                               : lines{"server.port", "server.name", "other.name", "other.port"}));
  }
}

LEAT_ASYNC_TEST("prepare: a main file that is no TOML leaves what variables say to be told") {
  prepare_options options;
  options.application = application("demo");
  options.source = configuration_source::text("[server\nport = 1\n");
  options.variables = environment(
      {{"HOME", "/home/ann"}, {"DEMO_LOG_LEVEL", "loud"}, {"DEMO_CONFIG_SERVER__PORT", "0"}});
  options.inscribe = silent;
  options.disk = std::make_shared<imaginary_files>();
  options.checks = {fits<server_settings>("server")};
  const auto told = co_await error_of<invalid_configuration>(std::move(options));
  REQUIRE(told.has_value());
  REQUIRE(told->problems().size() == 3);
  CHECK(told->problems()[0].line == 1);
  CHECK(told->problems()[1].source == "environment variable DEMO_LOG_LEVEL");
  CHECK(told->problems()[2].key == "server.port");
}

LEAT_ASYNC_TEST("prepare: an acquirer of one's own can take part in the list") {
  prepare_options options;
  options.application = application("demo");
  options.variables = environment({{"HOME", "/home/ann"}});
  options.inscribe = silent;
  options.disk = std::make_shared<imaginary_files>();
  options.acquire = [](const acquisition& from) -> task<configuration> {
    from.problems->push_back({.message = "no answer", .source = "configuration server"});
    co_return configuration().with("server.port", "x");
  };
  options.checks = {fits<server_settings>("server")};
  const auto told = co_await error_of<invalid_configuration>(std::move(options));
  REQUIRE(told.has_value());
  CHECK(told->problems().size() == 2);
}

LEAT_ASYNC_TEST("prepare: what a command line says wins over variables, and is named when wrong") {
  auto options = demo_options(demo_files());
  options.overrides = configuration().with("server.port", 7).with("server.log", "{user_home}");
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.configuration().at("server.port").as_integer() == 7);
  CHECK(made.configuration().at("server.port").origin().source == "command line");
  // It is taken as it is, as that of a variable is.
  CHECK(made.configuration().at("server.log").as_string() == "{user_home}");
  co_await exits.close();

  auto wrong = demo_options(demo_files());
  wrong.overrides = configuration().with("server.port", 0).with("inscription.level", "loud");
  wrong.checks = {fits<server_settings>("server")};
  const auto told = co_await error_of<invalid_configuration>(std::move(wrong));
  REQUIRE(told.has_value());
  CHECK(std::ranges::count(told->problems(), "command line", &problem::source) == 2);
}

LEAT_ASYNC_TEST("prepare: variables count only where they are obeyed") {
  auto options = demo_options(demo_files());
  options.variables = process.with_overrides({{"DEMO_LOG_LEVEL", "loud"}});
  options.obeys_variables = false;
  options.reads_dotenv = false;
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.configuration().at("server.port").as_integer() == 1);
  CHECK(made.variables().find("DEMO_LOG_LEVEL") == "loud");
  co_await exits.close();
}

TEST_CASE("globals: settings and inscribe_to_stderr can be cancelled anywhere") {
  testing::for_each_cancellation([]() -> task<void> {
    co_await with_exit_stack([](exit_stack& exits) -> task<void> {
      const inscription quiet{.level = log::level::off};
      auto logger = co_await inscribe_to_stderr(quiet, "demo", exits);
      logger.error("never seen");
      auto other = co_await inscribe_to_sink(log::sink::custom([](log::level, std::string_view) {}),
                                             quiet, "demo", exits);
      other.error("never seen");
      const globals made(exits, {.application = application("demo"),
                                 .distribution = distribution("demo", "/"),
                                 .configuration = configuration().with("port", 5)});
      const auto settings = co_await made.settings<server_settings>();
      CHECK(settings.port == 5);
    });
  });
}

namespace {

/// How the log begins with such an [inscription].
task<inscription> inscription_of(std::string toml) {
  auto options = demo_options(demo_files());
  options.source = configuration_source::text("[inscription]\n" + toml);
  inscription seen;
  options.inscribe = [&seen](const inscription& how, std::string,
                             exit_stack&) -> task<log::logger> {
    seen = how;
    co_return log::logger();
  };
  exit_stack exits;
  static_cast<void>(co_await prepare(exits, std::move(options)));
  co_await exits.close();
  co_return seen;
}

}  // namespace

LEAT_ASYNC_TEST("prepare: a log file is appended to, begun anew or rotates, as it is configured") {
  const std::string file = "file = \"/a.log\"\n";
  const auto usual = co_await inscription_of(file);
  REQUIRE(usual.target.has_value());
  CHECK(usual.target->what() == log::sink::kind::file);
  CHECK(usual.target->mode() == log::file_mode::append);

  const auto anew = co_await inscription_of(file + "mode = \"truncate\"");
  CHECK(anew.target->mode() == log::file_mode::truncate);

  const auto rotates = co_await inscription_of(file + "mode = \"rotate\"");
  CHECK(rotates.target->what() == log::sink::kind::rotating_file);
  CHECK(rotates.target->path() == "/a.log");
  CHECK(rotates.target->rotation().max_bytes == log::rotation().max_bytes);
  CHECK(rotates.target->rotation().kept_files == log::rotation().kept_files);

  const auto small = co_await inscription_of(file + "max_bytes = 1\nkept_files = 0");
  CHECK(small.target->what() == log::sink::kind::rotating_file);
  CHECK(small.target->rotation().max_bytes == 1);
  CHECK(small.target->rotation().kept_files == 0);

  const auto many = co_await inscription_of(file + "kept_files = 10000");
  CHECK(many.target->rotation().kept_files == 10'000);
  CHECK_FALSE((co_await inscription_of("level = \"debug\"")).target.has_value());
}

LEAT_ASYNC_TEST("prepare: what is wrong with the log's settings is told, with what was meant") {
  struct row {
    const char *toml, *told;
  };
  for (const auto& each :
       {row{"level = \"wran\"", "level: must be one of \"trace\""},
        row{"level = \"wran\"", "did you mean \"warn\"?"},
        row{"level = 5", "level: must be a string"},
        row{"presentation = \"jsn\"", "did you mean \"json\"?"},
        row{"filex = \"/a\"", "inscription.filex: is not known; did you mean \"file\"?"},
        row{"file = \"\"", "inscription.file: must be at least 1 character"},
        row{"file = \"/a\"\nmode = \"rotates\"", "did you mean \"rotate\"?"},
        row{"file = \"/a\"\nmax_bytes = 0", "line 3, column 13: inscription.max_bytes: must be"},
        row{"file = \"/a\"\nkept_files = 10001", "inscription.kept_files: must be at most 10000"},
        row{"file = \"/a\"\nmode = \"append\"\nmax_bytes = 5",
            "line 4, column 13: inscription.max_bytes: is for a file that rotates"},
        row{"mode = \"rotate\"", "inscription.mode: says nothing without a file"},
        row{"kept_files = 3", "inscription.kept_files: says nothing without a file"}}) {
    CAPTURE(each.told);
    auto options = demo_options(demo_files());
    options.source = configuration_source::text("[inscription]\n" + std::string(each.toml));
    const auto refused = co_await error_of<invalid_configuration>(std::move(options));
    REQUIRE(refused.has_value());
    std::string told;
    for (const auto& problem : refused->problems()) told += to_string(problem) + "\n";
    CAPTURE(told);
    CHECK(told.find(each.told) != std::string::npos);
  }
}

LEAT_ASYNC_TEST("prepare: an inscription that is no table is told") {
  auto options = demo_options(demo_files());
  options.source = configuration_source::text("inscription = 1");
  const auto refused = co_await error_of<invalid_configuration>(std::move(options));
  REQUIRE(refused.has_value());
  REQUIRE(refused->problems().size() == 1);
  CHECK(refused->problems()[0].key == "inscription");
}

TEST_CASE("configuration: a level and a presentation of a log are settings like any other") {
  const auto all = configuration().with("level", "WARNING").with("how", "Rich");
  CHECK(all.to<log::level>("level") == log::level::warn);
  CHECK(all.to<log::presentation>("how") == log::presentation::rich);
  CHECK_THROWS_AS(static_cast<void>(all.to<log::level>("how")), invalid_configuration);
  CHECK(model::to_json(log::level::critical) == "\"critical\"");
  CHECK(model::to_json(log::presentation::null) == "\"null\"");
}

LEAT_ASYNC_TEST("prepare: does nothing before it is awaited") {
  const auto disk = demo_files();
  auto options = demo_options(disk);
  lines steps;
  options.observer = [&steps](prepare_step step) { steps.emplace_back(to_string(step)); };
  exit_stack exits;
  task<globals> preparing = prepare(exits, std::move(options));
  co_await sleep_for(1min);
  CHECK(steps.empty());
  CHECK(disk->calls == 0);
  static_cast<void>(co_await std::move(preparing));
  CHECK(steps == all_steps);
  co_await exits.close();
}

LEAT_ASYNC_TEST("prepare: what a program registers later is released before what prepare has") {
  lines notes;
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    auto options = demo_options(demo_files());
    options.inscribe = noting_inscriber(notes);
    const globals made = co_await prepare(exits, std::move(options));
    made.exits().callback([&notes] { notes.emplace_back("pool ends"); });
  });
  CHECK(notes == lines{"log begins", "pool ends", "log ends"});
}

LEAT_ASYNC_TEST("prepare: every variable of an application begins with one and the same prefix") {
  auto options = demo_options(demo_files());
  options.application = application("my-app.v2");
  options.source = configuration_source::text("");
  options.variables = environment({{"HOME", "/home/ann"},
                                   {"MY_APP_V2_CONFIG_SERVER__PORT", "5"},
                                   {"MY_APP_V2_LOG_LEVEL", "debug"}});
  log::level seen{};
  options.inscribe = [&seen](const inscription& how, std::string,
                             exit_stack&) -> task<log::logger> {
    seen = how.level;
    co_return log::logger();
  };
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.application().variable_prefix() == "MY_APP_V2");
  CHECK(made.configuration().at("server.port").as_integer() == 5);
  CHECK(seen == log::level::debug);
  co_await exits.close();
}

LEAT_ASYNC_TEST("prepare: what files and the overlay say is not put into the process") {
  auto options = demo_options(demo_files());
  options.overlay = {{"LEAT_TEST_OVERLAID", "yes"}};
  exit_stack exits;
  const globals made = co_await prepare(exits, std::move(options));
  CHECK(made.variables().find("FROM_FILE") == "local");
  CHECK(made.variables().find("LEAT_TEST_OVERLAID") == "yes");
  CHECK(std::getenv("FROM_FILE") == nullptr);
  CHECK(std::getenv("LEAT_TEST_OVERLAID") == nullptr);
  co_await exits.close();
}

TEST_CASE("prepare: a variable that is laid over others is a text and nothing else") {
  using text = environment::variables::mapped_type;
  static_assert(std::is_same_v<text, std::string>);
  static_assert(!std::is_convertible_v<int, text> && !std::is_convertible_v<bool, text>);
}

TEST_CASE("prepare: a log of which nobody says anything is plain, at info, on standard error") {
  const inscription usual = prepare_options().inscription;
  CHECK(usual.level == log::level::info);
  CHECK(usual.presentation == log::presentation::plain);
  CHECK_FALSE(usual.chooses_presentation);
  CHECK_FALSE(usual.flushes_on_crash);
  CHECK_FALSE(usual.target.has_value());
}
