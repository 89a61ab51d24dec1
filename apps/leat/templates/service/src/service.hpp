#pragma once

#include <string>

#include <leat/app/prepare.hpp>
#include <leat/app/program.hpp>
#include <leat/coro/task.hpp>
#include <leat/http/router.hpp>
#include <leat/log/logger.hpp>
#include <leat/metrics/registry.hpp>

#include "settings.hpp"

namespace sample_service {

/// Greets, and counts how often. Lifetime: outlives the server that its routes are moved into.
class greeter {
 public:
  greeter(greeting_settings how, leat::metrics::registry& metrics, leat::log::logger log);

  [[nodiscard]] leat::http::router routes();

 private:
  leat::task<leat::http::server_response> greet(leat::http::server_request& request);

  greeting_settings how_;
  leat::metrics::counter greetings_;
  leat::log::logger log_;
};

/// What the program is called, and what its configuration has to fit.
[[nodiscard]] leat::app::prepare_options prepare_options();

/// Serves until the program is asked to stop.
leat::task<void> serve(leat::app::program& self);

}  // namespace sample_service
