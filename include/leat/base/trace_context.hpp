// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "leat/base/context.hpp"

namespace leat {

/// Where a piece of work stands in a trace that goes through several programs (W3C Trace
/// Context, Level 1). Identifiers are kept as they are written: lower-case hexadecimal digits, not
/// all of them zero.
struct trace_context {
  static constexpr std::size_t trace_id_size = 32;
  static constexpr std::size_t span_id_size = 16;

  std::array<char, trace_id_size> trace{};  ///< Of the trace as a whole.
  std::array<char, span_id_size> span{};    ///< Of this program's part in it.
  /// Whether whoever asked may have recorded its part, so that others should record theirs.
  bool is_sampled = false;
  /// What other systems want to be carried on (`tracestate`); often empty.
  std::string state{};

  [[nodiscard]] std::string_view trace_id() const noexcept { return {trace.data(), trace.size()}; }
  [[nodiscard]] std::string_view span_id() const noexcept { return {span.data(), span.size()}; }

  friend bool operator==(const trace_context&, const trace_context&) = default;
};

/// Under which a task carries its place in a trace. Servers set it, clients send it on, and every
/// log record of the task shows it.
inline constexpr context_key<trace_context> carried_trace("trace");

}  // namespace leat
