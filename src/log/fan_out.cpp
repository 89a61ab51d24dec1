// SPDX-License-Identifier: MIT
#include "log/fan_out.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <spdlog/common.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "leat/base/error.hpp"
#include "leat/log/error.hpp"

#include "log/format.hpp"

namespace leat::log {
namespace {

class function_sink final : public spdlog::sinks::sink {
 public:
  explicit function_sink(leat::log::sink::function call) : call_(std::move(call)) {}

  void log(const spdlog::details::log_msg& message) override {
    call_(static_cast<log::level>(message.level), {message.payload.data(), message.payload.size()});
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  leat::log::sink::function call_;
};

/// Opens a file by `make`, with an error of ours if it does not work.
template <class Make>
std::unique_ptr<spdlog::sinks::sink> open_file(const std::string& path, Make make) {
  errno = 0;
  try {
    return make();
  } catch (const spdlog::spdlog_ex&) {
    const std::error_code cause(errno, std::system_category());
    throw sink_error("cannot open log file " + path + ": " + cause.message(), cause);
  }
}

std::unique_ptr<spdlog::sinks::sink> open_rotating(const sink& described) {
  const rotation& when = described.rotation();
  constexpr std::size_t most_files = 10'000;  // each is looked at and renamed at every turn
  if (when.max_bytes == 0 || when.kept_files > most_files) {
    throw invalid_argument("log file " + described.path() +
                           ": a rotation needs at least 1 byte and keeps at most 10000 files");
  }
  return open_file(described.path(), [&] {
    return std::make_unique<spdlog::sinks::rotating_file_sink_st>(
        described.path(), static_cast<std::size_t>(when.max_bytes), when.kept_files);
  });
}

std::unique_ptr<spdlog::sinks::sink> open(const sink& described) {
  switch (described.what()) {
    case sink::kind::standard_error: return std::make_unique<spdlog::sinks::stderr_sink_st>();
    case sink::kind::standard_output: return std::make_unique<spdlog::sinks::stdout_sink_st>();
    case sink::kind::custom: return std::make_unique<function_sink>(described.call());
    case sink::kind::rotating_file: return open_rotating(described);
    case sink::kind::file: break;
  }
  return open_file(described.path(), [&] {
    return std::make_unique<spdlog::sinks::basic_file_sink_st>(
        described.path(), described.mode() == file_mode::truncate);
  });
}

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): see below
  return value != nullptr && *value != '\0';
}

/// Nothing of Leat ever writes to the environment, so reading it is safe.
bool are_colours_unwanted() {
  const char* const term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  return is_set("NO_COLOR") || (term != nullptr && std::string_view(term) == "dumb");
}

bool shows_colours(const sink& described, colours how) {
  if (how != colours::automatic) return how == colours::always;
  switch (described.what()) {
    case sink::kind::standard_error: return ::isatty(STDERR_FILENO) == 1 && !are_colours_unwanted();
    case sink::kind::standard_output:
      return ::isatty(STDOUT_FILENO) == 1 && !are_colours_unwanted();
    case sink::kind::file:
    case sink::kind::rotating_file:
    case sink::kind::custom: break;
  }
  return false;
}

/// A line without its colours. No other escape is in it, because control characters of what was
/// logged are escaped.
std::string without_colours(std::string_view line) {
  std::string bare;
  bare.reserve(line.size());
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '\x1B') {
      bare += line[at];
    } else {
      at = line.find('m', at);
    }
  }
  return bare;
}

/// Whether `act` ends without an exception.
template <class Action>
bool succeeds(Action act) noexcept {
  try {
    act();
    return true;
  } catch (...) {
    return false;
  }
}

// The numbers agree, so that a level needs no table on its way through spdlog.
static_assert(static_cast<int>(level::trace) == SPDLOG_LEVEL_TRACE);
static_assert(static_cast<int>(level::critical) == SPDLOG_LEVEL_CRITICAL);

}  // namespace

fan_out::fan_out(const std::vector<sink>& sinks, colours how) {
  for (const auto& each : sinks) {
    sinks_.push_back({open(each), log::shows_colours(each, how)});
    sinks_.back().sink->set_pattern("%v");  // the line is finished already
  }
}

bool fan_out::shows_colours() const noexcept {
  return std::ranges::any_of(sinks_, &target::shows_colours);
}

bool fan_out::write_to_each(const spdlog::details::log_msg& message) noexcept {
  bool is_good = true;
  const std::string_view line(message.payload.data(), message.payload.size());
  const bool is_coloured = line.starts_with(colour_begin);
  for (const auto& each : sinks_) {
    is_good &= succeeds([&] {
      if (is_coloured && !each.shows_colours) {
        const std::string bare = without_colours(line);
        each.sink->log(as_message(static_cast<level>(message.level), bare));
      } else {
        each.sink->log(message);
      }
    });
  }
  return is_good;
}

bool fan_out::flush() noexcept {
  bool is_good = true;
  for (const auto& each : sinks_) is_good &= succeeds([&] { each.sink->flush(); });
  return is_good;
}

spdlog::details::log_msg as_message(level at, std::string_view line) {
  return {spdlog::string_view_t(), static_cast<spdlog::level::level_enum>(at),
          spdlog::string_view_t(line.data(), line.size())};
}

}  // namespace leat::log
