// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

namespace leat::proto {

/// Takes the next element from the front of a comma-separated list (RFC 9110, section 5.6.1):
/// blanks around it are dropped, empty elements are skipped, and a comma inside a quoted
/// string does not separate. Nothing once the list is used up.
///
///     std::string_view rest = "gzip, br;q=0.5";
///     while (auto element = next_list_element(rest)) use(*element);
///
/// Lifetime: the element refers to the text behind `rest`.
[[nodiscard]] std::optional<std::string_view> next_list_element(std::string_view& rest) noexcept;

/// Whether the comma-separated `list` has `token` among its elements, whatever the case, as
/// `close` in `Connection: keep-alive, close`.
[[nodiscard]] bool list_contains(std::string_view list, std::string_view token) noexcept;

}  // namespace leat::proto
