// SPDX-License-Identifier: MIT
#include "leat/app/acquirer.hpp"

#include "leat/app/error.hpp"
#include "leat/testing/async_test.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/random.hpp"

#include "app/imaginary_files.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::app;
using namespace std::chrono_literals;

namespace {

const std::string main_path = "/home/ann/.config/demo/general.toml";

/// What an acquirer needs, with files to be filled.
struct world {
  application self{"demo"};
  directories where = linux_directories(self, environment({{"HOME", "/home/ann"}}));
  distribution from{"demo", "/opt/demo"};
  environment variables{};
  configuration_source source{};
  imaginary_files disk{};

  task<configuration> acquire() {
    const acquisition all{self, where, from, variables, source, disk};
    const toml_acquirer acquirer;
    co_return co_await acquirer.operator()(all);
  }
};

task<std::vector<problem>> problems_of(world& here) {
  try {
    static_cast<void>(co_await here.acquire());
  } catch (const invalid_configuration& e) {
    co_return e.problems();
  }
  co_return std::vector<problem>{};
}

}  // namespace

LEAT_ASYNC_TEST("acquirer: without a file and a template the configuration is empty") {
  world here;
  const auto all = co_await here.acquire();
  CHECK(all == configuration());
  CHECK(here.disk.contents.empty());
}

LEAT_ASYNC_TEST("acquirer: a template is copied once, and never over a file") {
  world here;
  here.disk.contents["/opt/demo/data/configuration/general.toml"] = "a = 1";
  const auto first = co_await here.acquire();
  CHECK(first == configuration::parse("a = 1"));
  CHECK(here.disk.contents[main_path] == "a = 1");

  here.disk.contents[main_path] = "a = 2";
  const auto second = co_await here.acquire();
  CHECK(second == configuration::parse("a = 2"));
}

LEAT_ASYNC_TEST("acquirer: a path that is given has to be there, and a text needs no file") {
  world here;
  here.source = configuration_source::file("/etc/demo.toml");
  const auto missing = co_await problems_of(here);
  REQUIRE(missing.size() == 1);
  CHECK(to_string(missing[0]) == "/etc/demo.toml: No such file or directory");

  here.disk.contents["/etc/demo.toml"] = "a = 1";
  const auto given = co_await here.acquire();
  CHECK(given == configuration::parse("a = 1"));

  here.source = configuration_source::text("a = 3");
  const std::size_t before = here.disk.calls;
  const auto text = co_await here.acquire();
  CHECK(text == configuration::parse("a = 3"));
  CHECK(here.disk.calls == before);
}

LEAT_ASYNC_TEST("acquirer: later includes override earlier ones and the main file, in depth") {
  for (const char* form : {"includes = ", "[includes]\nspecs = "}) {
    CAPTURE(form);
    world here;
    const std::string list =
        std::string(form) +
        "[\"{user_configuration}/conf.d\", \"{user_home}/last.toml\", \"near.toml\"]\n";
    here.disk.contents[main_path] = std::string(form).starts_with('[')
                                        ? "t = {a = 0, b = 0}\nl = [1]\n" + list
                                        : list + "t = {a = 0, b = 0}\nl = [1]\n";
    here.disk.contents["/home/ann/.config/demo/conf.d/20.toml"] = "t = {a = 20, c = 20}";
    here.disk.contents["/home/ann/.config/demo/conf.d/10.toml"] = "t = {a = 10, d = 10}";
    here.disk.contents["/home/ann/.config/demo/conf.d/notes.txt"] = "no TOML";
    here.disk.contents["/home/ann/last.toml"] = "l = [2, 3]";
    here.disk.contents["/home/ann/.config/demo/near.toml"] = "near = \"demo\"";
    const auto all = co_await here.acquire();
    CHECK(all == configuration::parse("t = {a = 20, b = 0, c = 20, d = 10}\nl = [2, 3]\n"
                                      "near = \"demo\""));
    CHECK(all.at("t.d").origin().source == "/home/ann/.config/demo/conf.d/10.toml");
  }
}

LEAT_ASYNC_TEST("acquirer: fifty includes give the same whatever they wait, few at a time") {
  configuration first;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    world here;
    testing::random_source random(seed);
    here.disk.delay = [&random] { return random.up_to(100ms); };
    std::string list = "includes = [";
    for (int i = 0; i < 50; ++i) {
      const std::string name = "/etc/demo/" + std::to_string(i) + ".toml";
      list += "\"" + name + "\", ";
      here.disk.contents[name] = "last = " + std::to_string(i) + "\n[t]\nk" + std::to_string(i) +
                                 " = 1\nk" + std::to_string(i / 2) + " = " + std::to_string(i);
      if (i / 2 == i) here.disk.contents[name] = "last = 0";
    }
    here.disk.contents[main_path] = list + "]";
    const auto all = co_await here.acquire();
    CHECK(all.at("last").as_integer() == 49);
    CHECK(all.at("t").entries().size() == 50);
    CHECK(here.disk.most_open == 8);
    if (seed == 1) first = all;
    CHECK(all == first);
  }
}

LEAT_ASYNC_TEST("acquirer: everything that is wrong with the files is told at once") {
  world here;
  here.disk.contents[main_path] =
      "includes = [\"/no/file.toml\", \"bad.toml\", \"{nothing}\", 3, \"/secret.d\", "
      "\"nested.toml\", \"good.toml\"]";
  here.disk.contents["/home/ann/.config/demo/bad.toml"] = "a = 1\nb = = 1";
  here.disk.contents["/home/ann/.config/demo/nested.toml"] = "\nincludes = []";
  here.disk.contents["/home/ann/.config/demo/good.toml"] = "a = 1";
  here.disk.contents["/secret.d/x.toml"] = "a = 1";
  here.disk.unreadable = {"/secret.d"};
  const auto found = co_await problems_of(here);
  std::vector<std::string> told;
  for (const auto& each : found) told.push_back(to_string(each));
  REQUIRE(told.size() == 6);
  CHECK(told[0] == main_path +
                       " line 1, column 42: includes[2]: has {nothing} in it, which "
                       "stands for nothing");
  CHECK(told[1] == main_path + " line 1, column 55: includes[3]: must be a path");
  CHECK(told[2] == "/secret.d: Permission denied");
  CHECK(told[3] == "/no/file.toml: No such file or directory");
  CHECK(told[4].starts_with("/home/ann/.config/demo/bad.toml line 2, column 5: "));
  CHECK(told[5] ==
        "/home/ann/.config/demo/nested.toml line 2, column 12: includes: belongs into "
        "the main file");
}

LEAT_ASYNC_TEST("acquirer: a folder stands for no more than max_files") {
  world here;
  here.disk.contents[main_path] = "includes = [\"conf.d\"]";
  for (int i = 0; i < 3; ++i) {
    here.disk.contents["/home/ann/.config/demo/conf.d/" + std::to_string(i) + ".toml"] = "";
  }
  const acquisition all{here.self, here.where, here.from, here.variables, here.source, here.disk};
  const toml_acquirer enough{.max_files = 3};
  const toml_acquirer few{.max_files = 2};
  const auto read = co_await enough(all);
  CHECK(read == configuration());
  CHECK_THROWS_AS(co_await few(all), invalid_configuration);
}

TEST_CASE("acquirer: can be cancelled anywhere") {
  testing::for_each_cancellation([]() -> task<void> {
    world here;
    here.disk.delay = [] { return 1ms; };
    here.disk.contents["/opt/demo/data/configuration/general.toml"] =
        "includes = [\"a.toml\", \"b.toml\"]";
    here.disk.contents["/home/ann/.config/demo/a.toml"] = "a = 1";
    here.disk.contents["/home/ann/.config/demo/b.toml"] = "b = 1";
    static_cast<void>(co_await here.acquire());
  });
}
