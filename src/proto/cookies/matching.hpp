// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "leat/proto/cookies/cookie.hpp"

/// What belongs to what (RFC 6265, sections 5.1.3 and 5.1.4).
namespace leat::proto {

[[nodiscard]] bool domain_matches(std::string_view host, std::string_view domain) noexcept;
[[nodiscard]] bool path_matches(std::string_view path, std::string_view prefix) noexcept;
[[nodiscard]] std::string default_path(std::string_view path);
[[nodiscard]] bool is_secure_scheme(std::string_view scheme) noexcept;

/// Whether a cookie can stand in a field without becoming something else.
[[nodiscard]] bool is_sendable(const cookie& made) noexcept;

}  // namespace leat::proto
