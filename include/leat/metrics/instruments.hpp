// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/time.hpp"

/// The things one measures with. Each is a handle to one series of a registry, small enough
/// to copy; one that comes from no registry measures nothing, so that a library can hold it
/// unconditionally.
///
/// Lifetime: a handle must not be used after its registry is destroyed.
/// Thread-safety: all functions may be called from any thread, on the same series too.
namespace leat::metrics {

class registry;

/// A number that only grows: requests served, bytes sent.
class counter {
 public:
  counter() noexcept = default;

  /// `by` must not be negative, infinite or NaN; such a step is ignored.
  void increment(double by = 1) noexcept;
  [[nodiscard]] double value() const noexcept;

 private:
  friend class registry;
  explicit counter(void* series) noexcept : series_(series) {}

  void* series_ = nullptr;
};

/// A number that goes up and down: connections open, tasks waiting.
class gauge {
 public:
  gauge() noexcept = default;

  void set(double value) noexcept;
  void increment(double by = 1) noexcept;
  void decrement(double by = 1) noexcept;
  [[nodiscard]] double value() const noexcept;

 private:
  friend class registry;
  explicit gauge(void* series) noexcept : series_(series) {}

  void* series_ = nullptr;
};

/// How often observations fell under each of some bounds: latencies, sizes.
class histogram {
 public:
  histogram() noexcept = default;

  /// NaN is ignored.
  void observe(double value) noexcept;
  /// A length of time, in seconds.
  void observe(duration value) noexcept;

 private:
  friend class registry;
  explicit histogram(void* series) noexcept : series_(series) {}

  void* series_ = nullptr;
};

}  // namespace leat::metrics
