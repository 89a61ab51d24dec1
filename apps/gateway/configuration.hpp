// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <leat/app/configuration.hpp>
#include <leat/model/describe.hpp>
#include <leat/model/duration.hpp>

namespace gateway {

/// Where the gateway answers, and how it ends.
struct server_settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::chrono::nanoseconds startup = std::chrono::seconds(30);  ///< For the required upstreams.
  std::chrono::nanoseconds notice{};
  std::chrono::nanoseconds drain = std::chrono::seconds(10);
  std::uint32_t max_connections = 1024;
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (host, port, startup, notice, drain, max_connections))
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
  bool required = false;  ///< Without it the gateway is not ready, and does not begin to serve.
};
BOOST_DESCRIBE_STRUCT(upstream_settings, (), (name, url, timeout, required))
consteval auto leat_rules(const upstream_settings*) {
  using namespace leat::model::rules;
  return list(field<&upstream_settings::name>(length(1, 64), characters("a-zA-Z0-9_.-")),
              field<&upstream_settings::url>(length(1, 8000)),
              field<&upstream_settings::timeout>(
                  defaulted, range(std::chrono::milliseconds(1), std::chrono::hours(1))),
              field<&upstream_settings::required>(defaulted));
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

/// Reads and checks what the gateway was configured with. Relative paths are looked up in `folder`.
/// Errors: `leat::app::invalid_configuration` with every problem and its source.
[[nodiscard]] configuration read_configuration(const leat::app::configuration& all,
                                               const std::filesystem::path& folder);

}  // namespace gateway
