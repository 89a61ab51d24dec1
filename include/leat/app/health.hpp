// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/chrono.hpp"
#include "leat/base/function.hpp"
#include "leat/base/time.hpp"
#include "leat/coro/task.hpp"
#include "leat/log/logger.hpp"

namespace leat::app {

enum class health_status : std::uint8_t {
  healthy,
  degraded,   ///< A dependency that it can do without is not healthy.
  unhealthy,  ///< One that it needs is not.
};

[[nodiscard]] std::string_view to_string(health_status value) noexcept;

struct health_check_options {
  /// How long the check may take; then its dependency counts as one that does not answer.
  duration timeout = std::chrono::seconds(2);
  /// Whether the program is useless without it.
  bool is_required = true;
};

/// What a check of one dependency has found.
struct dependency_health {
  std::string name{};
  bool is_healthy = false;
  bool is_required = true;
  duration latency{};
  /// Why it is not healthy, for anybody to read: what kind of thing happened, but no address,
  /// no text of the other side and no secret. The log has the rest.
  std::optional<std::string> error{};
};

struct health_report {
  health_status status = health_status::healthy;
  std::vector<dependency_health> dependencies{};  ///< In the order in which they were added.
};

enum class health_scope : std::uint8_t {
  all,
  required,  ///< Only what the program cannot do without.
};

/// What may be told of an error to anybody: the text of its code, which is a constant, and never
/// its message.
[[nodiscard]] std::string public_reason(const std::exception_ptr& failure);

/// The dependencies of a program, and how each is checked.
/// Thread-safety: one loop.
class health_checks {
 public:
  /// Returns when the dependency is healthy, and throws when it is not.
  using check = std::function<task<void>()>;

  explicit health_checks(log::logger logger = {}) : logger_(std::move(logger)) {}

  /// Errors: `invalid_argument` for a timeout that is negative or `no_timeout`, and for a name
  /// that is taken.
  void add(std::string name, check how, health_check_options options = {});

  /// Checks dependencies side by side, each within its own time. The error of one that is
  /// not healthy is logged when it becomes so, and once more when it is healthy again.
  /// Cancellation: safe; stops all checks.
  /// Errors: none; what a check throws is in the report.
  [[nodiscard]] task<health_report> run(health_scope of = health_scope::all);

 private:
  struct dependency {
    std::string name{};
    check how;
    health_check_options options;
    bool was_healthy = true;
  };

  task<dependency_health> check_one(dependency& which);

  std::deque<dependency> dependencies_;  // checks that run refer to them
  log::logger logger_;
};

}  // namespace leat::app
