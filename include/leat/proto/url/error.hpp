// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto {

/// Why a text is no URL, or none that can be requested. All of them are the caller's fault.
enum class url_errc {
  too_long = 1,
  control_character,
  missing_scheme,
  invalid_scheme,
  missing_host,
  invalid_host,
  invalid_idna,  ///< The host has letters beyond ASCII, and no name of the DNS stands for it.
  invalid_port,
  invalid_userinfo,
};

std::error_code make_error_code(url_errc value) noexcept;

}  // namespace leat::proto

template <>
struct std::is_error_code_enum<leat::proto::url_errc> : std::true_type {};
