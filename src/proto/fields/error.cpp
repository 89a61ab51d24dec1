// SPDX-License-Identifier: MIT
#include "leat/proto/fields/error.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::proto {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr error_entry entry(fields_errc value, const char* text) {
  return {static_cast<int>(value), text, caller_fault};
}

constexpr std::array entries{
    entry(fields_errc::invalid_field_name, "field name is no token"),
    entry(fields_errc::invalid_field_value, "field value has a control character"),
    entry(fields_errc::invalid_method, "method is no token"),
    entry(fields_errc::invalid_target, "request target has a character that it must not have"),
    entry(fields_errc::invalid_reason, "reason has a control character"),
};

constinit const table_category category("leat.proto.fields", entries);

}  // namespace

std::error_code make_error_code(fields_errc value) noexcept {
  return {static_cast<int>(value), category};
}

}  // namespace leat::proto
