// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace leat::proto {

/// The name by which the DNS knows `host`, which is UTF-8: IDNA 2008 with the mapping of UTS 46,
/// so letters are lower-cased, and others that look like dots separate labels. Nothing for one
/// that has no such name.
[[nodiscard]] std::optional<std::string> to_ascii(const std::string& host);

}  // namespace leat::proto
