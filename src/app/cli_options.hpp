// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/model/codec.hpp"

#include "app/document.hpp"

namespace leat::app {

/// One option of a command line: a scalar member of a described struct, or of one in it.
struct cli_option {
  /// Where its value is in what `arguments_of` makes.
  std::vector<std::string> path;
  /// "server.max-bytes": with dots between members, and dashes for underscores.
  std::string name;
  model::value_form form;
  model::rule_set rules;
  bool is_required = false;
  document initial;  ///< Its default; null where there is none.

  [[nodiscard]] bool is_flag() const noexcept { return form.kind == model::form_kind::boolean; }
  [[nodiscard]] bool is_list() const noexcept { return form.kind == model::form_kind::array; }
  /// "--server.no-verify" for a flag "server.verify".
  [[nodiscard]] std::string negated_name() const;
  /// As it is written in messages: "--port", or "FILE" for what has no name.
  [[nodiscard]] std::string spelled() const;
  /// What stands for its value: "NUMBER", "plain|rich"; empty for a flag.
  [[nodiscard]] std::string value_name() const;
};

/// The options that the members of a struct are.
/// Errors: `invalid_argument` for a member that cannot stand on a command line.
[[nodiscard]] std::vector<cli_option> options_of(
    const model::value_form& form, const std::function<void(model::writer&)>& write_defaults);

/// Everything that was given is in one table below the root, where no key has a meaning yet.
inline constexpr std::string_view arguments_key = "arguments";

/// A table of what was given: `texts` has a list for each option, empty where it was not given.
[[nodiscard]] configuration arguments_of(const std::vector<cli_option>& options,
                                         const std::vector<std::vector<std::string>>& texts);

/// The same problems with options instead of keys, and without those of the reader that nobody
/// has on a command line: there, what has a name may always be absent.
[[nodiscard]] std::vector<problem> as_options(std::vector<problem> problems,
                                              const std::vector<cli_option>& options);

/// The part of a help text that lists options, with a line for each and more where one is long.
[[nodiscard]] std::string help_of(const std::vector<cli_option>& options);

/// "  --name VALUE     what it is", wrapped. Lines are at most 80 columns wide.
[[nodiscard]] std::string help_line(std::string_view left, std::string_view right);

}  // namespace leat::app
