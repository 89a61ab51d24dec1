// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "leat/app/files.hpp"
#include "leat/base/outcome.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

struct text_file_options {
  std::size_t max_bytes = std::size_t{1} << 20;  ///< Of one file.
  /// How many are read at a time; a process has only so many descriptors.
  std::size_t max_concurrent = 8;
};

/// Reads a text file in UTF-8, off the loop. A byte order mark in front is left out.
///
/// Cancellation: that of `files::read`.
/// Errors: `file_access_failure`, also for a file that is too long or no UTF-8.
/// Lifetime: `disk` outlives the task.
[[nodiscard]] task<std::string> read_text_file(files& disk, std::string path,
                                               text_file_options options = {});

/// Reads several, some of them at a time, and returns the text or the error of each in the order of
/// the paths. One that fails keeps no other from being read.
///
/// Cancellation: that of `files::read`; none is begun after a stop.
/// Errors: `invalid_argument` if none may be read at a time.
/// Lifetime: `disk` outlives the task.
[[nodiscard]] task<std::vector<outcome<std::string>>> read_text_files(
    files& disk, std::vector<std::string> paths, text_file_options options = {});

}  // namespace leat::app
