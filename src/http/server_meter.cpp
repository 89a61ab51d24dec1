// SPDX-License-Identifier: MIT
#include "http/server_meter.hpp"

#include <algorithm>

#include "leat/metrics/registry.hpp"

#include "http/known_methods.hpp"

namespace leat::http::detail {
namespace {

// A path begins with a slash, so no pattern is called like that.
constexpr std::string_view unmatched_endpoint = "unmatched";

constexpr std::array<std::string_view, 4> kinds{"handler", "accept", "connection", "hook"};
static_assert(static_cast<std::size_t>(server_error::place::hook) == kinds.size() - 1);

bool is_head_of_get(std::string_view method, std::string_view of_route) noexcept {
  return method == "HEAD" && of_route != "HEAD";
}

}  // namespace

server_meter::server_meter(const server_metrics& options, const router& routes)
    : into_(*options.into),
      buckets_(options.buckets.empty() ? metrics::latency_buckets() : options.buckets),
      in_progress_(into_.add_gauge("http_requests_in_progress", "Requests being answered now.")),
      connections_(into_.add_gauge("http_connections", "Connections of clients that are open.")) {
  for (const auto& each : routes.routes()) {
    const bool is_left_out =
        std::ranges::find(options.except, each.pattern) != options.except.end();
    if (is_left_out) {
      routes_.emplace_back().is_left_out = true;
    } else {
      routes_.push_back(make_series(each.method, each.pattern));
    }
  }
  heads_.resize(routes_.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    errors_[i] = into_.add_counter("errors_total", "What went wrong on the server's side.",
                                   {{"kind", kinds[i]}});
  }
}

server_meter::series server_meter::make_series(std::string_view method,
                                               std::string_view endpoint) const {
  series made;
  made.method = method;
  made.endpoint = endpoint;
  made.took = into_.add_histogram("http_request_duration_seconds",
                                  "From a request's head to the end of its answer.", buckets_,
                                  {{"method", method}, {"endpoint", endpoint}});
  return made;
}

bool server_meter::measures(const route_match& route) const noexcept {
  return route.outcome() != route_match::result::found || !routes_[route.index()].is_left_out;
}

server_meter::series& server_meter::unmatched(std::string_view method) {
  const std::string_view label = method_label(method);
  for (const auto& each : unmatched_) {
    if (each->method == label) return *each;
  }
  return *unmatched_.emplace_back(std::make_unique<series>(make_series(label, unmatched_endpoint)));
}

server_meter::series& server_meter::series_of(const route_match& route, std::string_view method) {
  if (route.outcome() != route_match::result::found) return unmatched(method);
  series& own = routes_[route.index()];
  if (!is_head_of_get(method, own.method)) return own;
  auto& head = heads_[route.index()];
  if (head == nullptr) head = std::make_unique<series>(make_series(method, own.endpoint));
  return *head;
}

void server_meter::count(series& in, int status) {
  const auto found =
      std::ranges::find(in.by_status, status, &std::pair<int, metrics::counter>::first);
  if (found != in.by_status.end()) return found->second.increment();
  // What the registry refuses now it would refuse every time.
  auto& added = in.by_status.emplace_back(status, metrics::counter()).second;
  added = into_.add_counter("http_requests_total", "Requests that have ended.",
                            {{"method", in.method},
                             {"endpoint", in.endpoint},
                             {"status", status == 0 ? "none" : std::to_string(status)}});
  added.increment();
}

void server_meter::note(const route_match& route, std::string_view method, int status,
                        duration took) {
  series& in = series_of(route, method);
  in.took.observe(took);
  count(in, status);
}

void server_meter::note_unreadable(int status) {
  count(unmatched({}), status);
}

}  // namespace leat::http::detail
