// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "leat/base/error.hpp"

/// The branch of `app`: what a program was given to start with does not do.
///
///     leat::error
///     └── app::configuration_error
///         ├── invalid_configuration     files, variables or values are wrong; lists them all
///         ├── address_locate_failure    a key of an address is not there, or is no table
///         ├── entry_assertion_failure   an element of an array is not as an edit expects it
///         ├── file_locate_failure       a search ended without what it looked for
///         ├── file_access_failure       the system refuses a file, or it is not as it should be
///         ├── file_content_failure      whoever was to understand a file's text does not
///         └── invalid_command_line      what stands there cannot be meant
///     io_error
///     └── app::output_failure           what a program has to say cannot be written
///
/// All of them are `failure::caller_fault`, except `file_access_failure` and `output_failure`,
/// which may pass.
namespace leat::app {

enum class errc {
  invalid_configuration = 1,
  address_not_found,
  entry_mismatch,
  file_not_found,
  file_inaccessible,
  invalid_command_line,
  output_failed,
  content_not_understood,
};

std::error_code make_error_code(errc value) noexcept;

}  // namespace leat::app

template <>
struct std::is_error_code_enum<leat::app::errc> : std::true_type {};

namespace leat::app {

/// One thing that is wrong with what a program was given. The message repeats no value that a
/// secret could be in.
struct problem {
  std::string key{};      ///< As TOML writes it, such as `server.listen[2]`; may be empty.
  std::string message{};  ///< "must be a number: got a string"
  std::string source{};   ///< "/etc/demo/general.toml", "environment variable DEMO_CONFIG_PORT"
  /// Counted from 1; 0 where the source has no lines.
  std::size_t line = 0;
  std::size_t column = 0;
  /// Something has to be there and is not, which nobody knows of before everything was read.
  bool is_absence = false;
};

/// One line: source, line and column, key, message.
[[nodiscard]] std::string to_string(const problem& what);

class configuration_error : public error {
 public:
  using error::error;
};

/// Everything that is wrong with files, variables or values, in the order of its sources.
/// `what()` tells all of it in one line.
class invalid_configuration : public configuration_error {
 public:
  /// `subject` says what was looked at: "configuration". There is at least one problem.
  invalid_configuration(std::string_view subject, std::vector<problem> problems);

  [[nodiscard]] const std::vector<problem>& problems() const noexcept { return problems_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string subject_;
  std::vector<problem> problems_;
};

/// An address leads nowhere.
class address_locate_failure : public configuration_error {
 public:
  /// `part` is the key at which the way ended, `reason` what is there instead.
  address_locate_failure(std::string address, std::string part, std::string_view reason);

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] const std::string& part() const noexcept { return part_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string address_;
  std::string part_;
};

/// An element of an array is no table, or lacks the entry that identifies it.
class entry_assertion_failure : public configuration_error {
 public:
  entry_assertion_failure(std::string address, std::size_t index, std::string_view reason);

  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string address_;
  std::size_t index_;
};

/// Something was searched for and is nowhere.
class file_locate_failure : public configuration_error {
 public:
  /// `subject` is the search ("project root"), `name` what it looked for ("leat.toml").
  file_locate_failure(std::string subject, std::string name, std::string_view reason);

  [[nodiscard]] const std::string& subject() const noexcept { return subject_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string subject_;
  std::string name_;
};

/// A file cannot be read or written; `cause()` has the system's reason, if it was the system.
class file_access_failure : public configuration_error {
 public:
  file_access_failure(std::string path, std::string_view attempt, std::string_view reason,
                      std::error_code cause = {});

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Why, without the path: "No such file or directory".
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string path_;
  std::string reason_;
};

/// A file's text is not what whoever was to understand it takes; carries the error of that.
class file_content_failure : public configuration_error {
 public:
  file_content_failure(std::string path, std::exception_ptr failure);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// What was thrown about the text.
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string path_;
  std::exception_ptr failure_;
};

/// A command line cannot be meant: an unknown option, a value that does not fit. Lists all that
/// is wrong with values; keys are options as they are written, such as `--port`.
class invalid_command_line : public configuration_error {
 public:
  explicit invalid_command_line(std::vector<problem> problems);

  [[nodiscard]] const std::vector<problem>& problems() const noexcept { return problems_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::vector<problem> problems_;
};

/// What a program has to say cannot be written; `cause()` is the system's reason.
class output_failure : public io_error {
 public:
  output_failure(const std::string& target, std::error_code cause);

  /// Whether nobody reads it any more, which is no reason to complain.
  [[nodiscard]] bool is_closed() const noexcept { return cause() == std::errc::broken_pipe; }
};

}  // namespace leat::app
