// SPDX-License-Identifier: MIT
#include "leat/metrics/registry.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "leat/base/error.hpp"
#include "leat/base/utf8.hpp"

namespace leat::metrics {
namespace {

enum class kind { counter, gauge, histogram };

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_metric_name(std::string_view name) noexcept {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

/// Two underscores in front are Prometheus's own; `le` holds the bounds of a histogram.
bool is_label_name(std::string_view name, kind of) noexcept {
  return is_metric_name(name) && name.find(':') == name.npos && !name.starts_with("__") &&
         (of != kind::histogram || name != "le");
}

[[noreturn]] void refuse(std::string_view metric, const std::string& why) {
  throw invalid_argument("metric \"" + std::string(metric) + "\": " + why);
}

prometheus::Labels checked_labels(std::string_view metric, kind of, const labels& given) {
  prometheus::Labels checked;
  for (const label& each : given) {
    const std::string name(each.name);
    if (!is_label_name(name, of)) refuse(metric, "no valid label name: \"" + name + "\"");
    if (!is_utf8(each.value)) refuse(metric, "the value of label \"" + name + "\" is not UTF-8");
    if (!checked.emplace(name, each.value).second) {
      refuse(metric, "label \"" + name + "\" is given twice");
    }
  }
  return checked;
}

void check_buckets(std::string_view metric, const std::vector<double>& buckets) {
  const bool is_finite =
      std::ranges::all_of(buckets, [](double each) { return std::isfinite(each); });
  const bool is_rising =
      std::ranges::adjacent_find(buckets, std::greater_equal<>()) == buckets.end();
  if (!is_finite || !is_rising) refuse(metric, "buckets must be finite and rising");
}

/// The library writes help texts as they are, and a line feed in one would begin a new line
/// of the exposition.
std::string escaped_help(std::string_view help) {
  std::string text;
  for (const char c : help) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

std::vector<std::string> names_of(const prometheus::Labels& labels) {
  std::vector<std::string> names;
  for (const auto& [name, value] : labels) names.push_back(name);
  return names;
}

struct metric {
  kind what;
  std::vector<std::string> label_names;
  std::vector<double> buckets;
  void* family;
  std::map<prometheus::Labels, void*> series;
};

}  // namespace

/// Called with the lock held: who takes a collector away waits for its call to end.
class detail::collectors {
 public:
  std::uint64_t add(std::function<void()> update) {
    const std::lock_guard lock(mutex_);
    updates_.emplace(next_, std::move(update));
    return next_++;
  }
  void remove(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    updates_.erase(id);
  }
  void call_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, update] : updates_) {
      try {
        update();
      } catch (...) {
        continue;  // a figure that cannot be had must not hide the others
      }
    }
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, std::function<void()>> updates_;
  std::uint64_t next_ = 1;
};

collector::collector(std::shared_ptr<detail::collectors> of, std::uint64_t id) noexcept
    : of_(std::move(of)), id_(id) {}

collector::collector(collector&& other) noexcept : of_(std::move(other.of_)), id_(other.id_) {}

collector& collector::operator=(collector&& other) noexcept {
  std::swap(of_, other.of_);
  std::swap(id_, other.id_);
  return *this;
}

collector::~collector() {
  if (of_ != nullptr) of_->remove(id_);
}

struct registry::impl {
  explicit impl(registry_options with) noexcept : options(with) {}

  void* find_or_add(kind what, std::string_view name, std::string_view help,
                    const std::vector<double>& buckets, const labels& given);
  metric& find_or_add_metric(kind what, std::string_view name, std::string_view help,
                             const std::vector<double>& buckets, const prometheus::Labels& of);
  void* add_family(kind what, std::string_view name, std::string_view help);
  static void* add_series(const metric& to, const prometheus::Labels& of);

  const registry_options options;
  std::mutex mutex;  // guards the metrics; the library guards its own
  prometheus::Registry exposed;
  std::map<std::string, metric, std::less<>> metrics;
  const std::shared_ptr<detail::collectors> updates = std::make_shared<detail::collectors>();
};

void* registry::impl::find_or_add(kind what, std::string_view name, std::string_view help,
                                  const std::vector<double>& buckets, const labels& given) {
  if (!is_metric_name(name)) refuse(name, "no valid name");
  if (!is_utf8(help)) refuse(name, "the help text is not UTF-8");
  check_buckets(name, buckets);
  prometheus::Labels of = checked_labels(name, what, given);

  const std::lock_guard lock(mutex);
  metric& to = find_or_add_metric(what, name, help, buckets, of);
  const auto present = to.series.find(of);
  if (present != to.series.end()) return present->second;

  if (!of.empty() && to.series.size() >= options.max_series_per_metric) {
    if (options.when_full == series_overflow::refuse) {
      throw too_many_series("metric \"" + std::string(name) + "\" has " +
                            std::to_string(to.series.size()) + " series, which is the limit");
    }
    for (auto& [label_name, value] : of) value = "overflow";
    const auto overflow = to.series.find(of);
    if (overflow != to.series.end()) return overflow->second;
  }
  void* const added = add_series(to, of);
  to.series.emplace(std::move(of), added);
  return added;
}

metric& registry::impl::find_or_add_metric(kind what, std::string_view name, std::string_view help,
                                           const std::vector<double>& buckets,
                                           const prometheus::Labels& of) {
  const auto present = metrics.find(name);
  if (present == metrics.end()) {
    metric added{what, names_of(of), buckets, add_family(what, name, help), {}};
    return metrics.emplace(name, std::move(added)).first->second;
  }
  metric& found = present->second;
  if (found.what != what) refuse(name, "is there already with another type");
  if (found.label_names != names_of(of)) refuse(name, "is there already with other label names");
  if (found.buckets != buckets) refuse(name, "is there already with other buckets");
  return found;
}

void* registry::impl::add_family(kind what, std::string_view name, std::string_view help) {
  const std::string key(name);
  const std::string text = escaped_help(help);
  switch (what) {
    case kind::counter: return &prometheus::BuildCounter().Name(key).Help(text).Register(exposed);
    case kind::gauge: return &prometheus::BuildGauge().Name(key).Help(text).Register(exposed);
    case kind::histogram: break;
  }
  return &prometheus::BuildHistogram().Name(key).Help(text).Register(exposed);
}

void* registry::impl::add_series(const metric& to, const prometheus::Labels& of) {
  switch (to.what) {
    case kind::counter:
      return &static_cast<prometheus::Family<prometheus::Counter>*>(to.family)->Add(of);
    case kind::gauge:
      return &static_cast<prometheus::Family<prometheus::Gauge>*>(to.family)->Add(of);
    case kind::histogram: break;
  }
  return &static_cast<prometheus::Family<prometheus::Histogram>*>(to.family)->Add(of, to.buckets);
}

std::vector<double> latency_buckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

registry::registry(registry_options options) : impl_(make_impl<impl>(options)) {}
registry::registry(registry&&) noexcept = default;
registry& registry::operator=(registry&&) noexcept = default;
registry::~registry() = default;

counter registry::add_counter(std::string_view name, std::string_view help, const labels& of) {
  return counter(impl_->find_or_add(kind::counter, name, help, {}, of));
}

gauge registry::add_gauge(std::string_view name, std::string_view help, const labels& of) {
  return gauge(impl_->find_or_add(kind::gauge, name, help, {}, of));
}

histogram registry::add_histogram(std::string_view name, std::string_view help,
                                  const std::vector<double>& buckets, const labels& of) {
  return histogram(impl_->find_or_add(kind::histogram, name, help, buckets, of));
}

collector registry::before_reading(std::function<void()> update) {
  return {impl_->updates, impl_->updates->add(std::move(update))};
}

void add_app_info(registry& to, std::string_view name, std::string_view version) {
  to.add_gauge("app_info", "The program that these metrics are of.",
               {{"name", name}, {"version", version}})
      .set(1);
}

std::string registry::to_text() const {
  impl_->updates->call_all();
  // The library keeps series in hash tables; readers and tests prefer an order.
  std::vector<prometheus::MetricFamily> families = impl_->exposed.Collect();
  std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
  for (auto& family : families) {
    std::ranges::sort(family.metric, [](const auto& a, const auto& b) {
      const auto key = [](const auto& label) { return std::tie(label.name, label.value); };
      return std::ranges::lexicographical_compare(a.label, b.label, {}, key, key);
    });
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace leat::metrics
