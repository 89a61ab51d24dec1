// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "leat/app/display.hpp"
#include "leat/app/prepare.hpp"

#include "app/cli_options.hpp"
#include "app/inscription_settings.hpp"

namespace leat::app {

/// The options that all programs have, as they were given.
struct common_choices {
  display_options display;
  std::optional<std::string> configfile;
  std::optional<bool> environment;
  configuration inscription;  ///< A table, which may be empty.
  std::optional<std::string> log_file;
  rotation_settings log_rotation;  ///< Of that file.
  std::optional<output_stream> log_stream;

  /// Puts into force what is said about the preparation.
  void adjust(prepare_options& options) const;
};

/// Those of them that every help text lists.
[[nodiscard]] const std::vector<cli_option>& common_options();

/// Other names for some of them, by which CLI11 knows them: "--force-tty".
[[nodiscard]] std::string aliases_of(const cli_option& option);

/// Reads them. What is wrong is added to `problems`.
[[nodiscard]] common_choices common_choices_of(const configuration& arguments,
                                               std::vector<problem>& problems);

}  // namespace leat::app
