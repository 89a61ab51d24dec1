// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <utility>

#include "leat/app/address.hpp"
#include "leat/app/configuration.hpp"
#include "leat/app/environment.hpp"
#include "leat/app/inscription.hpp"
#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/mutex.hpp"
#include "leat/coro/task.hpp"
#include "leat/log/logger.hpp"

namespace leat::app {

/// A configuration that was read and found valid, and how it wants the log.
struct configuration_reading {
  app::configuration configuration{};
  app::inscription inscription{};
};

/// The values of a configuration that may change while the program runs, and how they take effect.
/// Values that are not declared need a new start. `inscription.level` is declared by itself; the
/// rest of that table says how a log begins (its file, its rotation, its presentation), and is not.
///
/// Thread-safety: one loop.
class reloads {
 public:
  struct surroundings {
    configuration_reading in_force;
    environment variables;  ///< In which secrets are looked up; they do not change.
    log::logger logger;
    /// Reads and checks everything again. Throws what `prepare` throws.
    std::function<task<configuration_reading>()> read;
  };

  explicit reloads(surroundings around) : around_(std::move(around)) {}
  reloads(const reloads&) = delete;
  reloads& operator=(const reloads&) = delete;

  /// Declares that what stands at `where` may change. `apply` is called on the loop, with a value
  /// that was filled and checked, after a reload in which something there has changed. It must not
  /// throw: other values have taken effect by then.
  template <class Value>
  void declare(address where, std::function<void(const Value&)> apply) {
    const address at = where;
    add(std::move(where),
        [at, apply = std::move(apply)](const configuration& all, const environment& secrets) {
          auto value = std::make_shared<const Value>(all.to<Value>(at, secrets));
          return [apply, value = std::move(value)] { apply(*value); };
        });
  }

  /// What was read last and found valid, with values in it that need a new start to be in force.
  [[nodiscard]] const configuration& current() const noexcept {
    return around_.in_force.configuration;
  }

  /// Reads the configuration again, as SIGHUP does. Every declared value that has changed is filled
  /// before the first takes effect; if anything is wrong, nothing does, and the old configuration
  /// stays. Returns whether it was valid.
  ///
  /// Logs one record: `configuration reloaded` with what has `changed`, and what has but
  /// `needs_restart`; `configuration unchanged`; or `configuration not reloaded` with the `error`,
  /// which has every problem with its file and line. Of values, numbers, truth values and lengths
  /// of time are shown, unless logs hide their key; texts, which may be secrets, are not.
  ///
  /// Cancellation: safe; all of it takes effect or nothing. Calls wait for each other.
  /// Errors: none.
  [[nodiscard]] task<bool> run();

 private:
  /// Fills a value, on a thread, and returns what lets it take effect.
  using filler = std::function<std::function<void()>(const configuration&, const environment&)>;
  struct section {
    address where;
    filler fill;
  };
  struct difference;

  void add(address where, filler fill);
  task<void> take_over(configuration_reading read);

  surroundings around_;
  std::deque<section> sections_;  // a reload that runs refers to them
  mutex one_at_a_time_;
};

}  // namespace leat::app
