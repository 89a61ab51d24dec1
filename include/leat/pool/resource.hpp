// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "leat/base/intrusive_list.hpp"
#include "leat/base/time.hpp"

namespace leat::metrics {
class registry;
}

namespace leat::pool {

class resource;

namespace detail {

class slot_ledger;

struct key_state {
  std::size_t lent = 0;
  std::size_t idle = 0;
  std::size_t pins = 0;  // calls that still need the entry
  [[nodiscard]] std::size_t size() const noexcept { return lent + idle; }
};
using key_entry = std::pair<const std::string, key_state>;

struct idle_tag;

/// Where a resource lies while it is idle.
struct idle_place : list_hook<idle_tag> {
  explicit idle_place(resource& of) noexcept : held(of) {}

  resource& held;
  key_entry* key = nullptr;
  time_point since{};
};

}  // namespace detail

/// What a pool lends: a connection, as a rule. Destroying it closes it at once, and does nothing
/// with the pool.
class resource {
 public:
  resource() = default;
  resource(const resource&) = delete;
  resource& operator=(const resource&) = delete;
  virtual ~resource() = default;

  /// Whether it can be lent again after it lay idle: asked just before that is done.
  [[nodiscard]] virtual bool is_usable() noexcept = 0;

  /// The same for one who came at `asked`, by an exact clock: what was known of it then need not be
  /// found out again. `time_point()` where nobody has read that clock.
  [[nodiscard]] virtual bool is_usable_since(time_point /*asked*/) noexcept { return is_usable(); }

 private:
  friend detail::slot_ledger;

  detail::idle_place idle_place_{*this};
};

/// What a pool measures, under the label `pool`; pools of one name are added up:
///
/// | metric | |
/// |---|---|
/// | `pool_in_use`, `pool_idle` | resources lent, and those that wait to be |
/// | `pool_waiting` | those who wait in line |
/// | `pool_max_size` | what `max_size` allows |
/// | `pool_acquire_duration_seconds` | how long whoever got a slot had waited for it |
/// | `pool_timeouts_total` | waits that ended in `pool_timeout` |
struct pool_metrics {
  pool_metrics() noexcept = default;

  /// Null: nothing is measured, and nothing is paid. Lifetime: outlives the pool.
  metrics::registry* into = nullptr;
  std::string name = "default";
};

struct pool_options {
  pool_options() noexcept = default;

  /// Resources lent and idle together. A further acquire waits in line: the policy is to wait.
  std::size_t max_size = 100;
  /// The same for one key.
  std::size_t max_per_key = std::numeric_limits<std::size_t>::max();
  /// Idle ones kept; the one that lay idle longest is dropped first.
  std::size_t max_idle = 20;
  /// An idle one is dropped after this time. Shorter than servers keep theirs, so that the
  /// other side rarely closes first.
  duration max_idle_time = std::chrono::seconds(5);

  pool_metrics metrics;
};

struct pool_statistics {
  std::size_t lent = 0;
  std::size_t idle = 0;
  std::size_t waiting = 0;
};

}  // namespace leat::pool
