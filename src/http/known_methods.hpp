// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace leat::http::detail {

/// What a metric calls a method: itself, if it is of RFC 9110 or PATCH. Any other token is
/// somebody's to choose, and `other`. Lifetime: for ever.
[[nodiscard]] inline std::string_view method_label(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 9> known{"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                  "DELETE", "OPTIONS", "CONNECT", "TRACE"};
  const auto* const found = std::ranges::find(known, method);
  return found != known.end() ? *found : "other";
}

}  // namespace leat::http::detail
