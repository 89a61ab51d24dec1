// SPDX-License-Identifier: MIT
#include "leat/proto/text/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto {
namespace {

constexpr unsigned peer_fault = failure_bit(failure::peer_fault);

constexpr error_entry entry(text_errc value, const char* text) {
  return {static_cast<int>(value), text, peer_fault};
}

constexpr std::array entries{
    entry(text_errc::unknown_charset, "unknown charset"),
    entry(text_errc::line_too_long, "a line is longer than allowed"),
};

constinit const table_category category("leat.proto.text", entries);

}  // namespace

std::error_code make_error_code(text_errc value) noexcept {
  return {static_cast<int>(value), category};
}

}  // namespace leat::proto
