// SPDX-License-Identifier: MIT
#include "leat/app/error.hpp"

#include <array>
#include <utility>

#include "app/text.hpp"

namespace leat::app {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::invalid_configuration), "configuration is not valid",
                caller_fault},
    error_entry{static_cast<int>(errc::address_not_found), "address leads nowhere", caller_fault},
    error_entry{static_cast<int>(errc::entry_mismatch), "entry is not as expected", caller_fault},
    error_entry{static_cast<int>(errc::file_not_found), "file was not found", caller_fault},
    error_entry{static_cast<int>(errc::file_inaccessible), "file is not accessible", 0},
};

constinit const table_category app_category("leat.app", entries);

std::string told(std::string_view subject, const std::vector<problem>& problems) {
  std::string text(subject);
  text += " is not valid";
  const char* separator = ": ";
  for (const auto& each : problems) {
    text += separator + to_string(each);
    separator = "; ";
  }
  return text;
}

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), app_category};
}

std::string to_string(const problem& what) {
  std::string text = one_line(what.source);
  if (what.line != 0) {
    text += " line " + std::to_string(what.line) + ", column " + std::to_string(what.column);
  }
  for (const std::string_view part : {std::string_view(what.key), std::string_view(what.message)}) {
    if (part.empty()) continue;
    if (!text.empty()) text += ": ";
    text += one_line(part);
  }
  return text;
}

invalid_configuration::invalid_configuration(std::string_view subject,
                                             std::vector<problem> problems)
    : configuration_error(errc::invalid_configuration, told(subject, problems)),
      problems_(std::move(problems)) {}

address_locate_failure::address_locate_failure(std::string address, std::string part,
                                               std::string_view reason)
    : configuration_error(errc::address_not_found, "address " + one_line(address) + ": " +
                                                       one_line(part) + " " + std::string(reason)),
      address_(std::move(address)),
      part_(std::move(part)) {}

entry_assertion_failure::entry_assertion_failure(std::string address, std::size_t index,
                                                 std::string_view reason)
    : configuration_error(errc::entry_mismatch, "element " + std::to_string(index) + " of " +
                                                    one_line(address) + " " + one_line(reason)),
      address_(std::move(address)),
      index_(index) {}

file_locate_failure::file_locate_failure(std::string subject, std::string name,
                                         std::string_view reason)
    : configuration_error(errc::file_not_found, "search for " + one_line(subject) + " (" +
                                                    one_line(name) +
                                                    ") failed: " + one_line(reason)),
      subject_(std::move(subject)),
      name_(std::move(name)) {}

file_access_failure::file_access_failure(std::string path, std::string_view attempt,
                                         std::string_view reason, std::error_code cause)
    : configuration_error(
          errc::file_inaccessible,
          one_line(path) + " cannot be " + std::string(attempt) + ": " + std::string(reason),
          cause),
      path_(std::move(path)),
      reason_(reason) {}

}  // namespace leat::app
