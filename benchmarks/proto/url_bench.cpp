// SPDX-License-Identifier: MIT

// Question: what does a client pay for each URL that it is given?

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "leat/proto/url/url.hpp"

int main(int argc, char** argv) {
  using leat::proto::url;
  const std::string_view what = argc > 1 ? argv[1] : "parse";
  const long iterations = argc > 2 ? std::atol(argv[2]) : 1'000'000;

  url base;
  if (leat::proto::parse_url("https://api.example.test/v1", base)) return 1;
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < iterations; ++i) {
    url made;
    const auto error =
        what == "parse"
            ? leat::proto::parse_url("https://api.example.test:8443/v1/users/42?expand=a", made)
            : leat::proto::append(base, "/users/42?expand=a", made);
    if (error) return 1;
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  std::printf("%.*s: %.1f ns each over %ld iterations\n", static_cast<int>(what.size()),
              what.data(), spent.count() / static_cast<double>(iterations), iterations);
}
