// SPDX-License-Identifier: MIT
#include "leat/app/error.hpp"

#include <array>
#include <utility>

#include "leat/base/error_detail.hpp"

#include "app/text.hpp"

namespace leat::app {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::invalid_configuration), "configuration is not valid",
                caller_fault},
    error_entry{static_cast<int>(errc::address_not_found), "address leads nowhere", caller_fault},
    error_entry{static_cast<int>(errc::entry_mismatch), "entry is not as expected", caller_fault},
    error_entry{static_cast<int>(errc::file_not_found), "file was not found", caller_fault,
                std::errc::no_such_file_or_directory},
    error_entry{static_cast<int>(errc::file_inaccessible), "file is not accessible", 0},
    error_entry{static_cast<int>(errc::invalid_command_line), "command line is not valid",
                caller_fault, std::errc::invalid_argument},
    error_entry{static_cast<int>(errc::output_failed), "output cannot be written", 0,
                std::errc::io_error},
    error_entry{static_cast<int>(errc::content_not_understood), "file content is not understood",
                caller_fault},
};

constexpr std::string_view command_line = "command line";

constinit const table_category app_category("leat.app", entries);

std::string not_valid(std::string_view subject) {
  return std::string(subject) + " is not valid";
}

std::string not_understood(const std::string& path) {
  return one_line(path) + " is not understood";
}

std::string told(std::string_view subject, const std::vector<problem>& problems) {
  std::string text = not_valid(subject);
  const char* separator = ": ";
  for (const auto& each : problems) {
    text += separator + to_string(each);
    separator = "; ";
  }
  return text;
}

/// Without what is not known.
error_details details_of(const problem& what) {
  error_details made;
  if (!what.key.empty()) made.push_back({"key", what.key});
  made.push_back({"message", what.message});
  if (!what.source.empty()) made.push_back({"source", what.source});
  if (what.line != 0) {
    made.push_back({"line", static_cast<std::int64_t>(what.line)});
    made.push_back({"column", static_cast<std::int64_t>(what.column)});
  }
  return made;
}

error_details details_of(std::string_view subject, const std::vector<problem>& problems) {
  std::vector<error_details> all;
  all.reserve(problems.size());
  for (const auto& each : problems) all.push_back(details_of(each));
  return {{summary_key, not_valid(subject)}, {"problems", std::move(all)}};
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
      subject_(subject),
      problems_(std::move(problems)) {}

error_details invalid_configuration::own_details() const {
  return details_of(subject_, problems_);
}

address_locate_failure::address_locate_failure(std::string address, std::string part,
                                               std::string_view reason)
    : configuration_error(errc::address_not_found, "address " + one_line(address) + ": " +
                                                       one_line(part) + " " + std::string(reason)),
      address_(std::move(address)),
      part_(std::move(part)) {}

error_details address_locate_failure::own_details() const {
  return {{"address", address_}, {"part", part_}};
}

entry_assertion_failure::entry_assertion_failure(std::string address, std::size_t index,
                                                 std::string_view reason)
    : configuration_error(errc::entry_mismatch, "element " + std::to_string(index) + " of " +
                                                    one_line(address) + " " + one_line(reason)),
      address_(std::move(address)),
      index_(index) {}

error_details entry_assertion_failure::own_details() const {
  return {{"address", address_}, {"index", static_cast<std::int64_t>(index_)}};
}

file_locate_failure::file_locate_failure(std::string subject, std::string name,
                                         std::string_view reason)
    : configuration_error(errc::file_not_found, "search for " + one_line(subject) + " (" +
                                                    one_line(name) +
                                                    ") failed: " + one_line(reason)),
      subject_(std::move(subject)),
      name_(std::move(name)) {}

error_details file_locate_failure::own_details() const {
  return {{"subject", subject_}, {"name", name_}};
}

file_access_failure::file_access_failure(std::string path, std::string_view attempt,
                                         std::string_view reason, std::error_code cause)
    : configuration_error(
          errc::file_inaccessible,
          one_line(path) + " cannot be " + std::string(attempt) + ": " + std::string(reason),
          cause),
      path_(std::move(path)),
      reason_(reason) {}

error_details file_access_failure::own_details() const {
  return {{"path", path_}, {"reason", reason_}};
}

file_content_failure::file_content_failure(std::string path, std::exception_ptr failure)
    : configuration_error(errc::content_not_understood,
                          not_understood(path) + ": " + describe(failure)),
      path_(std::move(path)),
      failure_(std::move(failure)) {}

error_details file_content_failure::own_details() const {
  return {{summary_key, not_understood(path_)},
          {"path", path_},
          {"errors", std::vector<std::exception_ptr>{failure_}}};
}

invalid_command_line::invalid_command_line(std::vector<problem> problems)
    : configuration_error(errc::invalid_command_line, told(command_line, problems)),
      problems_(std::move(problems)) {}

error_details invalid_command_line::own_details() const {
  return details_of(command_line, problems_);
}

output_failure::output_failure(const std::string& target, std::error_code cause)
    : io_error(errc::output_failed, "cannot write to " + one_line(target) + ": " + cause.message(),
               cause) {}

}  // namespace leat::app
