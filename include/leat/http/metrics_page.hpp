// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/impl_ptr.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/server_response.hpp"

namespace leat::metrics {
class registry;
}

namespace leat::http {

class server_request;

/// A handler that shows a registry in Prometheus's text format, for whoever scrapes it:
///
///     routes.get("/metrics", http::metrics_page(registry));
///
/// The registry is read on a thread of `to_thread`, so the loop goes on meanwhile however many
/// series there are; further requests wait for the one before them, so they take one thread.
/// The metrics of a server leave the pattern `/metrics` out, see `server_metrics::except`.
///
/// Lifetime: the registry outlives the handler. Thread-safety: one loop; several pages, on
/// several loops, may show one registry.
class metrics_page {
 public:
  explicit metrics_page(const metrics::registry& of);
  metrics_page(metrics_page&&) noexcept;
  metrics_page& operator=(metrics_page&&) noexcept;
  ~metrics_page();

  [[nodiscard]] task<server_response> operator()(server_request& request);

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::http
