// SPDX-License-Identifier: MIT
#include "leat/metrics/registry.hpp"

namespace leat::metrics {

std::vector<double> latency_buckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

}  // namespace leat::metrics
