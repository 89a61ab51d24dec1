// SPDX-License-Identifier: MIT
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "leat/coro/move_on_after.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/pool/error.hpp"

#include "http2_scene.hpp"

// Servers that go away, and servers that take less than they are asked for.

using namespace leat;
using namespace http2_scene;

LEAT_ASYNC_TEST("http2: of a GOAWAY the streams below go on, and those above go elsewhere") {
  scene all;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&made, is_first = all.site.connections.size() == 1](std::int32_t id) {
      if (!is_first) made.peer.respond(id, "second " + made.peer.requests[id].body);
    };
  };
  std::vector<result> results(4);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (auto& each : results) {
        group.spawn(&ask, std::ref(all.client), std::ref(each), "/", "POST", body_of(3));
      }
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.open_streams() == 4);
      talk.peer.go_away(3);
      co_await talk.say();
      co_await some_turns();
      REQUIRE(all.site.connections.size() == 2);
      CHECK(all.site.connections[1]->peer.requests.size() == 2);
      talk.peer.respond(1, "first");
      talk.peer.respond(3, "first");
      co_await talk.say();
    });
    CHECK(all.client.statistics().idle == 1);  // the second
  });
  CHECK(results[0].is("first"));
  CHECK(results[1].is("first"));
  CHECK(results[2].is("second bbb"));
  CHECK(results[3].is("second bbb"));
}

LEAT_ASYNC_TEST("http2: a line of requests outlasts connections that take a few each") {
  // As nginx does with keepalive_requests.
  constexpr std::size_t most = 4;
  scene all({.max_streams = 2});
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      made.peer.respond(id, made.peer.requests[id].get(":path"));
      if (made.peer.requests.size() == most) made.peer.go_away(id);
    };
  };
  std::vector<result> results(30);
  co_await all.play([&]() -> task<void> {
    const auto before = co_await get(all.client, "/before");
    CHECK(before.is("/before"));
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (std::size_t i = 0; i < results.size(); ++i) {
        group.spawn(&ask, std::ref(all.client), std::ref(results[i]), "/" + std::to_string(i),
                    "GET", http::async_request_options());
      }
      co_return;
    });
  });
  for (std::size_t i = 0; i < results.size(); ++i) {
    CAPTURE(i);
    CHECK(results[i].is("/" + std::to_string(i)));
  }
  CHECK(all.site.connections.size() >= results.size() / most);
}

LEAT_ASYNC_TEST("http2: a server that always goes away is asked twice") {
  scene all;
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t) { made.peer.go_away(0); };
  };
  co_await all.play([&]() -> task<void> {
    const auto asked = co_await get(all.client, "/");
    CHECK(asked.failed_with<http::no_response>(proto_errc::refused_stream));
    CHECK(all.client.statistics().idle == 0);
  });
  CHECK(all.site.connections.size() == 2);
}

LEAT_ASYNC_TEST("http2: a stream that was refused is tried once more") {
  scene all;
  int refusals = 1;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&](std::int32_t id) {
      if (refusals-- > 0) {
        made.peer.reset(id, refused_stream_code);
      } else {
        made.peer.respond(id, made.peer.requests[id].body);
      }
    };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await ask(all.client, sent, "/", "POST", body_of(5));
    refusals = 2;
    const auto refused = co_await get(all.client, "/");
    CHECK(refused.failed_with<http::no_response>(proto_errc::refused_stream));
    CHECK(all.client.statistics().idle == 1);
  });
  CHECK(sent.is("bbbbb"));
  CHECK(all.site.connections.size() == 1);
}

namespace {

/// Fifty tasks at once, each of which asks once.
task<void> crowd(http::async_client& client, std::vector<result>& results) {
  results.resize(50);
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t i = 0; i < results.size(); ++i) {
      group.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i), "POST",
                  body_of(10));
    }
    co_return;
  });
}

void check_crowd(const std::vector<result>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    CAPTURE(i);
    CHECK(results[i].is("/" + std::to_string(i)));
  }
}

/// Refuses what comes above `most` at once, whatever it has said.
void refuse_above(connection& made, const std::uint32_t& most) {
  made.peer.on_head = [&made, &most](std::int32_t id) {
    if (made.open_streams() > most) made.peer.reset(id, refused_stream_code);
  };
  made.peer.on_request = [&made](std::int32_t id) {
    if (made.peer.requests[id].get(":path") == "/held") return;
    made.peer.respond(id, made.peer.requests[id].get(":path"));
  };
}

}  // namespace

LEAT_ASYNC_TEST("http2: a crowd on a new connection is answered, however few streams it allows") {
  for (const std::uint32_t most : {1U, 2U}) {
    CAPTURE(most);
    scene all({.max_streams = most});
    std::vector<result> results;
    co_await all.play([&]() -> task<void> { co_await crowd(all.client, results); });
    check_crowd(results);
    CHECK(all.site.connections.size() == 1);
    CHECK(all.first().peer.most_open <= most);
    CHECK(all.first().peer.requests.size() == results.size());  // none was refused
  }
}

LEAT_ASYNC_TEST(
    "http2: a server that takes fewer streams than it says refuses, and all are answered") {
  for (const std::uint32_t most : {1U, 2U}) {
    CAPTURE(most);
    scene all;
    all.site.on_connection = [&](connection& made) { refuse_above(made, most); };
    std::vector<result> results;
    co_await all.play([&]() -> task<void> { co_await crowd(all.client, results); });
    check_crowd(results);
    CHECK(all.site.connections.size() == 1);
    CHECK(all.first().peer.requests.size() < 3 * results.size());
  }
}

LEAT_ASYNC_TEST(
    "http2: a server that lowers what it takes under way refuses, and all are answered") {
  std::uint32_t most = 100;
  scene all;
  all.site.on_connection = [&](connection& made) { refuse_above(made, most); };
  std::vector<result> results;
  result held;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(held), "/held", "GET",
                  http::async_request_options());
      co_await some_turns();
      auto& talk = all.first();
      most = 2;
      talk.peer.set_max_streams(2);  // is on its way while they are sent
      co_await crowd(all.client, results);
      talk.peer.respond(talk.id_of("/held"), "/held");
      co_await talk.say();
    });
  });
  check_crowd(results);
  CHECK(held.is("/held"));
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST(
    "http2: who was crowded out waits no longer than for a stream, and may be stopped") {
  const std::uint32_t most = 1;
  scene all;
  all.site.on_connection = [&](connection& made) { refuse_above(made, most); };
  result held;
  result late;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      http::async_request_options patient;
      patient.timeouts.read = 20s;
      group.spawn(&ask, std::ref(all.client), std::ref(held), "/held", "GET", patient);
      co_await some_turns();
      result gone;
      const bool is_over =
          co_await move_on_after(1s, ask(all.client, gone, "/gone", "POST", body_of(10)));
      CHECK_FALSE(is_over);
      co_await ask(all.client, late, "/late", "POST", body_of(10));
      CHECK(loop.elapsed() == 6s);
      auto& talk = all.first();
      talk.peer.respond(talk.id_of("/held"), "/held");
      co_await talk.say();
    });
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
  });
  CHECK(held.is("/held"));
  CHECK(late.failed_with<pool::pool_timeout>());
  CHECK(all.site.connections.size() == 1);
}
