// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/describe.hpp>

namespace gateway {

/// How this machine and this process are doing, from /proc.
struct system_health {
  double load_1m = 0;
  double load_5m = 0;
  double load_15m = 0;
  std::uint64_t memory_total_bytes = 0;
  std::uint64_t memory_available_bytes = 0;
  std::uint64_t process_resident_bytes = 0;
  std::uint64_t process_threads = 0;
  double uptime_seconds = 0;
};
BOOST_DESCRIBE_STRUCT(system_health, (),
                      (load_1m, load_5m, load_15m, memory_total_bytes, memory_available_bytes,
                       process_resident_bytes, process_threads, uptime_seconds))

/// The files of /proc that are read, as texts.
struct proc_files {
  std::string loadavg;
  std::string meminfo;
  std::string uptime;
  std::string self_status;
};

/// Errors: `leat::invalid_argument`, naming what is missing.
[[nodiscard]] system_health read_health(const proc_files& files);

/// Reads /proc, which is memory: it does not block.
/// Errors: as `read_health`.
[[nodiscard]] system_health current_health();

}  // namespace gateway
