// SPDX-License-Identifier: MIT
#include "http/pooled_transport.hpp"

#include <algorithm>

namespace leat::http {

bool is_idempotent(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 6> methods{"GET",    "HEAD",    "PUT",
                                                    "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(methods, method) != methods.end();
}

pool::pool_options pool_options_of(const connection_limits& limits, const client_metrics& metrics) {
  pool::pool_options options;
  options.max_size = limits.max_connections;
  options.max_per_key = limits.max_per_host;
  options.max_idle = limits.max_idle;
  options.max_idle_time = limits.max_idle_time;
  options.metrics.into = metrics.into;
  options.metrics.name = metrics.name;
  return options;
}

}  // namespace leat::http
