// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/task_group.hpp"
#include "leat/http/error.hpp"
#include "leat/pool/error.hpp"

#include "http2_scene.hpp"
#include "support/counting_network.hpp"

// What a server says of itself, and changes.

using namespace leat;
using namespace http2_scene;

LEAT_ASYNC_TEST("http2: a limit of streams that is lowered holds for new requests only") {
  scene all({.max_streams = 10});
  all.site.on_connection = answer_nothing;
  std::vector<result> results(9);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      const auto spawn = [&](int i) {
        group.spawn(&ask, std::ref(all.client), std::ref(results[static_cast<std::size_t>(i)]),
                    "/" + std::to_string(i), "GET", http::async_request_options());
      };
      for (int i = 0; i < 5; ++i) spawn(i);
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.open_streams() == 5);
      talk.peer.set_max_streams(2);
      co_await talk.say();
      co_await some_turns();
      for (int i = 5; i < 9; ++i) spawn(i);
      co_await some_turns();
      CHECK(talk.open_streams() == 5);
      for (int i = 0; i < 9; ++i) {
        const std::string path = "/" + std::to_string(i);
        REQUIRE(talk.id_of(path) != 0);
        talk.peer.respond(talk.id_of(path), path);
        co_await talk.say();
        co_await some_turns();
        CHECK(talk.open_streams() ==
              (i < 3 ? std::size_t(4 - i) : std::size_t(std::min(2, 8 - i))));
      }
    });
  });
  for (int i = 0; i < 9; ++i) {
    CHECK(results[static_cast<std::size_t>(i)].is("/" + std::to_string(i)));
  }
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: a request has limits of its own on the head of its answer") {
  scene all;
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      std::vector<http2_peer::field> fields{{":status", "200"}};
      for (int i = 0; i < 110; ++i) fields.push_back({"x", "y"});
      made.peer.respond(id, std::move(fields), "ok");
    };
  };
  http::head_limits more;
  more.max_fields = 110;
  http::head_limits fewer;
  fewer.max_fields = 109;
  const auto limited = [](const http::head_limits& limits) {
    return http::async_request_options(http::request_options().limit_head(limits));
  };
  std::vector<result> results(3);
  co_await all.play([&]() -> task<void> {
    co_await ask(all.client, results[0], "/more", "GET", limited(more));
    co_await ask(all.client, results[1], "/fewer", "GET", limited(fewer));
    co_await ask(all.client, results[2], "/none", "GET");
  });
  CHECK(results[0].is("ok"));
  CHECK(results[1].failed_with<http::remote_protocol_error>(proto_errc::too_many_fields));
  CHECK(results[2].failed_with<http::remote_protocol_error>(proto_errc::too_many_fields));
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: a peer that takes no streams is a pool_timeout, until it takes some") {
  scene all;
  co_await all.play([&]() -> task<void> {
    const auto before = co_await get(all.client, "/before");
    CHECK(before.is("/before"));
    auto& talk = all.first();
    talk.peer.set_max_streams(0);
    co_await talk.say();
    const auto none = co_await get(all.client, "/none");
    CHECK(none.failed_with<pool::pool_timeout>());
    CHECK(loop.elapsed() == 5s);
    CHECK(all.client.statistics().idle == 1);
    talk.peer.set_max_streams(1);
    co_await talk.say();
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
  });
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: windows that become negative hold a body up, and let it go on") {
  scene all({.takes_credit = false, .connection_window = 1 << 20});
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(sent), "/up", "PUT", body_of(200'000));
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.peer.requests[1].body.size() == 65'535);
      talk.peer.set(initial_window, 1'000);  // the stream has -64,535 left
      co_await talk.say();
      co_await some_turns();
      talk.peer.set(initial_window, 65'535);  // none
      co_await talk.say();
      co_await some_turns();
      CHECK(talk.peer.requests[1].body.size() == 65'535);
      talk.peer.set(initial_window, 65'536);
      co_await talk.say();
      co_await some_turns();
      CHECK(talk.peer.requests[1].body.size() == 65'536);
      talk.peer.set(initial_window, 300'000);
      co_await talk.say();
    });
  });
  CHECK(sent.is("/up"));
  CHECK(all.first().peer.requests[1].body == std::string(200'000, 'b'));
}

LEAT_ASYNC_TEST("http2: the size of frames may be raised and lowered under way") {
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  std::vector<result> sent(3);
  co_await all.play([&]() -> task<void> {
    const std::uint32_t sizes[] = {1 << 20, 16'384, 20'000};
    for (std::size_t i = 0; i < 3; ++i) {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(&ask, std::ref(all.client), std::ref(sent[i]), "/up", "PUT", body_of(300'000));
        while (all.site.connections.empty()) co_await yield_now();
        all.first().peer.set(max_frame_size, sizes[i]);
        co_await all.first().say();
      });
    }
  });
  for (const auto& each : sent) CHECK(each.is("/up"));
}

LEAT_ASYNC_TEST(
    "http2: a setting that is not allowed costs the connection, and the peer hears why") {
  scene all;
  all.site.on_connection = answer_nothing;
  result asked;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(asked), "/", "GET",
                  http::async_request_options());
      co_await some_turns();
      co_await all.first().say(frame(4, 0, 0, std::string("\0\5\0\0\0\x64", 6)));
    });
    co_await some_turns();
    CHECK(all.first().peer.goaway_code == protocol_error_code);
    CHECK(all.client.statistics().idle == 0);
  });
  CHECK(asked.failed_with<http::remote_protocol_error>(proto_errc::connection_error));
}

LEAT_ASYNC_TEST("http2: requests that begin together go out in one write") {
  counting_network net;
  http2_site site(net, h2_test, {});
  http::async_client client(scene::with_network({}, net));
  std::vector<result> results(50);
  co_await with_task_group([&](task_group& all) -> task<void> {
    all.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
    const auto before = co_await get(client, "/before");
    CHECK(before.is("/before"));
    net.client_writes = 0;
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (std::size_t i = 0; i < results.size(); ++i) {
        group.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i), "GET",
                    http::async_request_options());
      }
      co_return;
    });
    // The first is alone, and waits for nobody.
    CHECK(net.client_writes == 2);
    for (std::size_t i = 0; i < results.size(); ++i) {
      CHECK(results[i].is("/" + std::to_string(i)));
    }
    const auto alone = co_await get(client, "/alone");
    CHECK(alone.is("/alone"));
    CHECK(net.client_writes == 3);
    client.close();
    all.cancel();
  });
}
