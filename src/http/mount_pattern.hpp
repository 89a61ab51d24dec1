// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "leat/proto/url/url.hpp"

namespace leat::http {

/// Which requests a mount takes; see `basic_mount`.
class mount_pattern {
 public:
  /// Errors: `invalid_argument`.
  explicit mount_pattern(std::string_view text);

  [[nodiscard]] bool matches(const proto::url& to) const noexcept;

  /// Whether this one is looked at before `other`.
  [[nodiscard]] bool goes_before(const mount_pattern& other) const noexcept {
    return rank() > other.rank();
  }

  friend bool operator==(const mount_pattern&, const mount_pattern&) = default;

 private:
  [[nodiscard]] std::tuple<bool, bool, std::size_t, bool> rank() const noexcept {
    return {port_ != 0, !host_.empty() && !is_below_, host_.size(), !scheme_.empty()};
  }

  std::string scheme_;      // empty: any
  std::string host_;        // empty: any
  std::uint16_t port_ = 0;  // 0: any
  bool is_below_ = false;   // the hosts below it, and not itself
};

}  // namespace leat::http
