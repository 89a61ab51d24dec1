// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "leat/app/application.hpp"
#include "leat/app/environment.hpp"

namespace leat::app {

/// Where the files of an application are for the user it runs as. Paths only: nothing is made
/// by asking.
struct directories {
  std::string home{};           ///< The user's own.
  std::string configuration{};  ///< What people edit.
  std::string data{};           ///< What must not be lost.
  std::string state{};          ///< What should survive a restart: logs, histories.
  std::string cache{};          ///< What can be made again.

  friend bool operator==(const directories&, const directories&) = default;
};

/// The layout of Linux (XDG Base Directory 0.8): `~/.config/<name>`, `~/.local/share/<name>`,
/// `~/.local/state/<name>` and `~/.cache/<name>`, or what XDG_CONFIG_HOME, XDG_DATA_HOME,
/// XDG_STATE_HOME and XDG_CACHE_HOME say instead of the folder they are in. One that is not an
/// absolute path is ignored, as the specification asks. A version is a folder below; the
/// publisher plays no part here.
/// Errors: `file_locate_failure` if HOME is needed and is no absolute path.
[[nodiscard]] directories linux_directories(const application& whose, const environment& variables);

/// The layout of macOS: configuration, data and state in `~/Library/Application Support/<name>`,
/// the cache in `~/Library/Caches/<name>`; a version is a folder below.
/// Errors: those of `linux_directories`.
[[nodiscard]] directories macos_directories(const application& whose, const environment& variables);

/// The layout of Windows: configuration in `%APPDATA%\<publisher>\<name>`, data and state in
/// `%LOCALAPPDATA%\<publisher>\<name>`, the cache in its folder `Cache`. Without a publisher the
/// name stands alone; a version is a folder below.
/// Errors: `file_locate_failure` if one of USERPROFILE, APPDATA and LOCALAPPDATA is not set.
[[nodiscard]] directories windows_directories(const application& whose,
                                              const environment& variables);

/// The layout of the system this was built for.
/// Errors: those of the layout.
[[nodiscard]] directories platform_directories(const application& whose,
                                               const environment& variables);

}  // namespace leat::app
