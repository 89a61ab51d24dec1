// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <leat/base/time.hpp>

namespace cli {

/// A number of bytes for people: `999 B`, `1.5 MiB`.
[[nodiscard]] std::string shown_bytes(std::uint64_t bytes);

/// One line about a transfer, no wider than `width`: how much of what there is, and how fast.
///
///      45 % [#########...........] 1.4 of 3.0 MiB, 2.8 MiB/s
[[nodiscard]] std::string progress_line(std::uint64_t done, std::optional<std::uint64_t> total,
                                        leat::duration elapsed, std::size_t width);

}  // namespace cli
