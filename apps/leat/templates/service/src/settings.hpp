#pragma once

#include <cstdint>
#include <string>

#include <leat/model/describe.hpp>

namespace sample_service {

/// The table [server] of the configuration.
struct server_settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: the system chooses one, and the log says which.
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (host, port))

consteval auto leat_rules(const server_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&server_settings::host>(min_length(1)));
}

/// The table [greeting].
struct greeting_settings {
  std::string word = "Hello";
};
BOOST_DESCRIBE_STRUCT(greeting_settings, (), (word))

consteval auto leat_rules(const greeting_settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted, field<&greeting_settings::word>(length(1, 100)));
}

/// All of it.
struct settings {
  server_settings server;
  greeting_settings greeting;
};
BOOST_DESCRIBE_STRUCT(settings, (), (server, greeting))

consteval auto leat_rules(const settings*) {
  using namespace leat::model::rules;
  return list(all_defaulted);
}

}  // namespace sample_service
