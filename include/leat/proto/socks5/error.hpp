// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto::socks5 {

/// Why a SOCKS5 proxy made no connection.
enum class errc {
  // The proxy answered with an error (failure::peer_fault; those that a later attempt may not
  // meet also failure::transient). RFC 1928, section 6.
  general_failure = 1,
  not_allowed,  ///< By its rules.
  network_unreachable,
  host_unreachable,
  connection_refused,
  ttl_expired,
  command_not_supported,
  address_type_not_supported,
  unassigned_reply,

  // It does not take what we offer it (failure::caller_fault).
  no_acceptable_method,  ///< Neither without credentials, nor with those given, if any.
  credentials_refused,   ///< RFC 1929.

  // It broke the protocol (failure::peer_fault).
  bad_version,
  unexpected_method,  ///< One that was not offered.
  bad_reply,
  truncated,  ///< The connection ended in the middle. Also failure::transient.

  // The program asked for what SOCKS5 cannot say (failure::caller_fault); nothing was written.
  invalid_host,         ///< A name that is empty or longer than 255 bytes.
  invalid_credentials,  ///< A user name that is empty, or either longer than 255 bytes.
};

std::error_code make_error_code(errc value) noexcept;

}  // namespace leat::proto::socks5

template <>
struct std::is_error_code_enum<leat::proto::socks5::errc> : std::true_type {};
