// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <system_error>

/// The one place that decides which bytes may stand in a message head. Serializers call it on
/// everything they write, parsers on everything they read, so the two cannot disagree.
namespace leat::proto {

/// Whether `text` is a token (RFC 9110, section 5.6.2): one or more letters, digits or
/// !#$%&'*+-.^_`|~. The names of fields and methods are tokens.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Whether `text` may be a method: a token (RFC 9110, section 9.1).
[[nodiscard]] bool is_method(std::string_view text) noexcept;

/// Whether `text` may be the value of a field (RFC 9110, section 5.5): no control character
/// except the tab, above all no CR, LF or NUL. Bytes from 0x80 on are allowed, empty is too,
/// and so are blanks at either end, which a recipient strips.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;

/// Whether `text` may stand in a request line between two spaces: one or more visible ASCII
/// characters, without `#`, for a fragment is never sent (RFC 9112, section 3.2).
[[nodiscard]] bool is_request_target(std::string_view text) noexcept;

/// Whether `text` may be the reason of a status line: as a field's value.
[[nodiscard]] bool is_reason(std::string_view text) noexcept;

/// Why a field must not be written, if so.
///
/// Errors: fields_errc::invalid_field_name, fields_errc::invalid_field_value.
[[nodiscard]] std::error_code check_field(std::string_view name, std::string_view value) noexcept;

/// Errors: fields_errc::invalid_method.
[[nodiscard]] std::error_code check_method(std::string_view method) noexcept;

/// Errors: fields_errc::invalid_target.
[[nodiscard]] std::error_code check_target(std::string_view target) noexcept;

/// Errors: fields_errc::invalid_reason.
[[nodiscard]] std::error_code check_reason(std::string_view reason) noexcept;

}  // namespace leat::proto
