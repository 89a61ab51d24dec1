// SPDX-License-Identifier: MIT
// Fetches all URLs it is given at the same time and shows what became of each.
// Try: 02_requests_side_by_side http://localhost:8080/health/live http://localhost:1/

// region program
#include <cstdio>

#include <leat/coro/when_all.hpp>
#include <leat/http/async_client.hpp>
#include <leat/io/loop.hpp>

using namespace leat;

task<void> fetch_all(std::vector<std::string> urls) {
  http::async_client client;
  std::vector<task<http::response>> calls;
  for (const auto& url : urls) calls.push_back(client.get(url));

  const auto outcomes = co_await when_all_settled(std::move(calls));

  for (std::size_t i = 0; i < urls.size(); ++i) {
    const std::string said = outcomes[i].has_value() ? std::to_string(outcomes[i].value().status())
                                                     : describe(outcomes[i].error());
    std::printf("%s: %s\n", urls[i].c_str(), said.c_str());
  }
}

int main(int count, char** arguments) {
  leat::run(fetch_all({arguments + 1, arguments + count}));
}
// endregion program
