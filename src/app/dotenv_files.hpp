// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "leat/app/environment.hpp"
#include "leat/app/error.hpp"
#include "leat/app/files.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

/// `variables` and what the files at `paths` set besides, the first of them first. A path that
/// is a folder stands for its files that end in `.env`; one that is not there for nothing.
/// What is wrong is added to `problems`.
[[nodiscard]] task<environment> with_dotenv_files(files& disk, std::vector<std::string> paths,
                                                  environment variables,
                                                  std::vector<problem>& problems);

}  // namespace leat::app
