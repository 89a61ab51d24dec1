// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cli {

/// A file of a template, as the build has put it into the program.
struct template_file {
  std::string_view path;
  std::string_view text;
};

/// apps/leat/templates/service, which is a whole project called sample-service.
[[nodiscard]] std::span<const template_file> service_template() noexcept;

/// What the template's names become in a project of this name.
/// Errors: `usage_error` if it cannot be the name of a project: small letters, digits and single
/// dashes between them, a letter first, at most 40 of them, and no name that CMake or make need.
class project_name {
 public:
  explicit project_name(std::string_view name);

  [[nodiscard]] const std::string& text() const noexcept { return name_; }
  /// A path or a text of the template, for this project.
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  std::string name_;
  std::string identifier_;  ///< For a namespace of C++.
  std::string prefix_;      ///< Of its variables.
};

/// Writes a new service into `folder`/NAME, all of it or nothing. Blocks.
/// Errors: `usage_error` if there is something already; `std::system_error`.
void make_service(const project_name& name, const std::string& folder);

}  // namespace cli
