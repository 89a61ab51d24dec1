// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leat::proto {

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3: letters,
/// digits and -._~), so that the result can stand in any component without changing its
/// meaning. A space becomes `%20`.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// Replaces each `%` and its two hexadecimal digits by the byte they stand for. Nothing if a `%`
/// starts no escape. The result may hold any byte, including NUL.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// As `percent_decode()`, but a `%` that starts no escape stands for itself.
[[nodiscard]] std::string percent_decode_leniently(std::string_view text);

}  // namespace leat::proto
