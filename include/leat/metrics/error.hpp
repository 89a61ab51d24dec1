// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <type_traits>

#include "leat/base/error.hpp"

/// The branch of `metrics`:
///
///     leat::error
///     └── limit_exceeded
///         └── too_many_series   a metric has as many series as its registry allows
namespace leat::metrics {

enum class errc { too_many_series = 1 };

std::error_code make_error_code(errc value) noexcept;

}  // namespace leat::metrics

template <>
struct std::is_error_code_enum<leat::metrics::errc> : std::true_type {};

namespace leat::metrics {

/// A metric has as many series as `registry_options::max_series_per_metric` allows, and
/// `when_full` says to refuse more. The message names the metric and the limit.
class too_many_series : public limit_exceeded {
 public:
  explicit too_many_series(const std::string& message);
};

}  // namespace leat::metrics
