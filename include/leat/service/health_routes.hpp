// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "leat/app/program.hpp"
#include "leat/http/router.hpp"

namespace leat::service {

/// Adds what orchestrators and people ask, below `prefix`, without any cache in between:
///
/// | path | answers | 200 | 503 |
/// |---|---|---|---|
/// | `/live` | `{"status":"ok"}` | always | |
/// | `/startup` | `{"status":"started"}` | start-up is complete | `starting` |
/// | `/ready` | `{"status":"ready"}` | ready, and every required dependency is healthy | `not
/// ready` | | `/` | `{"status":"healthy"}` | `healthy` or `degraded` | `unhealthy` | | `/detailed`
/// | the same, with each dependency | as above | as above |
///
///     {"status":"degraded","phase":"ready","dependencies":{
///       "database":{"healthy":true,"required":true,"latency_ms":1.2},
///       "cache":{"healthy":false,"required":false,"latency_ms":2000.1,
///                "error":"no answer within 2s"}}}
///
/// Readiness asks the required dependencies only, and names those that fail:
/// `"failing":["database"]`. A program that is not ready anyway asks none.
///
/// When whoever asks goes away, the checks are stopped.
///
/// Errors: `invalid_argument` if the router has one of these routes.
/// Lifetime: `of` outlives the router.
void add_health_routes(http::router& to, app::program& of, std::string_view prefix = "/health");

}  // namespace leat::service
