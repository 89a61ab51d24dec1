// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace leat::app {

/// What a program is called, who publishes it and which version it is. The name decides where
/// its files are and what its variables are called, so two programs need two names.
///
/// Immutable; equal if name, publisher and version are.
class application {
 public:
  /// Errors: `invalid_argument` if the name is empty, `.` or `..`, or if one of the three has a
  /// slash, a backslash or a control character in it: they become names of folders.
  explicit application(std::string name, std::string publisher = {}, std::string version = {});

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Empty if there is none.
  [[nodiscard]] const std::string& publisher() const noexcept { return publisher_; }
  /// Empty if there is none.
  [[nodiscard]] const std::string& version() const noexcept { return version_; }

  /// What the names of its environment variables begin with, without the underscore behind it.
  [[nodiscard]] std::string variable_prefix() const;

  friend bool operator==(const application&, const application&) = default;

 private:
  std::string name_;
  std::string publisher_;
  std::string version_;
};

/// "demo 1.2 (Example Ltd)", with as much of it as is known.
[[nodiscard]] std::string to_string(const application& what);

/// `text` as a part of a variable's name: letters of ASCII become capital ones, and whatever
/// is neither letter nor digit an underscore. `my-app.v2` is `MY_APP_V2`. Everything that
/// makes such a name goes through here.
[[nodiscard]] std::string variable_name_of(std::string_view text);

}  // namespace leat::app
