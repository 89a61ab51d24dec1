// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

/// The entry point that libFuzzer calls; replay.cpp calls it for each file of a corpus.
// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(  // NOLINT(readability-identifier-naming)
    const std::uint8_t* data, std::size_t size);

namespace leat::fuzz {

/// Ends the program where an invariant is broken. In every build, unlike assert().
#define LEAT_REQUIRE(condition) \
  (static_cast<bool>(condition) \
       ? void(0)                \
       : (std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), std::abort()))

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes the first byte, by which an input chooses how the rest is treated.
inline unsigned take_selector(std::string_view& input) {
  if (input.empty()) return 0;
  const auto selector = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return selector;
}

}  // namespace leat::fuzz
