// SPDX-License-Identifier: MIT
#include "leat/proto/sse/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto::sse {
namespace {

constexpr unsigned peer = failure_bit(failure::peer_fault);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::line_too_long), "line over the limit", peer},
    error_entry{static_cast<int>(errc::event_too_long), "event over the limit", peer},
};

constinit const table_category sse_category("leat.proto.sse", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), sse_category};
}

}  // namespace leat::proto::sse
