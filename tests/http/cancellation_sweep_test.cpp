// SPDX-License-Identifier: MIT
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "leat/coro/sleep.hpp"
#include "leat/coro/stream.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

// Every request that the client can make against every way the server can answer, cancelled at
// each point: the client loses no slot, and the server no handler.

using namespace leat;
using http::server_request;
using http::server_response;

namespace {

const io::endpoint server_test = io::endpoint::tcp("server.test", 80);

struct world {
  world() {
    http::router routes;
    const auto answer = [this](server_request& request) -> task<server_response> {
      ++handlers;
      const std::shared_ptr<void> ended(nullptr, [this](void*) { --handlers; });
      co_await sleep_for(1ms);
      co_return server_response::text(std::string(request.method()) + " " +
                                      std::string(request.body()));
    };
    routes.get("/", answer);
    routes.post("/", answer);
    routes.put("/", answer);
    routes.patch("/", answer);
    routes.del("/", answer);
    routes.get("/number", [](server_request&) -> task<server_response> {
      co_return server_response::text("7");
    });
    routes.get("/lines", [](server_request&) -> task<server_response> {
      std::string text;
      for (int i = 0; i < 10'000; ++i) text += "caf\xC3\xA9\r\n";
      co_return server_response::text(text);
    });
    routes.get("/large", [](server_request&) -> task<server_response> {
      co_return server_response::text(std::string(200'000, 'x'));
    });
    http::server_options server_options;
    server_options.network = &net;
    server = std::make_unique<http::server>(std::move(routes), server_options);
    server->listen(server_test);
    http::async_client_options client_options;
    client_options.network = &net;
    client_options.base_url = "http://server.test";
    client_options.limits.max_connections = 2;
    client = std::make_unique<http::async_client>(std::move(client_options));
  }

  testing::memory_network net;
  int handlers = 0;
  std::unique_ptr<http::server> server;
  std::unique_ptr<http::async_client> client;
};

/// Runs `requests` against the server, cancelled at each point.
template <class Requests>
testing::cancellation_report sweep(Requests requests) {
  std::unique_ptr<world> all;
  return testing::for_each_cancellation(
      [&all, &requests] {
        all = std::make_unique<world>();
        return [](world& with, Requests& work) -> task<void> {
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([](http::server& one) { return one.run(); }, std::ref(*with.server));
            co_await work(*with.client);
            with.client->close();
            with.server->shut_down();
          });
        }(*all, requests);
      },
      [&all](const outcome<void>&) {
        const auto now = all->client->statistics();
        CHECK(now.active == 0);
        CHECK(now.waiting == 0);
        CHECK(now.idle <= 2);
        CHECK(all->server->connections() == 0);
        CHECK(all->handlers == 0);
        all.reset();
      });
}

http::request_options with_body(std::size_t size) {
  return http::request_options().content(std::string(size, 'b'), "text/plain");
}

}  // namespace

TEST_CASE("client: every method can be cancelled anywhere against a server") {
  const auto report = sweep([](http::async_client& client) -> task<void> {
    CHECK((co_await client.get("/")).content() == "GET ");
    CHECK((co_await client.head("/")).status() == 200);
    CHECK((co_await client.options("/")).status() != 0);
    CHECK((co_await client.post("/", with_body(3))).content() == "POST bbb");
    CHECK((co_await client.put("/", with_body(3))).content() == "PUT bbb");
    CHECK((co_await client.patch("/", with_body(3))).content() == "PATCH bbb");
    CHECK((co_await client.del("/")).content() == "DELETE ");
    CHECK((co_await client.request("PUT", "/", with_body(100'000))).content().size() == 100'004);
    auto built = client.build_request("GET", "/");
    CHECK((co_await client.send(std::move(built))).content() == "GET ");
  });
  CHECK(report.suspensions > 30);
  CHECK(report.stopped > 30);
}

TEST_CASE("client: an answer that is read as a stream can be cancelled anywhere") {
  const auto report = sweep([](http::async_client& client) -> task<void> {
    auto answer = co_await client.stream("GET", "/large");
    CHECK_FALSE((co_await answer.read_some()).empty());
    static_cast<void>(co_await answer.read_all());
    CHECK(answer.is_at_end());
    auto built = client.build_request("GET", "/large");
    auto opened = co_await client.open(std::move(built));
    CHECK_FALSE((co_await opened.read_some()).empty());
    opened.close();  // its body has not been read
    auto raw = co_await client.stream("GET", "/large");
    CHECK_FALSE((co_await raw.read_raw_some()).empty());
    static_cast<void>(co_await raw.read_all());
  });
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("client: an authentication that sends requests of its own can be cancelled anywhere") {
  /// Gets a number before each of two rounds, and holds the body.
  class numbered final : public http::auth {
    class flow final : public http::auth_flow {
     public:
      [[nodiscard]] std::uint64_t max_held_content() const noexcept override { return 100; }
      [[nodiscard]] std::optional<http::auth_request> own_request(
          const http::auth_target&) override {
        if (has_number_) return std::nullopt;
        return http::auth_request("/number");
      }
      void own_answer(http::auth_target& request, const http::response& answer) override {
        has_number_ = true;
        request.headers.set("x-number", answer.text());
      }
      void begin(http::auth_target& request) override { CHECK(request.content == "body"); }
      bool again(http::auth_target&, const http::response_head&) override {
        has_number_ = false;
        return ++rounds_ < 2;
      }

     private:
      bool has_number_ = false;
      int rounds_ = 0;
    };

   public:
    [[nodiscard]] std::unique_ptr<http::auth_flow> start() const override {
      return std::make_unique<flow>();
    }
  };
  const auto report = sweep([](http::async_client& client) -> task<void> {
    http::async_request_options options;
    options.authenticate(std::make_shared<numbered>());
    options.stream(http::stream_body([]() -> stream<std::string> {
      co_await sleep_for(1ms);
      co_yield "body";
    }()));
    CHECK((co_await client.post("/", std::move(options))).content() == "POST body");
  });
  CHECK(report.suspensions > 5);
  CHECK(report.stopped > 5);
}

TEST_CASE("client: an answer that is read as text can be cancelled anywhere") {
  const auto report = sweep([](http::async_client& client) -> task<void> {
    auto text = co_await client.stream("GET", "/lines");
    CHECK_FALSE((co_await text.read_text_some()).empty());
    static_cast<void>(co_await text.read_text_all());
    auto lines = co_await client.stream("GET", "/lines");
    int count = 0;
    while (co_await lines.read_line()) ++count;
    CHECK(count == 10'000);
    auto chunks = co_await client.stream("GET", "/lines");
    CHECK((co_await chunks.read_chunk(50'000)).size() == 50'000);
    static_cast<void>(co_await chunks.read_all());
    auto value = co_await client.stream("GET", "/number");
    CHECK(co_await value.read_json<int>() == 7);
  });
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("client: a form with files and a file can be cancelled anywhere") {
  const scratch_folder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << std::string(100'000, 'f');
  const auto report = sweep([&path](http::async_client& client) -> task<void> {
    http::async_form_data form;
    form.field("a", "b").file("f", path);
    http::async_request_options options;
    options.multipart(std::move(form));
    CHECK((co_await client.post("/", std::move(options))).content().size() > 100'000);
    http::async_request_options upload;
    upload.stream(http::async_file_body(path)).expect_continue(1s);
    CHECK((co_await client.put("/", std::move(upload))).content().size() == 100'004);
  });
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("client: requests in line for a connection can be cancelled anywhere") {
  const auto report = sweep([](http::async_client& client) -> task<void> {
    co_await with_task_group([&client](task_group& group) -> task<void> {
      for (int i = 0; i < 5; ++i) {
        group.spawn(
            [](http::async_client& with) -> task<void> {
              CHECK((co_await with.get("/")).content() == "GET ");
            },
            std::ref(client));
      }
      co_return;
    });
  });
  CHECK(report.suspensions > 20);
  CHECK(report.stopped > 20);
}
