// SPDX-License-Identifier: MIT
// What does it cost to count something?

#include "leat/metrics/registry.hpp"

#include "support.hpp"

int main() {
  constexpr int count = 5'000'000;
  leat::metrics::registry all;
  auto served = all.add_counter("requests_total", "Requests served.", {{"route", "/hello"}});
  const double begin = leat_bench::now_ns();
  for (int i = 0; i < count; ++i) served.increment();
  const double spent = leat_bench::now_ns() - begin;
  if (served.value() != count) return 1;
  leat_bench::print_sample("counter increment", "ns", "leat", spent / count);
}
