// SPDX-License-Identifier: MIT
#include <cstdio>
#include <stdexcept>
#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/testing/allocation_failures.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"

LEAT_REPLACE_OPERATOR_NEW;

using namespace leat;

namespace {

/// A request of each size, on one connection.
task<void> client_and_server() {
  testing::memory_network net;
  http::router routes;
  routes.put("/echo/{name}", [](http::server_request& request) -> task<http::server_response> {
    co_return http::server_response::text(request.path_parameter("name") +
                                          std::string(request.body()));
  });
  http::server_options server_options;
  server_options.network = &net;
  http::server server(std::move(routes), server_options);
  server.listen(io::endpoint::tcp("server", 80));

  http::async_client_options client_options;
  client_options.network = &net;
  client_options.base_url = "http://server";
  http::async_client client(client_options);

  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http::server& serving) { return serving.run(); }, std::ref(server));
    for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{70'000}}) {
      const std::string body(size, 'x');
      http::request_options options;
      options.content(body, "text/plain");
      const auto answer = co_await client.request("PUT", "/echo/a", std::move(options));
      // The server may have run out of memory, and says so.
      if (answer.status() == 500) continue;
      if (answer.content() != "a" + body) throw std::logic_error("an answer is not whole");
    }
    client.close();
    server.shut_down();
  });
  if (client.statistics().active != 0) throw std::logic_error("a slot was lost");
}

}  // namespace

TEST_CASE("client and server: whichever allocation fails, nothing leaks or hangs") {
  const auto report = testing::for_each_allocation_failure(&client_and_server);
  MESSAGE(report.allocations << " allocations, " << report.failed << " runs failed, "
                             << report.survived << " survived");
  CHECK(report.failed > 20);
  CHECK(report.survived > 0);
}
