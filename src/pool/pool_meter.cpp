// SPDX-License-Identifier: MIT
#include "pool/pool_meter.hpp"

#include "leat/metrics/registry.hpp"

namespace leat::pool::detail {
namespace {

metrics::labels labels_of(const pool_options& options) {
  return {{"pool", options.metrics.name}};
}

void change(metrics::gauge& level, std::size_t from, std::size_t to) noexcept {
  if (from != to) level.increment(static_cast<double>(to) - static_cast<double>(from));
}

}  // namespace

std::unique_ptr<pool_meter> pool_meter::of(const pool_options& options) {
  return options.metrics.into == nullptr ? nullptr : std::make_unique<pool_meter>(options);
}

pool_meter::pool_meter(const pool_options& options)
    : max_size_(static_cast<double>(options.max_size)),
      lent_(options.metrics.into->add_gauge("pool_in_use", "Resources that are lent.",
                                            labels_of(options))),
      idle_(options.metrics.into->add_gauge("pool_idle", "Resources that wait to be lent.",
                                            labels_of(options))),
      waiting_(options.metrics.into->add_gauge("pool_waiting", "Those who wait for a resource.",
                                               labels_of(options))),
      room_(options.metrics.into->add_gauge("pool_max_size", "Resources that there may be.",
                                            labels_of(options))),
      waited_(options.metrics.into->add_histogram("pool_acquire_duration_seconds",
                                                  "How long a slot was waited for.",
                                                  metrics::latency_buckets(), labels_of(options))),
      timeouts_(options.metrics.into->add_counter(
          "pool_timeouts_total", "Waits for a slot that took too long.", labels_of(options))) {
  room_.increment(max_size_);
}

pool_meter::~pool_meter() {
  note({});
  room_.decrement(max_size_);
}

void pool_meter::note(const pool_statistics& now) noexcept {
  change(lent_, noted_.lent, now.lent);
  change(idle_, noted_.idle, now.idle);
  change(waiting_, noted_.waiting, now.waiting);
  noted_ = now;
}

}  // namespace leat::pool::detail
