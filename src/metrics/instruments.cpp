// SPDX-License-Identifier: MIT
#include "leat/metrics/instruments.hpp"

#include <chrono>
#include <cmath>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace leat::metrics {

void counter::increment(double by) noexcept {
  if (series_ == nullptr || !std::isfinite(by) || by < 0) return;
  static_cast<prometheus::Counter*>(series_)->Increment(by);
}

double counter::value() const noexcept {
  return series_ == nullptr ? 0 : static_cast<const prometheus::Counter*>(series_)->Value();
}

void gauge::set(double value) noexcept {
  if (series_ != nullptr) static_cast<prometheus::Gauge*>(series_)->Set(value);
}

void gauge::increment(double by) noexcept {
  if (series_ != nullptr) static_cast<prometheus::Gauge*>(series_)->Increment(by);
}

void gauge::decrement(double by) noexcept {
  if (series_ != nullptr) static_cast<prometheus::Gauge*>(series_)->Decrement(by);
}

double gauge::value() const noexcept {
  return series_ == nullptr ? 0 : static_cast<const prometheus::Gauge*>(series_)->Value();
}

void histogram::observe(double value) noexcept {
  if (series_ == nullptr || std::isnan(value)) return;
  static_cast<prometheus::Histogram*>(series_)->Observe(value);
}

void histogram::observe(duration value) noexcept {
  observe(std::chrono::duration<double>(value).count());
}

}  // namespace leat::metrics
