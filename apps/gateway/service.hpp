// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include <leat/coro/task.hpp>
#include <leat/io/network.hpp>
#include <leat/log/logger.hpp>

#include "configuration.hpp"

namespace gateway {

/// What the gateway runs on. Tests put virtual time and a memory network here.
struct surroundings {
  leat::io::network& network;
  leat::log::logger log;
  /// Waits until the gateway is asked to stop, and once more until it is told to stop now.
  std::function<leat::task<void>()> wait_stop_request;
  /// Measures the loop, and reports what blocks it. On virtual time both would mean nothing.
  bool watches_loop = false;
};

/// Runs the gateway and its demo upstream until it is asked to stop, and drains it: new
/// connections are refused, requests under way are answered, and the demo ends last.
///
/// Cancellation: safe; stops everything.
/// Errors: `io::listen_error`; `leat::error` if the ledger cannot be read.
leat::task<void> serve(configuration settings, surroundings around);

}  // namespace gateway
