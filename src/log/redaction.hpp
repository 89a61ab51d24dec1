// SPDX-License-Identifier: MIT
#pragma once

#include <array>
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
  /// Letters and digits, in lower case, by the last of them: most keys end like none.
  std::array<std::vector<std::string>, 256> listed_;
};

}  // namespace leat::log
