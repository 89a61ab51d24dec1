// SPDX-License-Identifier: MIT
#include "http/client_meter.hpp"

#include <cstddef>

#include "leat/metrics/registry.hpp"

namespace leat::http {
namespace {

// Whoever makes a name of each request must not fill the memory; a registry does not let him,
// either. Programs ask for dozens of things. What is not remembered is looked up in the registry
// each time.
constexpr std::size_t most_remembered = 256;

}  // namespace

client_meter::client_meter(client_metrics options)
    : options_(std::move(options)),
      in_progress_(options_.into->add_gauge("http_client_requests_in_progress",
                                            "Requests that wait for the head of their answer.",
                                            {{"client", options_.name}})) {}

void client_meter::note(kind what, int status, duration took) noexcept {
  try {
    try_note(what, status, took);
  } catch (...) {
    return;
  }
}

void client_meter::try_note(kind what, int status, duration took) {
  const std::string_view method = what.first;
  const std::string_view endpoint = what.second;
  const std::lock_guard lock(mutex_);
  auto found = series_.find(kind(method, endpoint));
  if (found == series_.end()) {
    series made{options_.into->add_histogram(
        "http_client_request_duration_seconds", "Until the head of an answer is there.",
        metrics::latency_buckets(),
        {{"client", options_.name}, {"endpoint", endpoint}, {"method", method}})};
    if (series_.size() >= most_remembered) {
      made.took.observe(took);
      counter_of(method, endpoint, status).increment();
      return;
    }
    found = series_.emplace(std::pair(std::string(method), std::string(endpoint)), std::move(made))
                .first;
  }
  found->second.took.observe(took);

  const auto [count, is_new] = found->second.by_status.try_emplace(status);
  if (is_new) count->second = counter_of(method, endpoint, status);
  count->second.increment();
}

metrics::counter client_meter::counter_of(std::string_view method, std::string_view endpoint,
                                          int status) const {
  return options_.into->add_counter("http_client_requests_total",
                                    "Requests that were sent, or could not be.",
                                    {{"client", options_.name},
                                     {"endpoint", endpoint},
                                     {"method", method},
                                     {"status", status == 0 ? "none" : std::to_string(status)}});
}

}  // namespace leat::http
