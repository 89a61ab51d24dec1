// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "leat/base/utf8.hpp"

namespace leat::proto::ws::detail {

/// Whether a text that comes in pieces is UTF-8. A sequence that can no longer become
/// well-formed is refused at once, not only when it is complete.
class utf8_checker {
 public:
  /// Returns whether everything up to here can be the beginning of UTF-8.
  [[nodiscard]] bool feed(std::string_view piece) noexcept;
  /// Whether the text may end here.
  [[nodiscard]] bool is_complete() const noexcept { return held_ == 0; }
  void reset() noexcept { held_ = 0; }

 private:
  std::array<char, 4> sequence_{};  // the sequence that the last piece left open
  std::size_t held_ = 0;
};

}  // namespace leat::proto::ws::detail
