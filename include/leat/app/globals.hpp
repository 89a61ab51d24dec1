// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "leat/app/application.hpp"
#include "leat/app/configuration.hpp"
#include "leat/app/directories.hpp"
#include "leat/app/distribution.hpp"
#include "leat/app/environment.hpp"
#include "leat/coro/exit_stack.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/log/logger.hpp"

namespace leat::app {

/// The folders that a configuration can move.
enum class location_species : std::uint8_t { cache, data, state };

/// What `globals` is made of.
struct globals_parts {
  app::application application;
  app::distribution distribution;
  app::directories directories{};
  app::environment variables{};
  app::configuration configuration{};
  log::logger logger{};
};

/// What a program knows of itself once it is prepared. Immutable and passed on; there is no
/// global one, and two in one process have nothing to do with each other. A program that has
/// more to pass on derives from it, or has it as a member.
///
/// Equal if all parts but the logger are, and the exit stack is the same.
/// Lifetime: the exit stack must outlive it. Thread-safety: any thread, except for `exits()`.
class globals {
 public:
  globals(exit_stack& exits, globals_parts parts) : exits_(&exits), parts_(std::move(parts)) {}

  [[nodiscard]] const app::application& application() const noexcept { return parts_.application; }
  [[nodiscard]] const app::distribution& distribution() const noexcept {
    return parts_.distribution;
  }
  [[nodiscard]] const app::directories& directories() const noexcept { return parts_.directories; }
  [[nodiscard]] const app::environment& variables() const noexcept { return parts_.variables; }
  [[nodiscard]] const app::configuration& configuration() const noexcept {
    return parts_.configuration;
  }
  [[nodiscard]] const log::logger& logger() const noexcept { return parts_.logger; }

  /// The stack that was given to `prepare`. What is registered on it from now on is released
  /// before anything of `prepare`'s.
  [[nodiscard]] exit_stack& exits() const noexcept { return *exits_; }

  /// The path of a file in one of the program's folders: `locations.cache`, `locations.data` or
  /// `locations.state` of the configuration, or else what the platform says. Makes nothing.
  /// Errors: `invalid_argument` if the configuration has no string there.
  [[nodiscard]] std::string location(location_species species,
                                     std::initializer_list<std::string_view> parts = {}) const;

  /// Fills a described struct from the configuration at an address, as `configuration::to` does,
  /// with every `secret` looked up. Secrets are read from their files on a thread.
  /// Cancellation: that of `to_thread`. Errors: those of `configuration::to`.
  template <class Value>
  [[nodiscard]] task<Value> settings(address where = {}) const {
    return to_thread([from = parts_.configuration, where = std::move(where),
                      secrets = parts_.variables] { return from.to<Value>(where, secrets); });
  }

  /// Application, distribution and directories as tables, and the configuration.
  [[nodiscard]] std::map<std::string, app::configuration> as_dictionary() const;

  friend bool operator==(const globals& a, const globals& b) noexcept;

 private:
  exit_stack* exits_;
  globals_parts parts_;
};

}  // namespace leat::app
