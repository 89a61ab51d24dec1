// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "leat/base/memory.hpp"

namespace leat::app {

/// The environment variables of a program as they were at one moment. It never changes, and
/// nothing changes that of the process, whose variables no thread may write while another
/// reads them; what differs is another `environment`, made from this one.
///
/// Copying is cheap. Equal if all variables are.
/// Thread-safety: any thread may use one.
class environment {
 public:
  using variables = std::map<std::string, std::string, std::less<>>;

  /// No variables at all.
  environment();
  explicit environment(variables values);

  /// Those of the process, now.
  /// Thread-safety: as long as no other thread changes them; take it before any is started.
  [[nodiscard]] static environment of_process();

  /// Nothing if it is not set, which is not the same as set to nothing.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

  [[nodiscard]] const variables& all() const noexcept { return *values_; }

  /// These variables and those of `more` that are not set here.
  [[nodiscard]] environment with_defaults(const variables& more) const;

  /// These variables, replaced by those of `more`.
  [[nodiscard]] environment with_overrides(const variables& more) const;

  friend bool operator==(const environment& a, const environment& b) noexcept {
    return a.values_ == b.values_ || *a.values_ == *b.values_;
  }

 private:
  std::shared_ptr<const variables> values_;
};

}  // namespace leat::app
