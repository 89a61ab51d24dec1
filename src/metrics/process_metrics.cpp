// SPDX-License-Identifier: MIT
#include "leat/metrics/process_metrics.hpp"

#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "leat/metrics/registry.hpp"

namespace leat::metrics {
namespace {

/// The whole of a small file of `/proc`; empty if it cannot be read.
std::string text_of(const char* path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Fields of `/proc/self/stat` by their numbers in proc(5); 1 and 2 are not among them. The second
/// is the name of the program in parentheses, and it may hold blanks and parentheses too.
class stat_fields {
 public:
  explicit stat_fields(const std::string& line) {
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return;
    std::istringstream rest(line.substr(name_end + 1));
    fields_.assign(std::istream_iterator<std::string>(rest), {});
  }

  [[nodiscard]] std::optional<double> number(std::size_t field) const {
    constexpr std::size_t first = 3;
    if (field - first >= fields_.size()) return std::nullopt;
    return std::stod(fields_[field - first]);
  }

 private:
  std::vector<std::string> fields_;
};

/// When the system started, in seconds since 1970.
std::optional<double> boot_time() {
  std::istringstream lines(text_of("/proc/stat"));
  constexpr std::string_view key = "btime ";
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key)) return std::stod(line.substr(key.size()));
  }
  return std::nullopt;
}

std::optional<double> open_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return std::nullopt;
  // Not "." and "..", nor the descriptor of the folder itself.
  double count = -3;
  while (::readdir(folder) != nullptr) ++count;  // NOLINT(concurrency-mt-unsafe): a stream of ours
  ::closedir(folder);
  return count;
}

}  // namespace

class process_metrics::impl {
 public:
  explicit impl(registry& into)
      : cpu_(into.add_counter("process_cpu_seconds_total",
                              "Total user and system CPU time spent in seconds.")),
        resident_(
            into.add_gauge("process_resident_memory_bytes", "Resident memory size in bytes.")),
        virtual_(into.add_gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.")),
        open_(into.add_gauge("process_open_fds", "Number of open file descriptors.")),
        most_(into.add_gauge("process_max_fds", "Maximum number of open file descriptors.")),
        start_(into.add_gauge("process_start_time_seconds",
                              "Start time of the process since unix epoch in seconds.")),
        threads_(into.add_gauge("process_threads", "Number of OS threads.")),
        ticks_(static_cast<double>(::sysconf(_SC_CLK_TCK))),
        page_bytes_(static_cast<double>(::sysconf(_SC_PAGESIZE))),
        boot_(boot_time()),
        update_(into.before_reading([this] { update(); })) {}

 private:
  void update() {
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
      cpu_.increment(seconds(used.ru_utime) + seconds(used.ru_stime) - cpu_.value());
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) most_.set(static_cast<double>(limit.rlim_cur));
    if (const auto count = open_descriptors()) open_.set(*count);

    const stat_fields stat(text_of("/proc/self/stat"));
    if (const auto count = stat.number(20)) threads_.set(*count);
    if (const auto bytes = stat.number(23)) virtual_.set(*bytes);
    if (const auto pages = stat.number(24)) resident_.set(*pages * page_bytes_);
    const auto began = stat.number(22);
    if (began && boot_) start_.set(*boot_ + *began / ticks_);
  }

  static double seconds(const timeval& time) noexcept {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }

  counter cpu_;
  gauge resident_;
  gauge virtual_;
  gauge open_;
  gauge most_;
  gauge start_;
  gauge threads_;
  double ticks_;
  double page_bytes_;
  std::optional<double> boot_;
  collector update_;
};

process_metrics::process_metrics(registry& into) : impl_(make_impl<impl>(into)) {}
process_metrics::~process_metrics() = default;

}  // namespace leat::metrics
