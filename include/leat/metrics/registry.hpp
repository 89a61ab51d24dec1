// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/function.hpp"
#include "leat/base/impl_ptr.hpp"
#include "leat/base/memory.hpp"
#include "leat/metrics/error.hpp"
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

/// What happens to a series beyond the limit.
enum class series_overflow : std::uint8_t {
  share,   ///< It is one series for all of them, whose label values are all "overflow".
  refuse,  ///< It is an error, `too_many_series`.
};

struct registry_options {
  /// Series of one metric. Labels that come from outside must not fill the memory.
  std::size_t max_series_per_metric = 1000;
  series_overflow when_full = series_overflow::share;
};

namespace detail {
class collectors;
}

/// A function that a registry calls before it is read, for as long as this lives. Moving it on is
/// allowed; one that was made by nobody holds nothing.
///
/// Lifetime: may outlive the registry. Its end waits for a call that is under way, so what the
/// function refers to may end right behind it.
class collector {
 public:
  collector() noexcept = default;
  collector(collector&& other) noexcept;
  collector& operator=(collector&& other) noexcept;
  ~collector();

 private:
  friend class registry;
  collector(std::shared_ptr<detail::collectors> of, std::uint64_t id) noexcept;

  std::shared_ptr<detail::collectors> of_;
  std::uint64_t id_ = 0;
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
  /// there with another type, other label names or (for histograms) other buckets;
  /// `too_many_series`.
  [[nodiscard]] counter add_counter(std::string_view name, std::string_view help,
                                    const labels& of = {});
  [[nodiscard]] gauge add_gauge(std::string_view name, std::string_view help,
                                const labels& of = {});

  /// `buckets` are upper bounds, included, finite and rising; the one for everything larger
  /// is there by itself. No label may be called `le`.
  [[nodiscard]] histogram add_histogram(std::string_view name, std::string_view help,
                                        const std::vector<double>& buckets, const labels& of = {});

  /// Calls `update` whenever the registry is about to be read, for what is cheaper to look at then
  /// than to keep up to date: `update` sets gauges, and increments counters by what they have
  /// grown. It runs on the thread that reads, one call at a time, and must not read or add a
  /// collector itself. What it throws is lost, and the others are called all the same.
  [[nodiscard]] collector before_reading(std::function<void()> update);

  /// Every metric in Prometheus's text format, sorted by name and by labels.
  ///
  /// Takes about four microseconds a series and runs the collectors, so a program with many of them
  /// reads on a thread; `http::metrics_page` does.
  [[nodiscard]] std::string to_text() const;

 private:
  struct impl;
  impl_ptr<impl> impl_;
};

/// `app_info{name="...",version="..."} 1`: which program the other metrics are of.
/// Errors: `invalid_argument` for a text that is not UTF-8.
void add_app_info(registry& to, std::string_view name, std::string_view version);

}  // namespace leat::metrics
