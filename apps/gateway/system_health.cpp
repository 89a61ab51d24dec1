// SPDX-License-Identifier: MIT
#include "system_health.hpp"

#include <charconv>
#include <fstream>
#include <sstream>

#include <leat/base/error.hpp>

namespace gateway {
namespace {

std::string read_all(const char* file) {
  const std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

/// Takes the next number from the front of `text`.
template <class Number>
Number next_number(std::string_view& text, const char* what) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{}) {
    throw leat::invalid_argument(std::string("/proc does not tell ") + what);
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// The number behind `name:` at the start of a line.
std::uint64_t entry_of(std::string_view text, std::string_view name) {
  const std::string label = std::string(name) + ":";
  for (std::size_t at = 0; at < text.size();) {
    std::string_view line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    if (!line.starts_with(label)) continue;
    line.remove_prefix(label.size());
    return next_number<std::uint64_t>(line, label.c_str());
  }
  throw leat::invalid_argument("/proc does not tell " + std::string(name));
}

// meminfo and status count in units of 1024 bytes, whatever they call them.
constexpr std::uint64_t unit = 1024;

}  // namespace

system_health read_health(const proc_files& files) {
  system_health health;
  std::string_view load = files.loadavg;
  health.load_1m = next_number<double>(load, "the load");
  health.load_5m = next_number<double>(load, "the load");
  health.load_15m = next_number<double>(load, "the load");
  health.memory_total_bytes = entry_of(files.meminfo, "MemTotal") * unit;
  health.memory_available_bytes = entry_of(files.meminfo, "MemAvailable") * unit;
  health.process_resident_bytes = entry_of(files.self_status, "VmRSS") * unit;
  health.process_threads = entry_of(files.self_status, "Threads");
  std::string_view uptime = files.uptime;
  health.uptime_seconds = next_number<double>(uptime, "the uptime");
  return health;
}

system_health current_health() {
  return read_health({read_all("/proc/loadavg"), read_all("/proc/meminfo"),
                      read_all("/proc/uptime"), read_all("/proc/self/status")});
}

}  // namespace gateway
