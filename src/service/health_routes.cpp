// SPDX-License-Identifier: MIT
#include "leat/service/health_routes.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "leat/coro/when_any.hpp"
#include "leat/http/server_request.hpp"
#include "leat/http/server_response.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/json.hpp"
#include "leat/model/ordered_map.hpp"

namespace leat::service {
namespace {

struct status_answer {
  std::string status{};
};
BOOST_DESCRIBE_STRUCT(status_answer, (), (status))

struct readiness_answer {
  std::string status{};
  std::vector<std::string> failing{};
};
BOOST_DESCRIBE_STRUCT(readiness_answer, (), (status, failing))

struct dependency_answer {
  bool healthy = false;
  bool required = true;
  double latency_ms = 0;
  std::optional<std::string> error{};
};
BOOST_DESCRIBE_STRUCT(dependency_answer, (), (healthy, required, latency_ms, error))

struct detailed_answer {
  std::string status{};
  std::string phase{};
  model::ordered_map<dependency_answer> dependencies{};
};
BOOST_DESCRIBE_STRUCT(detailed_answer, (), (status, phase, dependencies))

template <class Answer>
http::server_response answer_with(const Answer& answer, bool is_good) {
  auto made = http::server_response::json(
      answer, is_good ? http::status::ok : http::status::service_unavailable);
  made.headers().set("cache-control", "no-store");
  return made;
}

bool is_good(app::health_status status) noexcept {
  return status != app::health_status::unhealthy;
}

/// What has been found, unless the client has gone: then the checks are stopped, and whatever is
/// answered nobody reads.
task<app::health_report> check_for(http::server_request& request, app::program& of,
                                   app::health_scope scope) {
  auto first = co_await when_any(of.check_health(scope), request.wait_client_gone());
  if (first.index != 0) co_return app::health_report{.status = app::health_status::unhealthy};
  co_return std::move(first.get<0>()).value();
}

task<http::server_response> answer_ready(http::server_request& request, app::program& of) {
  if (!of.lifecycle().is_ready()) co_return answer_with(status_answer{"not ready"}, false);
  const auto report = co_await check_for(request, of, app::health_scope::required);
  // It may have been asked to stop meanwhile, and then not only dependencies decide.
  if (is_good(report.status)) co_return answer_with(status_answer{"ready"}, true);
  readiness_answer answer{.status = "not ready"};
  for (const auto& each : report.dependencies) {
    if (each.is_required && !each.is_healthy) answer.failing.push_back(each.name);
  }
  co_return answer_with(answer, false);
}

task<http::server_response> answer_status(http::server_request& request, app::program& of) {
  const auto report = co_await check_for(request, of, app::health_scope::all);
  co_return answer_with(status_answer{std::string(app::to_string(report.status))},
                        is_good(report.status));
}

task<http::server_response> answer_detailed(http::server_request& request, app::program& of) {
  const auto report = co_await check_for(request, of, app::health_scope::all);
  detailed_answer answer{.status = std::string(app::to_string(report.status)),
                         .phase = std::string(app::to_string(of.lifecycle().phase()))};
  for (const auto& each : report.dependencies) {
    answer.dependencies[each.name] = {
        .healthy = each.is_healthy,
        .required = each.is_required,
        .latency_ms = std::chrono::duration<double, std::milli>(each.latency).count(),
        .error = each.error};
  }
  co_return answer_with(answer, is_good(report.status));
}

}  // namespace

void add_health_routes(http::router& to, app::program& of, std::string_view prefix) {
  const std::string below(prefix);
  to.get(below + "/live", [](http::server_request&) -> task<http::server_response> {
    co_return answer_with(status_answer{"ok"}, true);
  });
  to.get(below + "/startup", [&of](http::server_request&) -> task<http::server_response> {
    const bool has_started = of.lifecycle().has_started();
    co_return answer_with(status_answer{has_started ? "started" : "starting"}, has_started);
  });
  to.get(below + "/ready",
         [&of](http::server_request& request) { return answer_ready(request, of); });
  to.get(below + "/", [&of](http::server_request& request) { return answer_status(request, of); });
  to.get(below + "/detailed",
         [&of](http::server_request& request) { return answer_detailed(request, of); });
}

}  // namespace leat::service
