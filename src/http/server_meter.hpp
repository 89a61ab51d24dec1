// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/time.hpp"
#include "leat/http/router.hpp"
#include "leat/http/server_options.hpp"
#include "leat/metrics/instruments.hpp"

namespace leat::http::detail {

/// What a server measures of its requests. The series of a route are looked up once: its
/// durations when the server is made, its counters when a status comes for the first time.
///
/// Thread-safety: one loop.
class server_meter {
 public:
  /// Errors: those of the registry.
  server_meter(const server_metrics& options, const router& routes);

  [[nodiscard]] bool measures(const route_match& route) const noexcept;

  void connection_began() noexcept { connections_.increment(); }
  void connection_ended() noexcept { connections_.decrement(); }

  void request_began() noexcept { in_progress_.increment(); }
  void request_ended() noexcept { in_progress_.decrement(); }

  /// `status` is 0 if there was no answer.
  /// Errors: those of the registry, the first time that a status comes; `std::bad_alloc`.
  void note(const route_match& route, std::string_view method, int status, duration took);
  /// The same for what could not be read as a request.
  void note_unreadable(int status);

  void failed(server_error::place where) noexcept {
    errors_[static_cast<std::size_t>(where)].increment();
  }

 private:
  struct series {
    std::string method;
    std::string endpoint;
    metrics::histogram took;
    std::vector<std::pair<int, metrics::counter>> by_status;
    bool is_left_out = false;
  };

  [[nodiscard]] series make_series(std::string_view method, std::string_view endpoint) const;
  [[nodiscard]] series& series_of(const route_match& route, std::string_view method);
  [[nodiscard]] series& unmatched(std::string_view method);
  void count(series& in, int status);

  metrics::registry& into_;
  std::vector<double> buckets_;
  std::vector<series> routes_;  // by their indices
  // Of HEAD requests that the route for GET answers.
  std::vector<std::unique_ptr<series>> heads_;
  std::vector<std::unique_ptr<series>> unmatched_;  // one for each method
  metrics::gauge in_progress_;
  metrics::gauge connections_;
  std::array<metrics::counter, 4> errors_;  // by places
};

}  // namespace leat::http::detail
