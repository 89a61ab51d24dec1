// SPDX-License-Identifier: MIT
#include "leat/coro/measure_latency.hpp"

#include <array>
#include <cstdio>

namespace leat {

std::string_view to_string(call_ending ending) noexcept {
  switch (ending) {
    case call_ending::ok: return "ok";
    case call_ending::error: return "error";
    case call_ending::cancelled: return "cancelled";
  }
  return "unknown";
}

std::string format_latency(const latency_record& record) {
  const char* verb = "completed in";
  if (record.ending == call_ending::error) verb = "failed after";
  if (record.ending == call_ending::cancelled) verb = "cancelled after";
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.3fs",
                std::chrono::duration<double>(record.elapsed).count());
  return "[" + std::string(record.name) + "] " + verb + " " + seconds.data();
}

}  // namespace leat
