// SPDX-License-Identifier: MIT
#include "http/client_meter.hpp"

#include "leat/metrics/registry.hpp"

#include "http/known_methods.hpp"

namespace leat::http {

client_meter::client_meter(client_metrics options)
    : options_(std::move(options)),
      in_progress_(options_.into->add_gauge("http_client_requests_in_progress",
                                            "Requests that wait for the head of their answer.",
                                            {{"client", options_.name}})) {}

void client_meter::note(std::string_view method, int status, duration took) noexcept {
  try {
    try_note(method, status, took);
  } catch (...) {
    return;
  }
}

void client_meter::try_note(std::string_view method, int status, duration took) {
  const std::string_view label = detail::method_label(method);
  const std::lock_guard lock(mutex_);
  auto found = took_.find(label);
  if (found == took_.end()) {
    found = took_.emplace(label, metrics::histogram()).first;
    found->second = options_.into->add_histogram(
        "http_client_request_duration_seconds", "Until the head of an answer is there.",
        metrics::latency_buckets(), {{"client", options_.name}, {"method", label}});
  }
  found->second.observe(took);

  const auto [count, is_new] = by_status_.try_emplace({std::string(label), status});
  if (is_new) {
    count->second = options_.into->add_counter(
        "http_client_requests_total", "Requests that were sent, or could not be.",
        {{"client", options_.name},
         {"method", label},
         {"status", status == 0 ? "none" : std::to_string(status)}});
  }
  count->second.increment();
}

}  // namespace leat::http
