// SPDX-License-Identifier: MIT
// What `cli::run` does with its process: signals, streams and files.

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "leat/app/cli.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/model/describe.hpp"

#include "app/imaginary_console.hpp"
#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::app;

namespace {

/// Sends itself a signal and waits to be stopped; its cleanup may do the same.
struct wait_for_signal {
  int number = 0;
  bool again = false;
  std::vector<std::string>* notes = nullptr;

  task<void> execute(const invocation& with) const {
    with.exits().callback([this]() -> task<void> {
      if (again) {
        std::raise(number);
        co_await sleep_for(std::chrono::hours(1));
      }
      notes->emplace_back("cleaned up");
    });
    std::raise(number);
    co_await sleep_for(std::chrono::hours(1));
    notes->emplace_back("never");
  }
};
BOOST_DESCRIBE_STRUCT(wait_for_signal, (), (number, again))

struct say {
  std::string text{};

  task<void> execute(const invocation& with) const { return with.print(text); }
};
BOOST_DESCRIBE_STRUCT(say, (), (text))

/// A service, which runs itself.
struct serve {
  int code = 0;
  std::vector<std::string>* notes = nullptr;

  void adjust(prepare_options& options) const {
    options.overrides = options.overrides.with("code", code);
  }
  int launch(app::launch with) const {
    notes->push_back(std::to_string(with.prepare.overrides.at("code").as_integer()));
    notes->push_back(with.prepare.source.value);
    with.show_failure(std::make_exception_ptr(invalid_argument("planted")));
    return code;
  }
};
BOOST_DESCRIBE_STRUCT(serve, (), (code))

cli_options options_with(std::shared_ptr<console> streams) {
  cli_options options;
  options.streams = std::move(streams);
  options.prepare.application = application("demo");
  options.prepare.variables = environment({{"HOME", "/nowhere"}});
  options.prepare.source = configuration_source::text("");
  return options;
}

int run(cli& program, std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "demo");
  return program.run(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("cli: SIGINT and SIGTERM stop the command, and its cleanups run") {
  for (const int number : {SIGINT, SIGTERM}) {
    const auto streams = std::make_shared<imaginary_console>();
    std::vector<std::string> notes;
    cli program(options_with(streams));
    program.set(wait_for_signal{.number = number, .notes = &notes});
    CHECK(run(program, {}) == exit_code::by_signal + number);
    CHECK(notes == std::vector<std::string>{"cleaned up"});
    CHECK(streams->error.empty());
  }
}

TEST_CASE("cli: a second signal ends the process, whatever a cleanup waits for") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::vector<std::string> notes;
    cli program(options_with(std::make_shared<imaginary_console>()));
    program.set(wait_for_signal{.number = SIGTERM, .again = true, .notes = &notes});
    ::_exit(run(program, {}) == 0 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_code::by_signal + SIGTERM);
}

TEST_CASE("cli: a service gets everything that the command line says, and runs without a loop") {
  const auto streams = std::make_shared<imaginary_console>();
  std::vector<std::string> notes;
  cli program(options_with(streams));
  program.set(serve{.notes = &notes});
  CHECK(run(program, {"--code", "5", "--configfile", "/a.toml", "--display.presentation=json",
                      "--display.compact"}) == 5);
  CHECK(notes == std::vector<std::string>{"5", "/a.toml"});
  CHECK(streams->error.starts_with(R"({"class":"invalid_argument",)"));
}

TEST_CASE("cli: a log goes into a file that rotates as the command line says") {
  const scratch_folder folder;
  cli program(options_with(std::make_shared<imaginary_console>()));
  program.set<say>();
  const std::string file = folder / "logs/demo.log";
  // At debug, preparing says five lines.
  CHECK(run(program, {"--inscription.level", "debug", "--inscription.target-file", file.c_str(),
                      "--inscription.max-bytes", "1", "--inscription.kept-files", "2"}) == 0);
  const auto line_in = [](const std::string& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
  };
  CHECK(line_in(file).starts_with("demo: package data location"));
  CHECK(line_in(folder / "logs/demo.1.log").starts_with("demo: state location"));
  CHECK(line_in(folder / "logs/demo.2.log").starts_with("demo: data location"));
  CHECK(line_in(folder / "logs/demo.3.log").empty());
}

TEST_CASE("cli: results go into a file that begins anew, in folders that are made") {
  const scratch_folder folder;
  cli program(options_with(process_console()));
  program.set<say>();
  const std::string file = folder / "a/b/c.txt";
  for (const char* const text : {"longer than the second", "short"}) {
    CHECK(run(program, {"--text", text, "--display.target-file", file.c_str()}) == 0);
    std::ifstream in(file);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == text);
  }
}
