// SPDX-License-Identifier: MIT
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"

#include "http/http2_scene.hpp"
#include "http/trace_notes.hpp"
#include "support/async_test.hpp"

// A request that is traced and stopped at each point: whoever is told that a connection is there is
// told what becomes of it, once, and each attempt has one end.

using namespace leat;
TEST_CASE("trace: a request over HTTP/1.1 that is stopped anywhere is told to its end") {
  struct world {
    world() {
      http::router routes;
      routes.post("/", [](http::server_request& request) -> task<http::server_response> {
        co_return http::server_response::text(std::string(request.body()));
      });
      http::server_options server_options;
      server_options.network = &net;
      server = std::make_unique<http::server>(std::move(routes), server_options);
      server->listen(io::endpoint::tcp("server.test", 80));
      http::async_client_options options;
      options.network = &net;
      options.base_url = "http://server.test";
      options.limits.max_connections = 1;
      options.trace = notes.callback();
      client = std::make_unique<http::async_client>(std::move(options));
    }
    task<void> play() {
      co_await with_task_group([this](task_group& group) -> task<void> {
        group.spawn([](http::server& one) { return one.run(); }, std::ref(*server));
        for (const std::size_t size : {10U, 100'000U}) {
          const auto answer = co_await client->post(
              "/", http::request_options().content(std::string(size, 'b'), "text/plain"));
          CHECK(answer.content().size() == size);
        }
        client->close();
        server->shut_down();
      });
    }
    trace_notes notes;
    testing::memory_network net;
    std::unique_ptr<http::server> server;
    std::unique_ptr<http::async_client> client;
  };
  std::unique_ptr<world> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<world>();
        return all->play();
      },
      [&all](const outcome<void>&) {
        CHECK(all->client->statistics().active == 0);
        check_balance(all->notes);
        all.reset();
      });
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("trace: requests that share an HTTP/2 connection and are stopped anywhere are told so") {
  struct world {
    explicit world(trace_notes& notes) : all({}, traced(notes)) {}
    static http::async_client_options traced(trace_notes& notes) {
      http::async_client_options options;
      options.trace = notes.callback();
      return options;
    }
    task<void> play() {
      return all.play([this]() -> task<void> {
        co_await with_task_group([this](task_group& group) -> task<void> {
          for (auto& each : results) {
            group.spawn(&http2_scene::ask, std::ref(all.client), std::ref(each), "/", "POST",
                        http2_scene::body_of(70'000));
          }
          co_return;
        });
      });
    }
    http2_scene::scene all;
    std::vector<http2_scene::result> results{3};
  };
  trace_notes notes;
  std::unique_ptr<world> all;
  const auto report = testing::for_each_cancellation(
      [&] {
        notes.all.clear();
        all = std::make_unique<world>(notes);
        return all->play();
      },
      [&](const outcome<void>&) {
        CHECK(all->all.client.statistics().active == 0);
        all.reset();
        check_balance(notes);
      });
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}
