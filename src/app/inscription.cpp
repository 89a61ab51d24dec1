// SPDX-License-Identifier: MIT
#include "leat/app/inscription.hpp"

#include <memory>
#include <utility>

#include "leat/coro/to_thread.hpp"
#include "leat/log/backend.hpp"
#include "leat/log/sink.hpp"

namespace leat::app {

task<log::logger> inscribe_to_stderr(const inscription& how, std::string name, exit_stack& exits) {
  return inscribe_to_sink(log::sink::standard_error(), how, std::move(name), exits);
}

task<log::logger> inscribe_to_sink(log::sink where, const inscription& how, std::string name,
                                   exit_stack& exits) {
  log::backend_options options;
  options.sinks.push_back(std::move(where));
  options.minimum = how.level;
  options.presentation = how.presentation;
  log::backend& backend =
      *exits.keep(std::make_unique<log::backend>(log::delivery::asynchronous, std::move(options)));
  exits.callback([&backend] { return to_thread([&backend] { backend.flush(); }); });
  co_return backend.logger(name);
}

}  // namespace leat::app
