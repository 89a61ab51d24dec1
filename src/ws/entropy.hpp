// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace leat::ws {

/// What nobody can predict, from the system.
[[nodiscard]] std::array<std::byte, 16> random_nonce();
[[nodiscard]] std::uint32_t random_mask();
/// From 0 to below 1.
[[nodiscard]] double random_fraction();

}  // namespace leat::ws
