// SPDX-License-Identifier: MIT
#include "leat/metrics/process_metrics.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "leat/metrics/registry.hpp"

#include "support/test.hpp"

using namespace leat::metrics;

namespace {

double value_of(const registry& all, const std::string& name) {
  const std::string text = all.to_text();
  const std::string line = "\n" + name + " ";
  const std::size_t at = text.find(line);
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + line.size()));
}

double now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

}  // namespace

TEST_CASE("process metrics: count the descriptors that are open") {
  registry all;
  const process_metrics figures(all);
  const double before = value_of(all, "process_open_fds");
  std::vector<int> opened;
  for (int i = 0; i < 5; ++i) opened.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const double with_five = value_of(all, "process_open_fds");
  for (const int each : opened) ::close(each);

  CHECK(before >= 3);
  CHECK(with_five == before + 5);
  CHECK(value_of(all, "process_open_fds") == before);
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(value_of(all, "process_max_fds") == static_cast<double>(limit.rlim_cur));
}

TEST_CASE("process metrics: know the memory, the threads and the start of the process") {
  registry all;
  const process_metrics figures(all);
  const double before = value_of(all, "process_resident_memory_bytes");
  constexpr std::size_t block_bytes = std::size_t{64} << 20;
  const std::vector<char> block(block_bytes, 'x');

  CHECK(value_of(all, "process_resident_memory_bytes") >= before + block_bytes / 2);
  CHECK(value_of(all, "process_virtual_memory_bytes") >=
        value_of(all, "process_resident_memory_bytes"));
  CHECK(value_of(all, "process_threads") >= 1);
  // The kernel counts from its start in hundredths, and tells that in whole seconds.
  CHECK(value_of(all, "process_start_time_seconds") <= now() + 2);
  CHECK(value_of(all, "process_start_time_seconds") > now() - 3600);
}

TEST_CASE("process metrics: the time of the CPU only grows, also where two look at it") {
  registry all;
  const process_metrics one(all);
  const process_metrics another(all);
  const double before = value_of(all, "process_cpu_seconds_total");
  double spent = before;
  // Ends when the process has used some time, which this loop does.
  while (spent < before + 0.02) {
    spent = value_of(all, "process_cpu_seconds_total");
    REQUIRE(spent >= before);
  }
  rusage used{};
  REQUIRE(::getrusage(RUSAGE_SELF, &used) == 0);
  const double really = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                        static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  CHECK(spent <= really + 1e-6);
}
