// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "leat/app/program.hpp"
#include "leat/log/backend.hpp"
#include "leat/log/sink.hpp"

#include "support/signal_script.hpp"

/// What a program of a test runs in: its signals, its log, and what it notes.
class program_world {
 public:
  signal_script signals;
  std::vector<std::string> log;    ///< The lines, as plain text.
  std::vector<std::string> notes;  ///< For the program itself.
  std::vector<std::string> unlogged;

  void note(std::string text) { notes.push_back(std::move(text)); }

  [[nodiscard]] leat::app::program_options options(std::string toml = "") {
    leat::app::program_options made;
    made.prepare.application = leat::app::application("demo");
    made.prepare.distribution = leat::app::distribution("demo", "/opt/demo");
    made.prepare.variables = leat::app::environment({{"HOME", "/home/ann"}});
    made.prepare.source = leat::app::configuration_source::text(std::move(toml));
    made.prepare.inscribe = [this](const leat::app::inscription& how, std::string,
                                   leat::exit_stack& exits) { return inscribe(how, exits); };
    made.next_signal = [this] { return signals.next(); };
    made.on_unlogged_failure = [this](const std::exception_ptr& failure) {
      unlogged.push_back(leat::describe(failure));
    };
    return made;
  }

  [[nodiscard]] bool has_logged(std::string_view part) const { return times_logged(part) != 0; }
  [[nodiscard]] std::ptrdiff_t times_logged(std::string_view part) const {
    return std::ranges::count_if(
        log, [part](const std::string& line) { return line.find(part) != std::string::npos; });
  }

 private:
  leat::task<leat::log::logger> inscribe(const leat::app::inscription& how,
                                         leat::exit_stack& exits) {
    leat::log::backend_options options;
    options.minimum = how.level;
    options.presentation = leat::log::presentation::plain;
    options.sinks = {leat::log::sink::custom(
        [this](leat::log::level, std::string_view line) { log.emplace_back(line); })};
    auto& backend = *exits.keep(
        std::make_unique<leat::log::backend>(leat::log::delivery::synchronous, std::move(options)));
    exits.callback([this] { note("log ends"); });
    co_return backend.logger();
  }
};
