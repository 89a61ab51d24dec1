// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leat::log {

inline constexpr std::string_view redacted_text = "[redacted]";

/// Knows which keys have values that nobody may read in a log.
class redaction {
 public:
  explicit redaction(const std::vector<std::string>& keys);

  /// Whether `key` ends in a listed one, by letters and digits alone and in any case.
  [[nodiscard]] bool hides(std::string_view key) const;

 private:
  std::vector<std::string> listed_;  // letters and digits, in lower case
};

}  // namespace leat::log
