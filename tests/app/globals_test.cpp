// SPDX-License-Identifier: MIT
#include "leat/app/globals.hpp"

#include <string>
#include <type_traits>
#include <utility>

#include "leat/app/prepare.hpp"

#include "app/imaginary_files.hpp"
#include "support/async_test.hpp"

using namespace leat;
using namespace leat::app;

namespace {

prepare_options options_of(std::string toml, std::shared_ptr<imaginary_files> disk) {
  prepare_options options;
  options.application = application("demo");
  options.distribution = distribution("demo", "/opt/demo");
  options.variables = environment({{"HOME", "/home/ann"}});
  options.source = configuration_source::text(std::move(toml));
  options.inscribe = [](const inscription&, std::string, exit_stack&) -> task<log::logger> {
    co_return log::logger();
  };
  options.disk = std::move(disk);
  return options;
}

/// What a program of its own has to pass on besides.
struct shop_globals : globals {
  int tills = 3;
};

}  // namespace

LEAT_ASYNC_TEST("globals: locations are made of every template there is, and parts are appended") {
  exit_stack exits;
  const globals made = co_await prepare(
      exits, options_of("[locations]\ncache = \"{user_cache}/{application_name}\"\n"
                        "data = \"{user_data}/d\"\nstate = \"{user_state}/{user_home}\"\n",
                        std::make_shared<imaginary_files>()));
  CHECK(made.location(location_species::cache, {"a", "b.txt"}) ==
        "/home/ann/.cache/demo/demo/a/b.txt");
  CHECK(made.location(location_species::data) == "/home/ann/.local/share/demo/d");
  CHECK(made.location(location_species::state) == "/home/ann/.local/state/demo//home/ann");
  co_await exits.close();
}

LEAT_ASYNC_TEST("globals: asking for a location makes no folder") {
  const auto disk = std::make_shared<imaginary_files>();
  exit_stack exits;
  const globals made = co_await prepare(exits, options_of("", disk));
  const auto calls = disk->calls;
  static_cast<void>(made.location(location_species::cache, {"a"}));
  CHECK(disk->calls == calls);
  CHECK(disk->made.empty());
  co_await exits.close();
}

LEAT_ASYNC_TEST("globals: what as_dictionary gives is independent of them") {
  exit_stack exits;
  const globals made =
      co_await prepare(exits, options_of("port = 1\n", std::make_shared<imaginary_files>()));
  auto copy = made.as_dictionary();
  CHECK(copy.at("configuration").at("port").as_integer() == 1);
  CHECK(copy.at("application").at("name").as_string() == "demo");
  copy["configuration"] = copy["configuration"].with("port", 2);
  copy.erase("application");
  CHECK(made.configuration().at("port").as_integer() == 1);
  CHECK(made.as_dictionary().contains("application"));
  co_await exits.close();
}

LEAT_ASYNC_TEST("globals: a program that has more to pass on derives from them") {
  exit_stack exits;
  const shop_globals made{
      co_await prepare(exits, options_of("", std::make_shared<imaginary_files>()))};
  const globals& as_given = made;
  CHECK(as_given.application().name() == "demo");
  CHECK(made.tills == 3);
  co_await exits.close();
}
