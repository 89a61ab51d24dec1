// SPDX-License-Identifier: MIT
#include "leat/app/inscription.hpp"

#include <memory>
#include <utility>

#include <unistd.h>

#include "leat/coro/to_thread.hpp"
#include "leat/log/backend.hpp"
#include "leat/log/flush_on_crash.hpp"
#include "leat/log/sink.hpp"

namespace leat::app {
namespace {

bool is_terminal(const log::sink& target) {
  switch (target.what()) {
    case log::sink::kind::standard_error: return ::isatty(STDERR_FILENO) == 1;
    case log::sink::kind::standard_output: return ::isatty(STDOUT_FILENO) == 1;
    case log::sink::kind::file:
    case log::sink::kind::rotating_file:
    case log::sink::kind::custom: break;
  }
  return false;
}

bool is_file(const log::sink& target) {
  return target.what() == log::sink::kind::file || target.what() == log::sink::kind::rotating_file;
}

log::backend_options options_of(const inscription& how, const log::sink& target) {
  log::backend_options options;
  options.minimum = how.level;
  options.presentation = how.presentation;
  if (how.chooses_presentation) {
    const bool is_rich = how.colours == log::colours::always || is_terminal(target);
    options.presentation = is_rich ? log::presentation::rich : log::presentation::json;
  }
  options.colours = how.colours;
  options.sinks = {target};
  return options;
}

std::unique_ptr<log::backend> make_backend(log::backend_options options) {
  return std::make_unique<log::backend>(log::delivery::asynchronous, std::move(options));
}

log::logger keep(std::unique_ptr<log::backend> made, const inscription& how,
                 const std::string& name, exit_stack& exits) {
  log::backend& backend = *exits.keep(std::move(made));
  exits.callback([&backend] { return to_thread([&backend] { backend.flush(); }); });
  if (how.flushes_on_crash) exits.keep(std::make_unique<log::flush_on_crash>(backend));
  return backend.logger(name);
}

}  // namespace

task<log::logger> inscribe_to_stderr(const inscription& how, std::string name, exit_stack& exits) {
  co_return keep(make_backend(options_of(how, log::sink::standard_error())), how, name, exits);
}

task<log::logger> inscribe_to_target(const inscription& how, std::string name, exit_stack& exits) {
  const log::sink target = how.target.value_or(log::sink::standard_error());
  auto options = options_of(how, target);
  if (!is_file(target)) {
    co_return keep(make_backend(std::move(options)), how, name, exits);
  }
  auto made = co_await to_thread([&options] { return make_backend(std::move(options)); });
  co_return keep(std::move(made), how, name, exits);
}

task<log::logger> inscribe_to_sink(log::sink where, const inscription& how, std::string name,
                                   exit_stack& exits) {
  inscription there = how;
  there.target = std::move(where);
  co_return co_await inscribe_to_target(there, std::move(name), exits);
}

}  // namespace leat::app
