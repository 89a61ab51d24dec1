// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "leat/base/trace_context.hpp"

/// The header fields `traceparent` and `tracestate` (W3C Trace Context, Level 1).
namespace leat::proto {

/// Reads a `traceparent` field. `state` stays empty.
///
/// Nothing, if it is not valid: anything but `00-<32>-<16>-<2>` in lower-case hexadecimal digits,
/// identifiers of nothing but zeros, version `ff`. A higher version may go on behind a dash; what
/// is known of it is read (section 3.2.4). Whoever gets several fields of that name has none.
[[nodiscard]] std::optional<trace_context> parse_traceparent(std::string_view field) noexcept;

/// The field for whoever is asked next, in version 00. Of the flags only `sampled` is known, so it
/// is the only one that is passed on.
[[nodiscard]] std::string format_traceparent(const trace_context& of);

struct tracestate_limits {
  std::size_t max_members = 32;  ///< Of the standard: a list with more is not valid.
  std::size_t max_bytes = 512;   ///< What has to be carried on at least (section 3.3.1.5).
};

/// Reads the `tracestate` fields of a message, in their order, as one list: `a=1,b=2`, without
/// white space around its members and without empty ones.
///
/// Empty, if one member is not valid, a key comes twice, or there are too many: a list that cannot
/// be understood is not carried on. One that is too long loses whole members: those above 128
/// characters first, then from its end (section 3.3.1.5).
[[nodiscard]] std::string parse_tracestate(std::span<const std::string_view> fields,
                                           const tracestate_limits& limits = {});

}  // namespace leat::proto
