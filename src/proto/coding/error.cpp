// SPDX-License-Identifier: MIT
#include "leat/proto/coding/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto {
namespace {

constexpr unsigned peer_fault = failure_bit(failure::peer_fault);

constexpr error_entry entry(coding_errc value, const char* text) {
  return {static_cast<int>(value), text, peer_fault};
}

constexpr std::array entries{
    entry(coding_errc::corrupt, "content is not in the coding that it claims"),
    entry(coding_errc::truncated, "content ends before its coding does"),
    entry(coding_errc::output_too_long, "decoded content is longer than allowed"),
    entry(coding_errc::ratio_too_high, "content expands more than allowed"),
    entry(coding_errc::unknown_coding, "unknown content coding"),
    entry(coding_errc::too_many_codings, "too many content codings"),
};

constinit const table_category category("leat.proto.coding", entries);

}  // namespace

std::error_code make_error_code(coding_errc value) noexcept {
  return {static_cast<int>(value), category};
}

}  // namespace leat::proto
