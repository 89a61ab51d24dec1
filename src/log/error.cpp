// SPDX-License-Identifier: MIT
#include "leat/log/error.hpp"

#include <array>

namespace leat::log {
namespace {

constexpr std::array entries{
    error_entry{static_cast<int>(errc::sink_failed), "log sink cannot be opened",
                failure_bit(failure::caller_fault)},
};

constinit const table_category log_category("leat.log", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), log_category};
}

}  // namespace leat::log
