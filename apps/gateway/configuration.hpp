// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <leat/model/toml.hpp>

namespace gateway {

/// Where the gateway answers, and how it ends.
struct server_settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::chrono::nanoseconds drain = std::chrono::seconds(10);
  std::uint32_t max_connections = 1024;
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (host, port, drain, max_connections))
consteval auto leat_rules(const server_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&server_settings::max_connections>(range(1, 1'000'000)));
}

/// The upstream that comes with the gateway, so that it shows something where nothing else is
/// installed.
struct demo_settings {
  std::uint16_t port = 0;             ///< 0: the one after the gateway's.
  std::string ledger = "ledger.csv";  ///< Relative to the configuration file.
};
BOOST_DESCRIBE_STRUCT(demo_settings, (), (port, ledger))
consteval auto leat_rules(const demo_settings*) {
  return leat::model::rules::list(leat::model::rules::all_defaulted);
}

/// One source of the dashboard.
struct upstream_settings {
  std::string name;  ///< Its key in the dashboard.
  std::string url;   ///< Without a scheme: a path on the demo upstream.
  std::chrono::nanoseconds timeout = std::chrono::seconds(5);
};
BOOST_DESCRIBE_STRUCT(upstream_settings, (), (name, url, timeout))
consteval auto leat_rules(const upstream_settings*) {
  using namespace leat::model::rules;
  return list(field<&upstream_settings::name>(length(1, 64), characters("a-zA-Z0-9_.-")),
              field<&upstream_settings::url>(length(1, 8000)),
              field<&upstream_settings::timeout>(
                  defaulted, range(std::chrono::milliseconds(1), std::chrono::hours(1))));
}

struct settings {
  server_settings server;
  std::optional<demo_settings> demo;
  std::vector<upstream_settings> upstreams;
};
BOOST_DESCRIBE_STRUCT(settings, (), (server, demo, upstreams))
consteval auto leat_rules(const settings*) {
  using namespace leat::model::rules;
  return list(field<&settings::server>(defaulted), field<&settings::upstreams>(length(1, 100)));
}

/// A configuration that fits together: with every URL absolute and every path resolved.
struct configuration {
  server_settings server;
  std::optional<demo_settings> demo;  ///< Its port is set and its ledger is a full path.
  std::vector<upstream_settings> upstreams;
};

/// What the command line says; it wins over the file.
struct overrides {
  std::optional<std::uint16_t> port;
};

/// Reads and checks a configuration file.
/// Errors: `leat::error`, naming the file and every problem in it.
[[nodiscard]] configuration load_configuration(const std::filesystem::path& file,
                                               const overrides& from_command_line);

/// The same from a text. Relative paths are looked up in `folder`.
[[nodiscard]] configuration parse_configuration(std::string_view text, std::string_view name,
                                                const std::filesystem::path& folder,
                                                const overrides& from_command_line);

}  // namespace gateway
