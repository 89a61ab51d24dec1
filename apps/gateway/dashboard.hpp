// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <leat/coro/measure_latency.hpp>
#include <leat/http/async_client.hpp>
#include <leat/log/logger.hpp>
#include <leat/metrics/registry.hpp>
#include <leat/model/json_text.hpp>
#include <leat/model/ordered_map.hpp>

namespace gateway {

/// One source of metrics behind HTTP.
struct metrics_source {
  std::string name;  ///< The key of its entry in the dashboard.
  std::string url;
  leat::duration timeout;  ///< For the whole call.
};

/// One entry of the dashboard: `{"status":"ok","data":{...}}` or
/// `{"status":"error","detail":"..."}`.
struct dashboard_entry {
  std::string status;
  std::optional<leat::model::json_text> data;
  std::optional<std::string> detail;
};
BOOST_DESCRIBE_STRUCT(dashboard_entry, (), (status, data, detail))

/// Entries by the name of their source, in the configured order.
using dashboard = leat::model::ordered_map<dashboard_entry>;

/// Told of each call of a source; logs it and counts it.
class call_observer {
 public:
  /// Lifetime: `registry` outlives the observer.
  call_observer(const std::string& source, leat::log::logger log,
                leat::metrics::registry& registry);

  void operator()(const leat::latency_record& record) noexcept;

 private:
  leat::log::logger log_;
  leat::metrics::histogram ok_;
  leat::metrics::histogram error_;
  leat::metrics::histogram cancelled_;
};

/// Fetches metrics from HTTP sources, over a client that is shared by all calls.
/// Lifetime: `client` outlives it. Thread-safety: one loop.
class data_fetcher {
 public:
  explicit data_fetcher(leat::http::async_client& client) noexcept : client_(client) {}

  /// The JSON object that the source answers with.
  /// Errors: those of the client; `http::status_error`; `http::decode_error`.
  leat::task<leat::model::json_text> fetch_metrics(const metrics_source& source);

 private:
  leat::http::async_client& client_;
};

/// Asks all sources at once and puts their answers together. A source that fails costs its own
/// entry, not the dashboard.
/// Lifetime: the arguments of the constructor outlive it. Thread-safety: one loop.
class aggregator {
 public:
  aggregator(data_fetcher& fetcher, std::vector<metrics_source> sources, leat::log::logger log,
             leat::metrics::registry& registry);

  /// Cancellation: safe; stops all calls.
  /// Errors: none of its own; a source's failure stands in its entry.
  leat::task<dashboard> compile_dashboard();

 private:
  using fetch = leat::task<leat::model::json_text> (*)(data_fetcher*, const metrics_source*);
  struct measured_source {
    metrics_source source;
    leat::measured<fetch, call_observer> call;
  };

  data_fetcher& fetcher_;
  std::vector<measured_source> sources_;
  leat::log::logger log_;
};

/// What a user may read about a failed call: what happened, but no host, port or credential.
[[nodiscard]] std::string public_detail(const std::exception_ptr& failure);

}  // namespace gateway
