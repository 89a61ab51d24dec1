// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "leat/base/time.hpp"

namespace leat::testing {

/// Random choices that are the same with every compiler and library for the same seed. The
/// distributions of the standard library are not.
///
/// Thread-safety: none.
class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  /// Any 64 bits: a Weyl sequence whose terms are mixed by MurmurHash3's finaliser as tuned by
  /// Stafford, known as SplitMix64. Every seed is as good as every other, 0 and 1 too.
  [[nodiscard]] std::uint64_t bits() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  /// From 0 to `count - 1`; 0 if there is no choice.
  [[nodiscard]] std::uint64_t below(std::uint64_t count) noexcept {
    // The bias is below count / 2^64: nothing that a test could see.
    return count < 2 ? 0 : bits() % count;
  }

  /// True with this likelihood. 0 and 1 choose nothing and leave the sequence as it is.
  [[nodiscard]] bool chance(double likelihood) noexcept {
    if (likelihood <= 0) return false;
    if (likelihood >= 1) return true;
    return static_cast<double>(bits() >> 11U) * 0x1p-53 < likelihood;
  }

  /// From zero to `most`, in nanoseconds.
  [[nodiscard]] duration up_to(duration most) noexcept {
    if (most <= duration::zero()) return duration::zero();
    return duration(
        static_cast<duration::rep>(below(static_cast<std::uint64_t>(most.count()) + 1)));
  }

  /// Bytes of every value.
  [[nodiscard]] std::string bytes(std::size_t size) {
    std::string made(size, '\0');
    for (auto& each : made) each = static_cast<char>(bits() >> 56U);
    return made;
  }

  /// Another source that this one determines. What it is asked changes nothing here.
  [[nodiscard]] random_source split() noexcept { return random_source(bits()); }

 private:
  std::uint64_t state_;
};

}  // namespace leat::testing
