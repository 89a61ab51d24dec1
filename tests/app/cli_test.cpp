// SPDX-License-Identifier: MIT
#include "leat/app/cli.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leat/app/error.hpp"
#include "leat/app/secret.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/model/describe.hpp"
#include "leat/testing/async_test.hpp"
#include "leat/testing/cancellation.hpp"

#include "app/imaginary_console.hpp"
#include "app/imaginary_files.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::app;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

enum class mood { glad, sad };
BOOST_DESCRIBE_ENUM(mood, glad, sad)

struct endpoint {
  std::string host = "localhost";
  std::uint16_t port = 80;
};
BOOST_DESCRIBE_STRUCT(endpoint, (), (host, port))

consteval auto leat_rules(const endpoint*) {
  using namespace leat::model::rules;
  return list(field<&endpoint::port>(range(1, 65535)));
}

/// What the last command was read as.
struct seen {
  std::string name;
  int times = 0;
  bool is_loud = false;
  bool is_polite = true;
  std::optional<int> limit;
  std::vector<std::string> tags;
  std::chrono::milliseconds pause{};
  mood in = mood::glad;
  endpoint at;
};
BOOST_DESCRIBE_STRUCT(seen, (), (name, times, is_loud, is_polite, limit, tags, pause, in, at))

struct greet {
  std::string name{};
  int times = 1;
  bool is_loud = false;
  bool is_polite = true;
  std::optional<int> limit{};
  std::vector<std::string> tags{"first"};
  std::chrono::milliseconds pause{500};
  mood in = mood::glad;
  endpoint at{};

  // Of the test, and no options.
  seen* to = nullptr;

  task<void> execute(const invocation& with) const {
    *to = {name, times, is_loud, is_polite, limit, tags, pause, in, at};
    co_await with.show(*to);
  }
};
BOOST_DESCRIBE_STRUCT(greet, (), (name, times, is_loud, is_polite, limit, tags, pause, in, at))

consteval auto leat_rules(const greet*) {
  using namespace leat::model::rules;
  return list(field<&greet::name>(positional, described("whom to greet")),
              field<&greet::times>(short_form('t'), range(1, 10), described("how often")),
              field<&greet::is_loud>(described("in capitals")),
              field<&greet::is_polite>(described("without a bow")));
}

/// A command that fails, waits or returns as it is told.
struct act {
  std::string what = "return";
  std::vector<std::string>* notes = nullptr;

  void adjust(prepare_options& options) const {
    if (what == "nothing") {
      throw invalid_command_line({{.key = "--what", .message = "has to be something"},
                                  {.key = "--more", .message = "does not go with it"}});
    }
    if (what == "break") throw invalid_argument("planted");
    options.overrides = options.overrides.with("server.name", what);
  }
  task<void> prepare(const invocation& with) const {
    notes->emplace_back("prepare");
    with.exits().callback([this] { notes->emplace_back("exit"); });
    co_await yield_now();
  }
  task<int> execute(const invocation& with) const {
    notes->emplace_back("execute");
    if (what == "fail") throw file_locate_failure("plan", "b.txt", "it is nowhere");
    if (what == "wait") co_await sleep_for(1h);
    if (what == "print") {
      co_await with.show(with.globals().configuration().at("server.name").as_string());
    }
    co_return what == "seven" ? 7 : 0;
  }
};
BOOST_DESCRIBE_STRUCT(act, (), (what))

/// Shows a value that only a variable sets.
struct show_port {
  task<void> execute(const invocation& with) const {
    const configuration* const port = with.globals().configuration().find("server.port");
    co_await with.print(port != nullptr ? std::to_string(port->as_integer()) : "unset");
  }
};
BOOST_DESCRIBE_STRUCT(show_port, (), ())

struct fetch {
  secret token{};
  std::vector<std::string> urls;

  task<void> execute(const invocation& with) const {
    co_await with.print(std::to_string(token.reveal().size()) + " " + std::to_string(urls.size()) +
                        "\n");
  }
};
BOOST_DESCRIBE_STRUCT(fetch, (), (token, urls))

consteval auto leat_rules(const fetch*) {
  using namespace leat::model::rules;
  return list(field<&fetch::urls>(positional));
}

struct world {
  std::shared_ptr<imaginary_console> console = std::make_shared<imaginary_console>();
  std::shared_ptr<imaginary_files> disk = std::make_shared<imaginary_files>();
  seen last;
  words notes;
  std::optional<inscription> logged;

  cli make() {
    cli_options options;
    options.about = "Shows what a command line can be.";
    options.streams = console;
    options.prepare.application = application("demo", "", "1.2");
    options.prepare.disk = disk;
    options.prepare.variables = environment({{"HOME", "/home/ann"}, {"DEMO_CONFIG_A", "5"}});
    options.prepare.inscribe = [this](const inscription& how, std::string,
                                      exit_stack&) -> task<log::logger> {
      logged = how;
      co_return log::logger();
    };
    cli made(std::move(options));
    made.add("greet", "Says hello.", greet{.to = &last});
    made.add("act", "Does something.", act{.notes = &notes});
    made.add<fetch>("net fetch", "Gets something.");
    made.describe("net", "What has to do with a network.");
    return made;
  }
};

}  // namespace

LEAT_ASYNC_TEST("cli: fills a command from options, flags, lists and what stands alone") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"greet",
                                  "Ann",
                                  "-t",
                                  "3",
                                  "--is-loud",
                                  "--no-is-polite",
                                  "--limit=-4",
                                  "--tags",
                                  "a",
                                  "--tags=b",
                                  "--pause",
                                  "2s",
                                  "--in",
                                  "sad",
                                  "--at.host",
                                  "example",
                                  "--at.port",
                                  "8080",
                                  "--display.presentation",
                                  "json",
                                  "--display.compact"}) == 0);
  CHECK(here.console->error.empty());
  CHECK(here.console->output ==
        R"({"name":"Ann","times":3,"is_loud":true,"is_polite":false,"limit":-4,"tags":["a","b"],)"
        R"("pause":"2s","in":"sad","at":{"host":"example","port":8080}})"
        "\n");
}

LEAT_ASYNC_TEST(
    "cli: what is not given keeps its default, and only what stands alone is required") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"greet", "Ann"}) == 0);
  CHECK(here.last.times == 1);
  CHECK_FALSE(here.last.is_loud);
  CHECK(here.last.is_polite);
  CHECK_FALSE(here.last.limit.has_value());
  CHECK(here.last.tags == words{"first"});
  CHECK(here.last.pause == 500ms);
  CHECK(here.last.at.port == 80);

  CHECK(co_await program.execute({"greet"}) == exit_code::usage);
  CHECK(here.console->error.find("demo: NAME: is required\n") != std::string::npos);
}

LEAT_ASYNC_TEST("cli: a text that looks like a number is a text to who wants one") {
  world here;
  cli program = here.make();
  for (const char* const name : {"123", "true", "[1]", "1979-05-27", "-5", "", "a b", "greet"}) {
    CAPTURE(name);
    words arguments{"greet", "--at.host", name, "--", name};
    CHECK(co_await program.execute(std::move(arguments)) == 0);
    CHECK(here.last.name == name);
    CHECK(here.last.at.host == name);
  }
  // The name of another command is an argument like others.
  CHECK(co_await program.execute({"greet", "act"}) == 0);
  CHECK(here.last.name == "act");
}

LEAT_ASYNC_TEST("cli: the last of an option that has one value counts") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute(
            {"greet", "Ann", "--times", "2", "-t5", "--is-loud", "--no-is-loud"}) == 0);
  CHECK(here.last.times == 5);
  CHECK_FALSE(here.last.is_loud);
}

LEAT_ASYNC_TEST("cli: every value that does not fit is told, with its option") {
  world here;
  cli program = here.make();
  CHECK(
      co_await program.execute({"greet", "Ann", "--times", "11", "--limit", "many", "--in", "saad",
                                "--at.port", "0", "--pause", "soon", "--display.presentation",
                                "yaml", "--inscription.level", "loud"}) == exit_code::usage);
  CHECK(here.console->output.empty());
  const std::string& told = here.console->error;
  CAPTURE(told);
  for (const char* const line :
       {"demo: --times: must be between 1 and 10", "demo: --limit: must be",
        "demo: --in: must be one of \"glad\", \"sad\"; did you mean \"sad\"?",
        "demo: --at.port: must be between 1 and 65535", "demo: --pause: must be",
        "demo: --display.presentation: must be one of \"plain\", \"rich\", \"json\"",
        "demo: --inscription.level: must be one of \"trace\"",
        "\"demo greet --help\" says what there is.\n"}) {
    CAPTURE(line);
    CHECK(told.find(line) != told.npos);
  }
  CHECK(told.find("arguments") == told.npos);
}

LEAT_ASYNC_TEST("cli: how a log rotates is a question only of a file") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--inscription.max-bytes", "5", "--inscription.kept-files",
                                  "1"}) == exit_code::usage);
  CHECK(here.notes.empty());
  const std::string& told = here.console->error;
  CAPTURE(told);
  CHECK(
      told.starts_with("demo: --inscription.max-bytes: needs --inscription.target-file\n"
                       "demo: --inscription.kept-files: needs --inscription.target-file\n"));

  here.console->error.clear();
  CHECK(co_await program.execute({"act", "--inscription.target-file", "/nowhere/a.log",
                                  "--inscription.max-bytes", "0", "--inscription.kept-files",
                                  "10001"}) == exit_code::usage);
  CHECK(told.find("--inscription.max-bytes: must be at least 1") != std::string::npos);
  CHECK(told.find("--inscription.kept-files: must be at most 10000") != std::string::npos);
}

LEAT_ASYNC_TEST("cli: what nobody knows is refused, with what was probably meant") {
  struct row {
    words arguments;
    const char* told;
  };
  for (const row& each : {
           row{{"greet", "Ann", "--tmies", "3"},
               "--tmies: is not known; did you mean \"--times\"?"},
           row{{"greet", "Ann", "--at.prot=3"},
               "--at.prot: is not known; did you mean \"--at.port\"?"},
           row{{"greet", "Ann", "--no-is-lowd"},
               "--no-is-lowd: is not known; did you mean \"--no-is-loud\"?"},
           row{{"greet", "Ann", "--xyz"}, "--xyz: is not known\n"},
           row{{"greet", "Ann", "Bob"}, "Bob: is one argument too many\n"},
           row{{"gret", "Ann"}, "gret: is no command; did you mean \"greet\"?"},
           row{{"net", "fetsh"}, "fetsh: is no command; did you mean \"fetch\"?"},
           row{{"net"}, "demo: a command is missing\n\"demo net --help\" says"},
           row{{}, "demo: a command is missing\n\"demo --help\" says"},
           row{{"greet", "Ann", "--times"}, "--times"},
           row{{"greet", "Ann", "--display.target-file=x", "--display.target-stream=stderr"},
               "--display.target-file: cannot be given with --display.target-stream"},
           row{{"greet", "Ann", "--display.target-stream=else"},
               "--display.target-stream: must be one of \"stdout\", \"stderr\""},
       }) {
    world here;
    cli program = here.make();
    CAPTURE(each.told);
    CHECK(co_await program.execute(each.arguments) == exit_code::usage);
    CAPTURE(here.console->error);
    CHECK(here.console->error.find(each.told) != std::string::npos);
    CHECK(here.console->output.empty());
    CHECK(here.disk->calls == 0);  // nothing was begun
  }
}

LEAT_ASYNC_TEST("cli: a wrong command line shows no control characters and no secrets") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"greet", "Ann", "--\x1b[2J"}) == exit_code::usage);
  CHECK(here.console->error.find('\x1b') == std::string::npos);
  here.console->error.clear();
  CHECK(co_await program.execute({"net", "fetch", "--token", "env:hunter2"}) == exit_code::usage);
  CHECK(here.console->error.find("hunter2") == std::string::npos);
  CHECK(co_await program.execute({"net", "fetch", "--token", "1234", "a", "b", "c"}) == 0);
  CHECK(here.console->output == "4 3\n");
}

LEAT_ASYNC_TEST("cli: helps with every command, within 80 columns and without escapes") {
  world here;
  here.console->has_terminals = true;
  cli program = here.make();
  CHECK(co_await program.execute({"--help"}) == 0);
  const std::string whole = std::exchange(here.console->output, {});
  CHECK(
      whole.starts_with("Shows what a command line can be.\n\n"
                        "Usage: demo [OPTIONS] COMMAND\n\n"
                        "Commands:\n"
                        "  greet                         Says hello.\n"
                        "  act                           Does something.\n"
                        "  net                           What has to do with a network.\n"));
  CHECK(co_await program.execute({"greet", "--help"}) == 0);
  const std::string one = std::exchange(here.console->output, {});
  CHECK(one.starts_with(R"(Says hello.

Usage: demo greet [OPTIONS] NAME

Arguments:
  NAME                          whom to greet (required)

Options:
  -t, --times INTEGER           how often [1]
  --is-loud                     in capitals
  --no-is-polite                without a bow
  --limit INTEGER
  --tags TEXT                   (may be given several times) [first]
  --pause TIME                  [500ms]
  --in glad|sad                 [glad]
  --at.host TEXT                [localhost]
  --at.port INTEGER             [80]
  -h, --help                    shows this
  --version                     shows the version

Options of every command:
)"));
  CHECK(co_await program.execute({"net", "-h"}) == 0);
  CHECK(here.console->output.find("  fetch                         Gets something.\n") !=
        std::string::npos);
  for (const std::string& text : {whole, one, here.console->output}) {
    CHECK(text.find('\x1b') == text.npos);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      CHECK(end - at <= 80);
      at = end + 1;
    }
  }
  here.console->output.clear();
  CHECK(co_await program.execute({"--version"}) == 0);
  CHECK(here.console->output == "demo 1.2\n");
  CHECK(here.disk->calls == 0);
}

LEAT_ASYNC_TEST("cli: prepares, then the command does, and the stack closes however it ends") {
  world here;
  cli program = here.make();
  const words all{"prepare", "execute", "exit"};
  CHECK(co_await program.execute({"act"}) == 0);
  CHECK(std::exchange(here.notes, {}) == all);
  CHECK(co_await program.execute({"act", "--what", "seven"}) == 7);
  CHECK(std::exchange(here.notes, {}) == all);
  CHECK(co_await program.execute({"act", "--what", "fail"}) == exit_code::failed);
  CHECK(std::exchange(here.notes, {}) == all);
  CHECK(here.console->output.empty());
  CHECK(here.console->error ==
        "demo: search for plan (b.txt) failed: it is nowhere [leat::app::file_locate_failure]\n");
}

TEST_CASE("cli: a command that is stopped anywhere cleans up and shows no error") {
  const auto report = testing::for_each_cancellation(
      []() -> task<void> {
        world here;
        here.disk->delay = [] { return 1ms; };
        cli program = here.make();
        struct checked {
          ~checked() {
            const bool began = std::ranges::count(of.notes, "prepare") != 0;
            CHECK(std::ranges::count(of.notes, "exit") == (began ? 1 : 0));
            CHECK(of.console->error.empty());
          }
          world& of;
        } const at_the_end{here};
        static_cast<void>(co_await program.execute({"act", "--what", "print"}));
      },
      [](const outcome<void>& ended) { CHECK_FALSE(ended.has_error()); });
  CHECK(report.stopped > 5);
}

LEAT_ASYNC_TEST("cli: stopped, it passes that on instead of showing it") {
  world here;
  cli program = here.make();
  const auto ended = co_await move_on_after(1min, program.execute({"act", "--what", "wait"}));
  CHECK_FALSE(ended.has_value());
  CHECK(here.console->error.empty());
  CHECK(here.notes == words{"prepare", "execute", "exit"});
}

LEAT_ASYNC_TEST("cli: shows an error in the presentation that was asked for") {
  struct row {
    const char* presentation;
    const char* told;
  };
  for (const row& each : {
           row{"plain", "demo: search for plan (b.txt) failed: it is nowhere [leat::app::file_"},
           row{"rich", "demo: search for plan (b.txt) failed: it is nowhere [leat::app::file_"},
           row{"json", "{\n  \"class\": \"file_locate_failure\",\n"},
           row{"toml", "class = \"file_locate_failure\"\n"},
           row{"markdown", "[**leat::app::file_locate_failure**] search for plan (b.txt) failed"},
       }) {
    world here;
    cli program = here.make();
    words arguments{"act", "--what=fail", "--display.presentation", each.presentation};
    CHECK(co_await program.execute(std::move(arguments)) == 1);
    CAPTURE(here.console->error);
    CHECK(here.console->error.starts_with(each.told));
    CHECK(here.console->output.empty());
  }
}

LEAT_ASYNC_TEST("cli: every problem of the configuration is told before anything begins") {
  world here;
  here.disk->contents["/etc/demo.toml"] =
      "[inscription]\nlevel = \"loud\"\n[locations]\ncash = 1\n";
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--configfile", "/etc/demo.toml"}) == 1);
  CHECK(here.notes.empty());
  CAPTURE(here.console->error);
  CHECK(here.console->error.starts_with(
      "demo: configuration is not valid [leat::app::invalid_configuration]\n"));
  CHECK(
      here.console->error.find("  /etc/demo.toml line 4, column 8: locations.cash: is not known") !=
      std::string::npos);
  CHECK(here.console->error.find("  /etc/demo.toml line 2, column 9: inscription.level: must be") !=
        std::string::npos);

  here.console->error.clear();
  CHECK(co_await program.execute({"act", "--configfile", "/etc/other.toml"}) == 1);
  CHECK(here.console->error.find("/etc/other.toml: No such file or directory") !=
        std::string::npos);
}

LEAT_ASYNC_TEST("cli: a command line wins over variables, and those over files") {
  world here;
  here.disk->contents["/etc/demo.toml"] = "[inscription]\nlevel = \"warn\"\n";
  const auto level_of = [&](environment::variables more, words arguments) -> task<log::level> {
    cli_options options;
    options.streams = here.console;
    options.prepare.application = application("demo");
    options.prepare.disk = here.disk;
    more.emplace("HOME", "/home/ann");
    options.prepare.variables = environment(std::move(more));
    options.prepare.inscribe = [&here](const inscription& how, std::string,
                                       exit_stack&) -> task<log::logger> {
      here.logged = how;
      co_return log::logger();
    };
    cli program(std::move(options));
    program.set(act{.notes = &here.notes});
    arguments.insert(arguments.end(), {"--configfile", "/etc/demo.toml"});
    CHECK(co_await program.execute(std::move(arguments)) == 0);
    co_return here.logged->level;
  };
  CHECK(co_await level_of({}, {}) == log::level::warn);
  CHECK(co_await level_of({{"DEMO_LOG_LEVEL", "error"}}, {}) == log::level::error);
  CHECK(co_await level_of({{"DEMO_LOG_LEVEL", "error"}}, {"--inscription.level", "debug"}) ==
        log::level::debug);
  CHECK(co_await level_of({{"DEMO_LOG_LEVEL", "error"}}, {"--no-environment"}) == log::level::warn);
  CHECK(co_await level_of({}, {"--inscription.presentation", "json"}) == log::level::warn);
  CHECK(here.logged->presentation == log::presentation::json);
}

LEAT_ASYNC_TEST("cli: dot-env files are read if the program says so, or whoever runs it") {
  world here;
  here.disk->contents[".env"] = "DEMO_CONFIG_SERVER__PORT=7\n";
  struct row {
    bool reads_dotenv;
    words given;
    const char* shown;
  };
  for (const row& each : {
           row{false, {}, "unset"},
           row{false, {"--environment"}, "7"},
           row{true, {}, "7"},
           row{true, {"--no-environment"}, "unset"},
           row{false, {"--environment", "--no-environment"}, "unset"},
           row{true, {"--no-environment", "--environment"}, "7"},
       }) {
    CAPTURE(each.reads_dotenv);
    CAPTURE(each.given.size());
    cli_options options;
    options.streams = here.console;
    options.prepare.application = application("demo");
    options.prepare.disk = here.disk;
    options.prepare.variables = environment({{"HOME", "/home/ann"}});
    options.prepare.reads_dotenv = each.reads_dotenv;
    options.prepare.inscribe = [](const inscription&, std::string,
                                  exit_stack&) -> task<log::logger> { co_return log::logger(); };
    cli program(std::move(options));
    program.set<show_port>();
    here.console->output.clear();
    CHECK(co_await program.execute(each.given) == 0);
    CHECK(here.console->output == each.shown);
  }
}

LEAT_ASYNC_TEST("cli: what a command adjusts wins over variables too") {
  world here;
  here.disk->contents["/etc/demo.toml"] = "[server]\nname = \"file\"\n";
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--what", "print", "--configfile", "/etc/demo.toml"}) ==
        0);
  CHECK(here.console->output == "print\n");
}

LEAT_ASYNC_TEST("cli: a command may refuse what its options say together, before anything begins") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--what", "nothing"}) == exit_code::usage);
  CHECK(here.console->error ==
        "demo: --what: has to be something\ndemo: --more: does not go with it\n");
  CHECK(here.notes.empty());
  CHECK(here.disk->calls == 0);
}

LEAT_ASYNC_TEST("cli: an error of what a command adjusts is shown like any other") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--what=break", "--display.presentation=json",
                                  "--display.compact"}) == exit_code::failed);
  CHECK(here.console->error.starts_with(R"({"class":"invalid_argument",)"));
  CHECK(here.notes.empty());
}

LEAT_ASYNC_TEST("cli: results go to a stream or a file, and the target begins anew") {
  world here;
  here.console->files["/out/a.txt"] = "what was there";
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--what=print", "--display.target-file=/out/a.txt"}) == 0);
  CHECK(here.console->files.at("/out/a.txt") == "print\n");
  CHECK(here.console->output.empty());
  CHECK(co_await program.execute({"act", "--what=print", "--display.target-stream=stderr"}) == 0);
  CHECK(here.console->error == "print\n");
}

LEAT_ASYNC_TEST("cli: options of every command may stand before it too") {
  world here;
  cli program = here.make();
  CHECK(co_await program.execute({"--display.presentation=json", "net", "--display.compact",
                                  "fetch", "--display.presentation", "toml"}) == 0);
  CHECK(co_await program.execute({"--display.presentation=json", "act", "--what=fail"}) == 1);
  CHECK(here.console->error.starts_with("{\n"));
}

LEAT_ASYNC_TEST("cli: says nothing to who does not read any more") {
  world here;
  here.console->output_fails = std::make_error_code(std::errc::broken_pipe);
  cli program = here.make();
  CHECK(co_await program.execute({"act", "--what=print"}) == 128 + 13);
  CHECK(here.console->error.empty());
  CHECK(here.notes.back() == "exit");
  here.console->output_fails = std::make_error_code(std::errc::no_space_on_device);
  CHECK(co_await program.execute({"act", "--what=print"}) == 1);
  CHECK(here.console->error.starts_with(
      "demo: cannot write to the standard output: No space left on device"));
}

namespace {

struct odd {
  std::vector<endpoint> all;
  task<void> execute(const invocation&) const { co_return; }
};
BOOST_DESCRIBE_STRUCT(odd, (), (all))

struct doubled {
  std::string display;
  bool help = false;
  task<void> execute(const invocation&) const { co_return; }
};
BOOST_DESCRIBE_STRUCT(doubled, (), (display, help))

}  // namespace

TEST_CASE("cli: a command that cannot be written is refused when it is added") {
  world here;
  cli program = here.make();
  CHECK_THROWS_AS(program.add<odd>("odd", ""), invalid_argument);
  CHECK_THROWS_AS(program.add<doubled>("doubled", ""), invalid_argument);
  CHECK_THROWS_AS(program.add<fetch>("greet", ""), invalid_argument);
  CHECK_THROWS_AS(program.add<fetch>("greet more", ""), invalid_argument);
}

TEST_CASE("determine_colorization: what is asked for, NO_COLOR, and a terminal") {
  const environment none;
  const environment no_colour({{"NO_COLOR", "1"}});
  const environment empty({{"NO_COLOR", ""}});
  struct row {
    bool colorize, assume, is_terminal;
    const environment& variables;
    bool expected;
  };
  for (const row& each : {
           row{true, false, true, none, true},
           row{true, false, false, none, false},
           row{false, false, true, none, false},
           row{true, false, true, no_colour, false},
           row{true, false, true, empty, true},
           row{true, true, false, no_colour, true},
           row{false, true, true, none, false},
       }) {
    CHECK(determine_colorization({.colorize = each.colorize, .assume_rich_terminal = each.assume},
                                 each.is_terminal, each.variables) == each.expected);
  }
}
