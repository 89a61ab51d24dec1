// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdio>
#include <random>
#include <string>

namespace leat::http {

/// 128 bits that nobody can predict, from the system, in 32 hexadecimal digits.
[[nodiscard]] inline std::string random_text() {
  std::random_device entropy;
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x%08x%08x", entropy(), entropy(), entropy(),
                entropy());
  return text.data();
}

}  // namespace leat::http
