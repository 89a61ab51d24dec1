// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace leat {

/// What a full channel does with a further message.
enum class overflow : std::uint8_t {
  wait,         ///< The sender waits for room: backpressure.
  drop_newest,  ///< The further message is dropped.
  drop_oldest,  ///< The message that has waited longest is dropped.
  fail,         ///< The sender gets an error.
};

}  // namespace leat
