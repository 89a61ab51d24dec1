// SPDX-License-Identifier: MIT
// A program that is prepared: its name, its files, its configuration, its log. Everything comes
// from text and given variables here, so that it says the same on every machine.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include <leat/app/error.hpp>
#include <leat/app/files.hpp>
#include <leat/app/prepare.hpp>
#include <leat/app/secret.hpp>
#include <leat/app/text_files.hpp>
#include <leat/base/error.hpp>
#include <leat/coro/exit_stack.hpp>
#include <leat/io/loop.hpp>
#include <leat/model/describe.hpp>
#include <leat/model/json.hpp>
#include <leat/proto/text/charset.hpp>

using namespace leat;

namespace {

// region settings
struct server_settings {
  std::string host = "localhost";
  int port = 8080;
  app::secret password{};
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (host, port, password))

consteval auto leat_rules(const server_settings*) {
  using namespace model::rules;
  return list(all_defaulted, field<&server_settings::port>(range(1, 65535)));
}
// endregion settings

const app::environment variables({{"HOME", "/home/ann"},
                                  {"DEMO_CONFIG_SERVER__PORT", "9000"},
                                  {"DEMO_PASSWORD", "hunter2"}});

// region options
app::prepare_options options_of(std::string toml) {
  app::prepare_options options;
  options.application = app::application("demo", "Example Ltd");
  options.source = app::configuration_source::text(std::move(toml));
  options.variables = variables;  // without it, those of the process
  options.edits = {app::set_entry("server.host", "demo.example")};
  options.checks = {app::fits<server_settings>("server")};
  return options;
}
// endregion options

// region prepare
task<void> serve(exit_stack& exits) {
  const app::globals demo = co_await app::prepare(
      exits, options_of("[server]\nport = 1\npassword = \"env:DEMO_PASSWORD\"\n"));
  const auto server = co_await demo.settings<server_settings>("server");
  std::printf("%s:%d, with a password of %zu letters\n", server.host.c_str(), server.port,
              server.password.reveal().size());
}
// endregion prepare

// region wrong
task<void> refuse(exit_stack& exits) {
  try {
    static_cast<void>(
        co_await app::prepare(exits, options_of("[server]\nhots = \"a\"\npassword = \"env:OTHER\"\n"
                                                "[inscription]\nlevel = \"loud\"\n")));
  } catch (const app::invalid_configuration& e) {
    for (const auto& each : e.problems()) std::printf("%s\n", app::to_string(each).c_str());
  }
}
// endregion wrong

// region origin
task<void> ask(exit_stack& exits) {
  const app::globals demo =
      co_await app::prepare(exits, options_of("[locations]\ncache = \"/var/cache/demo\"\n"));
  const auto& port = demo.configuration().at("server.port");
  std::printf("port %lld, from %s\n", static_cast<long long>(port.as_integer()),
              port.origin().source.c_str());
  std::printf("%s\n", demo.location(app::location_species::cache, {"pages"}).c_str());
  std::printf("%s\n", demo.location(app::location_species::state, {"log"}).c_str());
}
// endregion origin

// region files
task<void> read_prices(app::files& disk, std::string path) {
  const auto from_json = [](std::string_view text) {
    return model::from_json<std::map<std::string, int>>(text);
  };
  const app::text_file_options options{.charset = proto::charset::windows_1252};
  try {
    for (const auto& [name, price] : co_await app::read_text_file(disk, path, from_json, options)) {
      std::printf("%s: %d\n", name.c_str(), price);
    }
  } catch (const app::file_content_failure& e) {
    std::printf("%s\n", describe(e.failure()).c_str());
  }
}
// endregion files

task<void> read_from_disk() {
  std::string folder = (std::filesystem::temp_directory_path() / "leat-example-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) co_return;
  const std::string path = folder + "/prices.json";
  std::ofstream(path) << "{\"p\xEA"
                         "che\": 4}";
  const auto disk = app::disk_files();
  co_await read_prices(*disk, path);
  std::filesystem::remove_all(folder);
}

}  // namespace

int main() {
  run(with_exit_stack(ask));
  run(with_exit_stack(refuse));
  run(with_exit_stack(serve));
  run(read_from_disk());
}
