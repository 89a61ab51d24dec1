// SPDX-License-Identifier: MIT
#pragma once

#include <leat/app/cli.hpp>

namespace cli {

/// `leat app`: shows what a program that is prepared by Leat would see.
[[nodiscard]] leat::app::cli make_app_command(leat::app::cli_options options = {});

}  // namespace cli
