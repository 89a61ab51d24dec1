// SPDX-License-Identifier: MIT
#include "log/fan_out.hpp"

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <spdlog/common.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "leat/log/error.hpp"

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

std::unique_ptr<spdlog::sinks::sink> open(const sink& described) {
  switch (described.what()) {
    case sink::kind::standard_error: return std::make_unique<spdlog::sinks::stderr_sink_st>();
    case sink::kind::standard_output: return std::make_unique<spdlog::sinks::stdout_sink_st>();
    case sink::kind::custom: return std::make_unique<function_sink>(described.call());
    case sink::kind::file: break;
  }
  errno = 0;
  try {
    return std::make_unique<spdlog::sinks::basic_file_sink_st>(
        described.path(), described.mode() == file_mode::truncate);
  } catch (const spdlog::spdlog_ex&) {
    const std::error_code cause(errno, std::system_category());
    throw sink_error("cannot open log file " + described.path() + ": " + cause.message(), cause);
  }
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

fan_out::fan_out(const std::vector<sink>& sinks) {
  for (const auto& each : sinks) {
    sinks_.push_back(open(each));
    sinks_.back()->set_pattern("%v");  // the line is finished already
  }
}

bool fan_out::write_to_each(const spdlog::details::log_msg& message) noexcept {
  bool is_good = true;
  for (const auto& each : sinks_) is_good &= succeeds([&] { each->log(message); });
  return is_good;
}

bool fan_out::flush() noexcept {
  bool is_good = true;
  for (const auto& each : sinks_) is_good &= succeeds([&] { each->flush(); });
  return is_good;
}

spdlog::details::log_msg as_message(level at, std::string_view line) {
  return {spdlog::string_view_t(), static_cast<spdlog::level::level_enum>(at),
          spdlog::string_view_t(line.data(), line.size())};
}

}  // namespace leat::log
