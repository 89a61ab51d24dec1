// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "leat/app/files.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

/// The paths of what is in a folder and has a name that ends like this, sorted by name.
/// Cancellation and errors: those of `files::list`.
[[nodiscard]] task<std::vector<std::string>> list_files(files& disk, std::string folder,
                                                        std::string_view ending);

}  // namespace leat::app
