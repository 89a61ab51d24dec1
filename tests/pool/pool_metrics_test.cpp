// SPDX-License-Identifier: MIT
#include <memory>
#include <optional>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/metrics/registry.hpp"
#include "leat/pool/blocking_resource_pool.hpp"
#include "leat/pool/error.hpp"
#include "leat/pool/resource_pool.hpp"

#include "support/async_test.hpp"

using namespace leat;
using pool::resource_pool;

namespace {

struct thing final : pool::resource {
  bool is_usable() noexcept override { return true; }
};

pool::pool_options measured(metrics::registry& into, std::size_t size) {
  pool::pool_options options;
  options.max_size = size;
  options.metrics.into = &into;
  options.metrics.name = "things";
  return options;
}

bool has_line(const metrics::registry& all, const std::string& line) {
  return all.to_text().find(line + "\n") != std::string::npos;
}

/// `pool_in_use`, `pool_idle` and `pool_waiting`.
bool shows(const metrics::registry& all, int lent, int idle, int waiting) {
  return has_line(all, "pool_in_use{pool=\"things\"} " + std::to_string(lent)) &&
         has_line(all, "pool_idle{pool=\"things\"} " + std::to_string(idle)) &&
         has_line(all, "pool_waiting{pool=\"things\"} " + std::to_string(waiting));
}

task<void> hold(resource_pool& from, duration time) {
  auto lease = co_await from.acquire("a", deadline_after(1h));
  if (lease.get() == nullptr) lease.put(std::make_unique<thing>());
  co_await sleep_for(time);
  lease.mark_clean();
}

task<bool> times_out(resource_pool& from) {
  try {
    const auto lease = co_await from.acquire("a", deadline_after(1s));
    co_return false;
  } catch (const pool::pool_timeout&) {
    co_return true;
  }
}

}  // namespace

LEAT_ASYNC_TEST("pool metrics: follow what is lent, idle and waited for") {
  metrics::registry all;
  {
    resource_pool things(measured(all, 1));
    CHECK(shows(all, 0, 0, 0));
    CHECK(has_line(all, "pool_max_size{pool=\"things\"} 1"));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(hold, std::ref(things), 2s);
      group.spawn(hold, std::ref(things), 1s);
      co_await yield_now();
      CHECK(shows(all, 1, 0, 1));
      co_await sleep_for(2500ms);
      CHECK(shows(all, 1, 0, 0));
    });
    CHECK(shows(all, 0, 1, 0));
    co_await sleep_for(6s);  // idle for too long
    CHECK(shows(all, 0, 0, 0));
    co_await hold(things, 0s);
    CHECK(shows(all, 0, 1, 0));
  }
  CHECK(shows(all, 0, 0, 0));
  CHECK(has_line(all, "pool_max_size{pool=\"things\"} 0"));
}

LEAT_ASYNC_TEST("pool metrics: tell how long a slot was waited for") {
  metrics::registry all;
  resource_pool things(measured(all, 1));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(hold, std::ref(things), 2s);
    group.spawn(hold, std::ref(things), 0s);
    co_return;
  });
  CHECK(has_line(all, "pool_acquire_duration_seconds_count{pool=\"things\"} 2"));
  CHECK(has_line(all, "pool_acquire_duration_seconds_sum{pool=\"things\"} 2"));
}

LEAT_ASYNC_TEST(
    "pool metrics: count the waits that took too long, and not those that were stopped") {
  metrics::registry all;
  resource_pool things(measured(all, 1));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(hold, std::ref(things), 1h);
    co_await yield_now();
    CHECK(co_await times_out(things));
    group.spawn(hold, std::ref(things), 1h);
    co_await yield_now();
    CHECK(shows(all, 1, 0, 1));
    group.cancel();
  });
  CHECK(shows(all, 0, 0, 0));
  CHECK(has_line(all, "pool_timeouts_total{pool=\"things\"} 1"));
}

LEAT_ASYNC_TEST("pool metrics: pools of one name add up") {
  metrics::registry all;
  resource_pool one(measured(all, 3));
  std::optional<resource_pool> another(std::in_place, measured(all, 4));
  const auto lease = co_await one.acquire("a", deadline_after(1s));
  auto other_lease = co_await another->acquire("a", deadline_after(1s));
  CHECK(shows(all, 2, 0, 0));
  CHECK(has_line(all, "pool_max_size{pool=\"things\"} 7"));

  other_lease.release();
  another.reset();

  CHECK(shows(all, 1, 0, 0));
  CHECK(has_line(all, "pool_max_size{pool=\"things\"} 3"));
}

TEST_CASE("pool metrics: the pool for threads measures the same") {
  metrics::registry all;
  {
    pool::blocking_resource_pool things(measured(all, 1));
    auto lease = things.acquire("a", deadline::never());
    lease.put(std::make_unique<thing>());
    CHECK(shows(all, 1, 0, 0));
    CHECK_THROWS_AS(static_cast<void>(things.acquire("a", deadline(time_point()))),
                    pool::pool_timeout);
    lease.mark_clean();
    lease.release();
    CHECK(shows(all, 0, 1, 0));
    things.close();
    CHECK(shows(all, 0, 0, 0));
  }
  CHECK(has_line(all, "pool_timeouts_total{pool=\"things\"} 1"));
  CHECK(has_line(all, "pool_acquire_duration_seconds_count{pool=\"things\"} 1"));
}
