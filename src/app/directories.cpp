// SPDX-License-Identifier: MIT
#include "leat/app/directories.hpp"

#include <initializer_list>

#include "leat/app/error.hpp"

#include "app/text.hpp"

namespace leat::app {
namespace {

std::string below(std::string path, char separator, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!path.ends_with(separator)) path += separator;
    path += part;
  }
  return path;
}

std::string needed(const environment& variables, const char* name) {
  auto value = variables.find(name);
  if (!value || value->empty()) {
    throw file_locate_failure("the user's directories", name, "the variable is not set");
  }
  return *value;
}

std::string home_of(const environment& variables) {
  std::string home = needed(variables, "HOME");
  if (!is_absolute_path(home)) {
    throw file_locate_failure("the user's directories", "HOME",
                              "the variable holds no absolute path");
  }
  return home;
}

}  // namespace

directories linux_directories(const application& whose, const environment& variables) {
  const auto base = [&](const char* name, std::string_view otherwise) {
    const auto value = variables.find(name);
    const bool is_usable = value && is_absolute_path(*value);
    const std::string folder = is_usable ? *value : below(home_of(variables), '/', {otherwise});
    return below(folder, '/', {whose.name(), whose.version()});
  };
  directories made;
  const auto home = variables.find("HOME");
  if (home && is_absolute_path(*home)) made.home = *home;
  made.configuration = base("XDG_CONFIG_HOME", ".config");
  made.data = base("XDG_DATA_HOME", ".local/share");
  made.state = base("XDG_STATE_HOME", ".local/state");
  made.cache = base("XDG_CACHE_HOME", ".cache");
  return made;
}

directories macos_directories(const application& whose, const environment& variables) {
  directories made;
  made.home = home_of(variables);
  const std::string support =
      below(made.home, '/', {"Library/Application Support", whose.name(), whose.version()});
  made.configuration = support;
  made.data = support;
  made.state = support;
  made.cache = below(made.home, '/', {"Library/Caches", whose.name(), whose.version()});
  return made;
}

directories windows_directories(const application& whose, const environment& variables) {
  const auto in = [&](std::string folder) {
    return below(std::move(folder), '\\', {whose.publisher(), whose.name(), whose.version()});
  };
  directories made;
  made.home = needed(variables, "USERPROFILE");
  made.configuration = in(needed(variables, "APPDATA"));
  made.data = in(needed(variables, "LOCALAPPDATA"));
  made.state = made.data;
  made.cache = below(made.data, '\\', {"Cache"});
  return made;
}

directories platform_directories(const application& whose, const environment& variables) {
#if defined(_WIN32)
  return windows_directories(whose, variables);
#elif defined(__APPLE__)
  return macos_directories(whose, variables);
#else
  return linux_directories(whose, variables);
#endif
}

}  // namespace leat::app
