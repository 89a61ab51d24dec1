// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leat::route {

/// A numeric address, IPv4 or IPv6. An IPv4 address inside of IPv6 (`::ffff:10.0.0.1`) is the
/// IPv4 address.
class ip_address {
 public:
  /// Without brackets, port or zone. Nothing, if it is no address.
  [[nodiscard]] static std::optional<ip_address> parse(std::string_view text);

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return std::span(bytes_).first(size_);
  }
  [[nodiscard]] bool is_v4() const noexcept { return size_ == 4; }
  [[nodiscard]] bool is_loopback() const noexcept;

  /// Whether the first `bits` are those of `network`.
  [[nodiscard]] bool is_in(const ip_address& network, unsigned bits) const noexcept;

  friend bool operator==(const ip_address& a, const ip_address& b) noexcept {
    return a.size_ == b.size_ && a.is_in(b, 8 * unsigned{a.size_});
  }

 private:
  std::array<std::byte, 16> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace leat::route
