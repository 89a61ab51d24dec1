// SPDX-License-Identifier: MIT
#include "leat/app/application.hpp"

#include <algorithm>
#include <utility>

#include "leat/base/error.hpp"

namespace leat::app {
namespace {

void check_folder_name(std::string_view text, std::string_view what) {
  const bool is_name = std::ranges::none_of(text, [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == '\x7F';
  });
  if (!is_name || text == "." || text == "..") {
    throw invalid_argument("the " + std::string(what) +
                           " of an application has to be the name of a folder");
  }
}

}  // namespace

application::application(std::string name, std::string publisher, std::string version)
    : name_(std::move(name)), publisher_(std::move(publisher)), version_(std::move(version)) {
  if (name_.empty()) throw invalid_argument("an application needs a name");
  check_folder_name(name_, "name");
  check_folder_name(publisher_, "publisher");
  check_folder_name(version_, "version");
}

std::string application::variable_prefix() const {
  return variable_name_of(name_);
}

std::string to_string(const application& what) {
  std::string text = what.name();
  if (!what.version().empty()) text += " " + what.version();
  if (!what.publisher().empty()) text += " (" + what.publisher() + ")";
  return text;
}

std::string variable_name_of(std::string_view text) {
  std::string name(text);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    } else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
      c = '_';
    }
  }
  return name;
}

}  // namespace leat::app
