// SPDX-License-Identifier: MIT
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "leat/app/environment.hpp"
#include "leat/app/files.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

/// Where the files that come with a program are: installed with it, or in the tree that it is
/// developed in.
///
/// Immutable; equal if all three are.
class distribution {
 public:
  /// `location` is the folder that has `data` in it.
  distribution(std::string name, std::string location, bool is_editable = false);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& location() const noexcept { return location_; }

  /// Whether this is a tree that somebody works in, and not an installed copy.
  [[nodiscard]] bool is_editable() const noexcept { return is_editable_; }

  /// The path `location/data/...` of a file that came along.
  [[nodiscard]] std::string data_location(std::initializer_list<std::string_view> parts = {}) const;

  friend bool operator==(const distribution&, const distribution&) = default;

 private:
  std::string name_;
  std::string location_;
  bool is_editable_;
};

/// How `find_distribution` looks.
struct distribution_search {
  /// The program's; also that of the distribution, where a manifest does not say another.
  std::string name{};

  /// From the folder of the executable to what is installed with it, such as `../share/demo`.
  /// The build knows it (`-DDEMO_SHARE="../share/demo"`), and since it is relative, an installed
  /// tree may be moved. Empty: nothing is ever installed.
  std::string installed{};

  /// A file or folder in the tree that is developed in. Empty: the executable.
  std::string anchor{};

  /// The file that marks the root of such a tree: TOML with the key `project.name`.
  std::string manifest = "leat.toml";

  /// The executable. Empty: /proc/self/exe says.
  std::string executable{};
};

/// The installed files if they are there; otherwise the nearest folder, from the anchor upwards,
/// with a manifest in it. The way up ends at the root, which is looked at too, and below any
/// folder that GIT_CEILING_DIRECTORIES lists (separated by colons; what is no absolute path is
/// ignored): as git does, it looks at the folder where it begins, wherever the ceiling is.
///
/// Cancellation: safe. Errors: `file_locate_failure` if there is no manifest;
/// `invalid_configuration` if it is no TOML or does not say `project.name`; `file_access_failure`.
/// Lifetime: `disk` must outlive the task.
[[nodiscard]] task<distribution> find_distribution(files& disk, distribution_search search,
                                                   environment variables);

}  // namespace leat::app
