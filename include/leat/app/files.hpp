// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "leat/base/memory.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

/// What a path leads to.
enum class file_kind : std::uint8_t { absent, file, folder, other };

/// The files that a program starts from. An interface, so that tests have slow, broken and
/// imaginary ones.
///
/// Cancellation: deferred; what has begun is finished, so that nothing is left half-written.
/// Errors: `file_access_failure`.
/// Lifetime: must outlive its tasks. Thread-safety: the tasks of one loop.
class files {
 public:
  files() = default;
  files(const files&) = delete;
  files& operator=(const files&) = delete;
  virtual ~files() = default;

  /// What is there. Following links; a path through something that is no folder leads nowhere.
  [[nodiscard]] virtual task<file_kind> kind_of(std::string path) = 0;

  /// All of a regular file that has no more than `max_bytes`.
  [[nodiscard]] virtual task<std::string> read(std::string path, std::size_t max_bytes) = 0;

  /// The names in a folder, sorted by their bytes.
  [[nodiscard]] virtual task<std::vector<std::string>> list(std::string folder) = 0;

  /// Makes a file with these contents, whole or not at all, and the folders above it. Never
  /// replaces one: returns false if it is there already, also if somebody else was faster.
  [[nodiscard]] virtual task<bool> install(std::string path, std::string contents) = 0;

  /// Makes a folder and those above it, for their owner alone, where they are missing.
  [[nodiscard]] virtual task<void> make_folder(std::string path) = 0;

  /// Where a symbolic link leads.
  [[nodiscard]] virtual task<std::string> read_link(std::string path) = 0;
};

/// Those of the system, each call on a thread for calls that block.
[[nodiscard]] std::shared_ptr<files> disk_files();

}  // namespace leat::app
