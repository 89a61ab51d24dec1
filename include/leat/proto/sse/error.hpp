// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace leat::proto::sse {

/// What can be wrong with a stream of events. Its grammar refuses nothing, so that is limits only
/// (failure::peer_fault).
enum class errc {
  line_too_long = 1,
  event_too_long,
};

std::error_code make_error_code(errc value) noexcept;

}  // namespace leat::proto::sse

template <>
struct std::is_error_code_enum<leat::proto::sse::errc> : std::true_type {};
