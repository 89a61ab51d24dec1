// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace leat::ws {

enum class message_kind : std::uint8_t { text, binary };

struct message {
  message_kind kind = message_kind::text;
  std::string data;
};

}  // namespace leat::ws
