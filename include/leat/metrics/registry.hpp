// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "leat/metrics/instruments.hpp"

namespace leat::metrics {

/// One dimension of a metric. Lifetime: refers to its texts.
struct label {
  std::string_view name;
  std::string_view value;
};

/// In any order; their names belong to the metric, so all its series have the same ones.
using labels = std::vector<label>;

/// What an HTTP answer with `registry::to_text()` says of itself.
inline constexpr std::string_view text_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds, in seconds, that suit answers of a service: 1 ms to 10 s.
[[nodiscard]] std::vector<double> latency_buckets();

struct registry_options {
  /// Series of one metric. Labels that come from outside must not fill the memory: beyond
  /// this number, observations go to one series whose label values are all "overflow".
  std::size_t max_series_per_metric = 1000;
};

/// Owns the metrics of a program or of one part of it. There is no global one.
///
/// Names follow Prometheus: a metric's matches `[a-zA-Z_:][a-zA-Z0-9_:]*`, a label's
/// `[a-zA-Z_][a-zA-Z0-9_]*` without two underscores in front. Label values are any UTF-8.
///
/// Adding a metric that is there already gives the same one. The first call decides its help
/// text, its label names and its buckets.
///
/// Thread-safety: every function may be called from any thread. They take a lock; keep the
/// instrument instead of asking for it on every request.
class registry {
 public:
  explicit registry(registry_options options = {});
  registry(registry&&) noexcept;
  registry& operator=(registry&&) noexcept;
  ~registry();

  /// Errors: `invalid_argument` if a name or a label value is not valid, or if the metric is
  /// there with another type, other label names or (for histograms) other buckets.
  [[nodiscard]] counter add_counter(std::string_view name, std::string_view help,
                                    const labels& of = {});
  [[nodiscard]] gauge add_gauge(std::string_view name, std::string_view help,
                                const labels& of = {});

  /// `buckets` are upper bounds, included, finite and rising; the one for everything larger
  /// is there by itself. No label may be called `le`.
  [[nodiscard]] histogram add_histogram(std::string_view name, std::string_view help,
                                        const std::vector<double>& buckets, const labels& of = {});

  /// Every metric in Prometheus's text format, sorted by name and by labels.
  [[nodiscard]] std::string to_text() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leat::metrics
