// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/app/program.hpp"
#include "leat/base/function.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/router.hpp"
#include "leat/http/server_options.hpp"
#include "leat/io/network.hpp"

namespace leat::service {

struct serve_options {
  /// Where it listens. Port 0 lets the system choose.
  io::endpoint at = io::endpoint::tcp("127.0.0.1", 8080);

  /// What the server itself is told. Its `drain_grace` is that of the program's limits. Its hooks
  /// are called besides what is done here, and without a registry it measures into the program's.
  http::server_options server{};

  /// Where `add_health_routes` puts its routes; empty: nowhere.
  std::string health_prefix = "/health";
  /// Where the program's metrics are, for Prometheus; those of this server are among them
  /// (`http::server_metrics`). Empty: nowhere, and then nothing is measured that `server` does not
  /// ask for.
  std::string metrics_path = "/metrics";

  /// Takes part in traces (`http::server_tracing`), whatever `server` says of it: what a request
  /// does is logged with its `trace_id` and `span_id`, and clients send the trace on.
  bool joins_traces = true;

  /// Logs `request` for each request: its method, the pattern of its route, the status, seconds
  /// and bytes of the answer. Failures on the server's side are logged in any case.
  bool logs_requests = true;

  /// Called once it listens and the program is ready, with the port that was chosen. Without it
  /// the record `serving` says so, with the `address`.
  std::function<void(const io::endpoint& at)> on_serving{};
};

/// Serves HTTP until the program is asked to stop, and drains.
///
/// It listens, makes the program ready, and answers. When the program is asked to stop, it goes on
/// as usual for `shutdown_limits::notice`; then it accepts no more, answers what is under way, and
/// stops what has not ended within `shutdown_limits::drain`. A readiness that is asked for on the
/// way is 503. Logs `serving` and `draining`.
///
/// Cancellation: safe; as `http::server::run`.
/// Errors: `io::listen_error`; `invalid_argument` for options that make no sense and for a route
/// that is there twice.
/// Lifetime: `self` outlives the task.
[[nodiscard]] task<void> serve(app::program& self, http::router routes, serve_options options = {});

}  // namespace leat::service
