// SPDX-License-Identifier: MIT
#include "system_health.hpp"

#include "leat/base/error.hpp"

#include "support/test.hpp"

namespace {

const gateway::proc_files sample{
    "0.52 1.04 2.08 1/123 4567\n",
    "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    600 kB\n",
    "3600.25 7000.00\n",
    "Name:\tleat-gateway\nVmRSS:\t      42 kB\nThreads:\t3\n",
};

}  // namespace

TEST_CASE("system health: is read from the files of /proc") {
  const auto health = gateway::read_health(sample);
  CHECK(health.load_1m == 0.52);
  CHECK(health.load_15m == 2.08);
  CHECK(health.memory_total_bytes == 1'024'000);
  CHECK(health.memory_available_bytes == 614'400);
  CHECK(health.process_resident_bytes == 43'008);
  CHECK(health.process_threads == 3);
  CHECK(health.uptime_seconds == 3600.25);
}

TEST_CASE("system health: what /proc does not tell is named") {
  auto files = sample;
  files.self_status = "Name:\tx\n";
  CHECK_THROWS_WITH_AS(static_cast<void>(gateway::read_health(files)), "/proc does not tell VmRSS",
                       leat::invalid_argument);
}

TEST_CASE("system health: this machine has memory and this process has threads") {
  const auto health = gateway::current_health();
  CHECK(health.memory_total_bytes > 0);
  CHECK(health.process_threads > 0);
}
