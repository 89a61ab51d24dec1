// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/impl_ptr.hpp"

namespace leat::metrics {

class registry;

/// The figures of this process, under the names that every client of Prometheus uses:
///
/// | metric | |
/// |---|---|
/// | `process_cpu_seconds_total` | user and system time |
/// | `process_resident_memory_bytes`, `process_virtual_memory_bytes` | |
/// | `process_open_fds`, `process_max_fds` | descriptors, and how many there may be |
/// | `process_start_time_seconds` | since the beginning of 1970 |
/// | `process_threads` | |
///
/// They are looked at when the registry is read, which takes a few reads of `/proc`; where that
/// does not say one, it keeps its last value. Counting descriptors takes about 0.1 ms for each
/// thousand of them.
///
/// Lifetime: may outlive the registry. Thread-safety: the registry may be read on any thread.
class process_metrics {
 public:
  /// Errors: `invalid_argument` if `into` has other metrics of these names.
  explicit process_metrics(registry& into);
  process_metrics(const process_metrics&) = delete;
  process_metrics& operator=(const process_metrics&) = delete;
  ~process_metrics();

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::metrics
