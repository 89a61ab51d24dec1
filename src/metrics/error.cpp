// SPDX-License-Identifier: MIT
#include "leat/metrics/error.hpp"

#include <array>

namespace leat::metrics {
namespace {

constexpr std::array entries{
    error_entry{static_cast<int>(errc::too_many_series), "metric has too many series",
                failure_bit(failure::caller_fault)},
};

constinit const table_category metrics_category("leat.metrics", entries);

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), metrics_category};
}

too_many_series::too_many_series(const std::string& message)
    : limit_exceeded(make_error_code(errc::too_many_series), message) {}

}  // namespace leat::metrics
