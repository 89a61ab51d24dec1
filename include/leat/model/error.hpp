// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include "leat/base/error.hpp"

/// The branch of `model`:
///
///     leat::error
///     ├── model::error
///     │   ├── parse_error         the text is not JSON or TOML at all
///     │   ├── validation_error    it is, but does not fit the described type; lists why
///     │   └── write_error         a value has no form in the document (NaN, broken UTF-8)
///     └── limit_exceeded
///         └── document_limit_exceeded   longer or deeper than the options allow
///
/// All of them are `failure::caller_fault`: the same text can never be accepted. Who wrote
/// the text is not known here, so a client that reads a peer's answer translates them.
namespace leat::model {

enum class errc {
  syntax = 1,
  invalid,
  not_writable,
  limit_exceeded,
};

std::error_code make_error_code(errc value) noexcept;

}  // namespace leat::model

template <>
struct std::is_error_code_enum<leat::model::errc> : std::true_type {};

namespace leat::model {

/// What is wrong with one value, for programs. `to_string()` gives the name that an HTTP
/// answer shows.
enum class problem_kind : std::uint8_t {
  missing,         ///< A required member is not there.
  unknown_key,     ///< No member has this name.
  wrong_type,      ///< A string where a number belongs, a fraction where an integer does.
  out_of_range,    ///< Beyond what the type can hold or a range rule allows.
  wrong_length,    ///< Too few or too many characters, elements or members.
  bad_characters,  ///< A character that the `characters` rule does not allow.
  unknown_name,    ///< Not the name of an enumerator.
  bad_format,      ///< Text that does not spell what it should, such as a duration.
};

[[nodiscard]] std::string_view to_string(problem_kind kind) noexcept;

/// One thing that is wrong with a document. The message never repeats a text of the
/// document, which may be a secret; it may repeat a number or a key.
struct problem {
  /// Where: a JSON Pointer (RFC 6901), empty for the whole document, or a TOML key path
  /// such as `server.listen[2]`.
  std::string where{};
  std::string message{};
  problem_kind kind = problem_kind::wrong_type;
  /// The position of the value, counted from 1; columns count bytes in JSON and code points
  /// in TOML. Where something is missing, that of the object it is missing from.
  std::size_t line = 0;
  std::size_t column = 0;
  /// What the value comes from, where a document is put together from several files and
  /// variables; otherwise empty.
  std::string source{};
};

class error : public leat::error {
 public:
  using leat::error::error;
};

/// The text breaks the grammar, repeats a key in one object, or is not UTF-8.
class parse_error : public error {
 public:
  /// `source` names the document in the message: "JSON", or the name of a file.
  parse_error(std::string_view source, std::string_view reason, std::size_t offset,
              std::size_t line, std::size_t column);

  /// Why, without the place.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  /// Bytes before the point where reading stopped.
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  /// Counted from 1. Columns count bytes in JSON and code points in TOML.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }
  [[nodiscard]] std::size_t column() const noexcept { return column_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string reason_;
  std::size_t offset_;
  std::size_t line_;
  std::size_t column_;
};

/// The document does not fit the described type. `what()` tells every problem in one line.
class validation_error : public error {
 public:
  /// `is_complete` is false if there were more problems than the options let be collected.
  validation_error(std::string_view source, std::vector<problem> problems, bool is_complete);

  /// In the order of the document; what is missing from an object comes after what is in it.
  [[nodiscard]] const std::vector<problem>& problems() const noexcept { return problems_; }
  [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::vector<problem> problems_;
  std::string subject_;
  bool is_complete_;
};

/// A value cannot be written: a number that is not finite, or text that is not UTF-8.
class write_error : public error {
 public:
  explicit write_error(const std::string& message) : error(errc::not_writable, message) {}
};

/// The document is longer or nested more deeply than the options allow.
class document_limit_exceeded : public limit_exceeded {
 public:
  explicit document_limit_exceeded(const std::string& message)
      : limit_exceeded(errc::limit_exceeded, message) {}
};

}  // namespace leat::model
