// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/error.hpp"
#include "leat/app/inscription.hpp"
#include "leat/log/level.hpp"
#include "leat/log/sink.hpp"

namespace leat::app {

/// When a log file begins anew, as far as somebody has said it.
struct rotation_settings {
  std::optional<std::uint64_t> max_bytes{};
  std::optional<std::uint64_t> kept_files{};

  [[nodiscard]] bool is_empty() const noexcept { return !max_bytes && !kept_files; }
  /// With the defaults for what is not said.
  [[nodiscard]] log::rotation rotation() const;
};

inline constexpr std::uint64_t most_kept_files = 10'000;  // what log::rotation takes

/// Changes what the table [inscription] says; what is wrong with it is added to `problems`. Of a
/// configuration that is there in parts only, nothing is called missing.
void read_inscription(inscription& how, const configuration& all, bool is_partial,
                      std::vector<problem>& problems);

/// The level that a text names, for instance that of a variable.
[[nodiscard]] std::optional<log::level> read_level(const configuration& text,
                                                   std::vector<problem>& problems);

}  // namespace leat::app
