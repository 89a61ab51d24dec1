// SPDX-License-Identifier: MIT
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/move_on_after.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/failures.hpp"

#include "http2_scene.hpp"
#include "support/certificates.hpp"

// What is left behind when a request or the client ends, however that comes about.

using namespace leat;
using namespace http2_scene;

LEAT_ASYNC_TEST("http2: a stop resets its stream at once, and the connection goes on") {
  scene all;
  all.site.on_connection = answer_nothing;
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/stays", "GET",
                  http::async_request_options());
      co_await some_turns();
      const bool is_over = co_await move_on_after(1s, ask(all.client, results[1], "/gone"));
      CHECK_FALSE(is_over);
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.peer.requests[3].reset_code == cancel_code);
      CHECK(talk.open_streams() == 1);
      talk.peer.respond(1, "stayed");
      co_await talk.say();
    });
    // The last one, too: nobody waits on the connection afterwards.
    const bool is_over = co_await move_on_after(1s, ask(all.client, results[1], "/alone"));
    CHECK_FALSE(is_over);
    co_await some_turns();
    CHECK(all.first().peer.requests[5].reset_code == cancel_code);
    CHECK(all.client.statistics().idle == 1);
  });
  CHECK(results[0].is("stayed"));
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: over TLS, too, the peer hears of a stop and of the end at once") {
  const test_authority authority;
  io::tls_server_options server;
  server.identity = authority.issue({});
  server.alpn = {"h2"};
  http::async_client_options options;
  options.base_url = "https://localhost";
  options.tls.trusted = authority.certificate();
  testing::memory_network net;
  http2_site site(net, io::endpoint::tcp("localhost", 443), {}, io::tls_context::server(server));
  site.on_connection = answer_nothing;
  http::async_client client(scene::with_network(std::move(options), net));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
    result asked;
    const bool is_over = co_await move_on_after(1s, ask(client, asked, "/gone"));
    CHECK_FALSE(is_over);
    co_await some_turns();
    REQUIRE(site.connections.size() == 1);
    auto& talk = *site.connections[0];
    CHECK(talk.peer.requests[1].reset_code == cancel_code);
    CHECK(client.statistics().idle == 1);
    client.close();
    co_await some_turns();
    CHECK(talk.peer.goaways == 1);
    group.cancel();
  });
}

LEAT_ASYNC_TEST("http2: the end of a connection is a GOAWAY") {
  scene all;
  co_await all.play([&]() -> task<void> {
    const auto asked = co_await get(all.client, "/");
    CHECK(asked.is("/"));
  });
  CHECK(all.first().peer.goaways == 1);
  CHECK(all.first().peer.goaway_code == 0);
  CHECK(all.first().is_over);
}

namespace {

/// What a client may do on one connection: requests of every kind, alone and together.
task<void> everything(http::async_client& client) {
  result first;
  co_await ask(client, first, "/first");
  CHECK(first.is("/first"));
  result sent;
  co_await ask(client, sent, "/sent", "PUT", body_of(150'000));
  CHECK(sent.is("/sent"));
  std::vector<result> results(4);
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t i = 0; i < results.size(); ++i) {
      group.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i),
                  i % 2 == 0 ? "GET" : "POST",
                  i % 2 == 0 ? http::async_request_options() : body_of(70'000));
    }
    co_return;
  });
  for (std::size_t i = 0; i < results.size(); ++i) CHECK(results[i].is("/" + std::to_string(i)));
  auto answer = co_await client.stream("GET", "/stream");
  CHECK_FALSE((co_await answer.read_some()).empty());
  answer.close();
}

}  // namespace

TEST_CASE("http2: cancelled at every point, no slot and no stream is lost") {
  std::unique_ptr<scene> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<scene>(http2_peer::settings{.max_streams = 2});
        return [](scene& with) -> task<void> {
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([](http2_site& which) { return which.run(); }, std::ref(with.site));
            co_await everything(with.client);
            with.client.close();
            group.cancel();
          });
        }(*all);
      },
      [&all](const outcome<void>&) {
        CHECK(all->client.statistics().active == 0);
        CHECK(all->client.statistics().waiting == 0);
        CHECK(all->client.statistics().idle <= 1);
        for (const auto& each : all->site.connections) CHECK(each->keeps_rules);
        all.reset();
      });
  CHECK(report.suspensions > 20);
  CHECK(report.stopped > 20);
}

TEST_CASE("http2: one of several requests is stopped at any time, and the others do not notice") {
  for (int turns = 0; turns < 60; ++turns) {
    CAPTURE(turns);
    testing::test_loop loop;
    loop.run([](int after) -> task<void> {
      scene all({.max_streams = 3});
      std::vector<result> results(4);
      co_await all.play([&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
          for (std::size_t i = 0; i < results.size(); ++i) {
            group.spawn(&ask, std::ref(all.client), std::ref(results[i]), "/" + std::to_string(i),
                        "PUT", body_of(100'000));
          }
          co_await with_task_group([&](task_group& stopped) -> task<void> {
            result gone;
            stopped.spawn(&ask, std::ref(all.client), std::ref(gone), "/gone", "PUT",
                          body_of(100'000));
            for (int i = 0; i < after; ++i) co_await yield_now();
            stopped.cancel();
          });
        });
        const auto last = co_await get(all.client, "/last");
        CHECK(last.is("/last"));
        co_await some_turns();
        CHECK(all.client.statistics().idle == 1);
        CHECK(all.first().open_streams() == 0);
      });
      CHECK(all.site.connections.size() == 1);
      for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(results[i].is("/" + std::to_string(i)));
      }
    }(turns));
  }
}

TEST_CASE("http2: whichever operation of the network fails, no slot and no stream is lost") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    http2_site site(net, h2_test, {.max_streams = 2});
    http::async_client client(scene::with_network({}, net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
      int failed = 0;
      const auto note = [&failed](const result& seen, std::string_view expected) {
        if (seen.is_quietly(expected)) return;
        CHECK(seen.failure != nullptr);  // never a wrong answer
        ++failed;
      };
      const auto first = co_await get(client, "/first");
      note(first, "/first");
      result sent;
      co_await ask(client, sent, "/sent", "PUT", body_of(150'000));
      note(sent, "/sent");
      std::vector<result> results(4);
      co_await with_task_group([&](task_group& together) -> task<void> {
        for (std::size_t i = 0; i < results.size(); ++i) {
          together.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i),
                         "GET", http::async_request_options());
        }
        co_return;
      });
      for (std::size_t i = 0; i < results.size(); ++i) {
        note(results[i], "/" + std::to_string(i));
      }
      const auto last = co_await get(client, "/last");
      note(last, "/last");
      CHECK(failed <= 4);
      CHECK(client.statistics().active == 0);
      CHECK(client.statistics().waiting == 0);
      client.close();
      group.cancel();
    });
  });
  MESSAGE(report.operations << " operations, " << report.failed << " runs failed, "
                            << report.survived << " survived");
  CHECK(report.operations > 15);
  CHECK(report.survived > 30);
}

LEAT_ASYNC_TEST("http2: who reads for all hears of a stream that another task gave up") {
  scene all({.max_streams = 1});
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      if (made.peer.requests[id].get(":path") == "/held") {
        made.peer.begin(id);
      } else {
        made.peer.respond(id, made.peer.requests[id].body);
      }
    };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      // Nobody waits for the rest of this answer.
      std::optional held = co_await all.client.stream("GET", "/held");
      // So this one reads while it waits for its stream, and then has a body to send.
      group.spawn(&ask, std::ref(all.client), std::ref(sent), "/sent", "POST", body_of(5));
      co_await some_turns();
      held.reset();
    });
  });
  CHECK(sent.is("bbbbb"));
  CHECK(loop.elapsed() == 0s);
}
