// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

#include "leat/metrics/instruments.hpp"
#include "leat/pool/resource.hpp"

namespace leat::pool::detail {

/// What a pool tells its metrics. Several pools may share a name, so each adds what has changed
/// and takes it off again at its end.
///
/// Thread-safety: one call at a time.
class pool_meter {
 public:
  /// Null, if nothing is to be measured.
  /// Errors: those of the registry.
  [[nodiscard]] static std::unique_ptr<pool_meter> of(const pool_options& options);

  explicit pool_meter(const pool_options& options);
  pool_meter(const pool_meter&) = delete;
  pool_meter& operator=(const pool_meter&) = delete;
  ~pool_meter();

  /// What the pool's books say now.
  void note(const pool_statistics& now) noexcept;
  void acquired(duration waited) noexcept { waited_.observe(waited); }
  void timed_out() noexcept { timeouts_.increment(); }

 private:
  pool_statistics noted_;
  double max_size_;
  metrics::gauge lent_;
  metrics::gauge idle_;
  metrics::gauge waiting_;
  metrics::gauge room_;
  metrics::histogram waited_;
  metrics::counter timeouts_;
};

}  // namespace leat::pool::detail
