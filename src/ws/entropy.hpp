// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace leat::ws {

/// What nobody can predict, from the system.
[[nodiscard]] std::array<std::byte, 16> random_nonce();
[[nodiscard]] std::uint32_t random_mask();

}  // namespace leat::ws
