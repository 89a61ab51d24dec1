// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "leat/app/application.hpp"
#include "leat/app/configuration.hpp"
#include "leat/app/directories.hpp"
#include "leat/app/distribution.hpp"
#include "leat/app/environment.hpp"
#include "leat/app/error.hpp"
#include "leat/app/files.hpp"
#include "leat/base/function.hpp"
#include "leat/coro/task.hpp"

namespace leat::app {

/// Where the main file of a configuration is.
struct configuration_source {
  enum class source_kind : std::uint8_t {
    discovered,  ///< In the user's configuration folder; made from a template if there is one.
    file,        ///< At a path, and it has to be there.
    text,        ///< Here, as TOML.
  };

  source_kind kind = source_kind::discovered;
  std::string value{};

  [[nodiscard]] static configuration_source file(std::string path) {
    return {source_kind::file, std::move(path)};
  }
  [[nodiscard]] static configuration_source text(std::string toml) {
    return {source_kind::text, std::move(toml)};
  }
};

/// What an acquirer may look at. Lifetime: until its task has ended.
struct acquisition {
  const app::application& application;
  const app::directories& directories;
  const app::distribution& distribution;
  const environment& variables;
  const configuration_source& source;
  files& disk;
  /// For what is wrong with one source while others can be read: an acquirer that adds to this
  /// list returns what it has, and `prepare` tells all of it together with what is wrong with
  /// values. Null where nobody asks.
  std::vector<problem>* problems = nullptr;
};

/// Gets a configuration from somewhere: files, a database, another service. `prepare` applies
/// edits and overrides to whatever it returns. It may wait, and is then cancelled with
/// `prepare`; what it throws, `prepare` throws.
using acquirer = std::function<task<configuration>(const acquisition&)>;

/// Gets a configuration from TOML files.
///
/// The main file is the one that is given, or `main_filename` in the user's configuration
/// folder. If that is not there and the distribution has `data/configuration/<main_filename>`,
/// it is copied there first, whole or not at all, and never over another file; if there is no
/// such template, the configuration is empty.
///
/// Its key `includes` is an array of paths, or a table with such an array as `specs`. A path may
/// have the variables of templates in it ({user_configuration}, {user_home},
/// {application_name}, ...), and begins in the folder of the main file if it is relative. A folder
/// stands for all files in it that end in `.toml`, sorted by their names. Each file overrides
/// those before it, and the main file: tables become one, in depth, and anything else is
/// replaced, arrays too.
struct toml_acquirer {
  std::string main_filename = "general.toml";
  std::string includes_name = "includes";
  std::size_t max_concurrent_reads = 8;  ///< Each has a descriptor and a thread.
  std::size_t max_files = 1000;          ///< Included ones.

  /// Cancellation: safe; a template that is being copied is copied to the end.
  /// Errors: everything that is wrong with any of the files is added to `from.problems`, or
  /// without that thrown as `invalid_configuration`.
  [[nodiscard]] task<configuration> operator()(const acquisition& from) const;
};

}  // namespace leat::app
