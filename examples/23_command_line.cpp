// SPDX-License-Identifier: MIT
// The command line of a program: commands are structs, and their members are options. It is run
// with several command lines in turn, so that it says the same on every machine.

#include <cstdio>
#include <string>
#include <vector>

#include <leat/app/cli.hpp>
#include <leat/app/error.hpp>
#include <leat/model/describe.hpp>

using namespace leat;

namespace {

// region result
struct greeting {
  std::string text;
  int times = 0;
};
BOOST_DESCRIBE_STRUCT(greeting, (), (text, times))
// endregion result

// region command
struct greet {
  std::string name;
  int times = 1;
  bool is_loud = false;

  task<void> execute(const app::invocation& with) const {
    const auto word = with.globals().configuration().at("word").as_string();
    co_await with.show(greeting{word + ", " + name + (is_loud ? "!" : "."), times});
  }
};
BOOST_DESCRIBE_STRUCT(greet, (), (name, times, is_loud))

consteval auto leat_rules(const greet*) {
  using namespace model::rules;
  return list(field<&greet::name>(positional, described("whom to greet")),
              field<&greet::times>(short_form('t'), range(1, 10), described("how often")),
              field<&greet::is_loud>(described("as if far away")));
}
// endregion command

// region failing
struct forget {
  task<void> execute(const app::invocation& with) const {
    with.exits().callback([] { std::printf("cleaned up\n"); });
    throw app::file_locate_failure("memory", "names.txt", "it is nowhere");
    co_return;
  }
};
BOOST_DESCRIBE_STRUCT(forget, (), ())
// endregion failing

// region program
app::cli make_program() {
  app::cli_options options;
  options.about = "Greets people.";
  options.prepare.application = app::application("greeter", "", "1.0");
  options.prepare.source = app::configuration_source::text("word = \"Hello\"\n");
  options.prepare.variables = app::environment({{"HOME", "/home/ann"}});  // for this example

  app::cli program(std::move(options));
  program.add<greet>("greet", "Says hello.");
  program.add<forget>("people forget", "Fails.");
  program.describe("people", "What is known of people.");
  return program;
}
// endregion program

int say(const std::vector<const char*>& arguments) {
  std::string line = "$";
  for (const char* const each : arguments) line += " " + std::string(each);
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  const int code = make_program().run(static_cast<int>(arguments.size()), arguments.data());
  std::printf("exit code %d\n\n", code);
  return code;
}

}  // namespace

int main() {
  say({"greeter", "greet", "--help"});
  say({"greeter", "greet", "Ann"});
  say({"greeter", "greet", "Ann", "-t", "3", "--is-loud", "--display.presentation", "json"});
  say({"greeter", "greet", "Ann", "--display.presentation", "toml"});
  say({"greeter", "greet", "--times", "12"});
  say({"greeter", "people", "forget"});
}
