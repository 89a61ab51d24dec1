// SPDX-License-Identifier: MIT
#include "leat/proto/multipart/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto {
namespace {

constexpr unsigned peer_fault = failure_bit(failure::peer_fault);

constexpr error_entry entry(multipart_errc value, const char* text) {
  return {static_cast<int>(value), text, peer_fault};
}

constexpr std::array entries{
    entry(multipart_errc::malformed_delimiter, "a boundary is followed by something else"),
    entry(multipart_errc::malformed_header, "the header of a part is malformed"),
    entry(multipart_errc::missing_disposition, "a part is no form-data with a name"),
    entry(multipart_errc::header_too_long, "the header of a part is longer than allowed"),
    entry(multipart_errc::part_too_long, "a part is longer than allowed"),
    entry(multipart_errc::too_many_parts, "more parts than allowed"),
    entry(multipart_errc::body_too_long, "the form is longer than allowed"),
    entry(multipart_errc::truncated, "the form ends before its last boundary"),
};

constinit const table_category category("leat.proto.multipart", entries);

}  // namespace

std::error_code make_error_code(multipart_errc value) noexcept {
  return {static_cast<int>(value), category};
}

}  // namespace leat::proto
