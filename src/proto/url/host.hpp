// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace leat::proto {

/// The host of a URL in normal form, an IPv6 address in its brackets.
struct host_form {
  std::string text;
  bool is_ipv6 = false;
};

/// Reads the host part of an authority, without its port. An empty one is accepted.
///
/// Errors: url_errc::invalid_host, url_errc::invalid_idna.
[[nodiscard]] std::error_code parse_host(std::string_view text, host_form& into);

}  // namespace leat::proto
