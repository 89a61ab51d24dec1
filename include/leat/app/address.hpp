// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace leat::app {

/// The keys that lead to a value, outermost first. Written as TOML writes a dotted key,
/// `server.tls."key.file"`; nothing stands for the whole.
class address {
 public:
  /// More than anybody nests by hand, and little enough for a stack.
  static constexpr std::size_t max_parts = 64;

  address() = default;
  /// Errors: `invalid_argument` if the text is no dotted key, or has more than `max_parts`.
  address(std::string_view dotted);                                   // NOLINT: stands for it
  address(const char* dotted) : address(std::string_view(dotted)) {}  // NOLINT: stands for it
  address(const std::string& dotted) : address(std::string_view(dotted)) {}  // NOLINT: as above

  /// Errors: `invalid_argument` if there are more than `max_parts`.
  [[nodiscard]] static address of_parts(std::vector<std::string> parts);

  [[nodiscard]] const std::vector<std::string>& parts() const noexcept { return parts_; }

  friend bool operator==(const address&, const address&) = default;

 private:
  std::vector<std::string> parts_;
};

[[nodiscard]] std::string to_string(const address& where);

}  // namespace leat::app
