// SPDX-License-Identifier: MIT
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/error.hpp"

#include "http2_scene.hpp"

// Bodies that are sent.

using namespace leat;
using namespace http2_scene;

LEAT_ASYNC_TEST("http2: a peer that gives no credit meets the write timeout") {
  scene all({.takes_credit = false});
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await ask(all.client, sent, "/up", "PUT", body_of(200'000));
    CHECK(loop.elapsed() == 5s);
    co_await some_turns();
    CHECK(all.first().peer.requests[1].reset_code == cancel_code);
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
  });
  CHECK(sent.failed_with<io::write_timeout>());
}

LEAT_ASYNC_TEST("http2: an answer that comes early ends the upload, and the connection is kept") {
  scene all;
  all.site.on_connection = [](connection& made) {
    made.peer.on_head = [&made](std::int32_t id) {
      made.peer.respond(id, {{":status", "413"}}, "too much");
    };
    made.peer.on_request = [&made](std::int32_t id) { made.peer.respond(id, "ok"); };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    http::async_request_options options;
    options.stream(http::stream_body(pieces(1000, 10'000)));
    co_await ask(all.client, sent, "/up", "POST", std::move(options));
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("ok"));
  });
  CHECK(sent.failure == nullptr);
  CHECK(sent.status == 413);
  CHECK(sent.body == "too much");
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: a body that is held back goes when the server agrees, not before") {
  scene all;
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      auto options = body_of(100'000);
      options.expect_continue();
      group.spawn(&ask, std::ref(all.client), std::ref(sent), "/up", "PUT", std::move(options));
      co_await some_turns();
      auto& talk = all.first();
      REQUIRE(talk.id_of("/up") == 1);
      CHECK(talk.peer.requests[1].get("expect") == "100-continue");
      talk.peer.informational(1, 103);
      co_await talk.say();
      co_await some_turns();
      CHECK(talk.peer.requests[1].body.empty());
      const auto beside = co_await get(all.client, "/beside");
      CHECK(beside.is("/beside"));
      talk.peer.informational(1, 100);
      talk.peer.informational(1, 103);
      co_await talk.say();
    });
  });
  CHECK(sent.is("/up"));
  CHECK(all.first().peer.requests[1].body == std::string(100'000, 'b'));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: a body that is held back is not sent to a server that answers at once") {
  for (const char* const status : {"417", "200"}) {
    CAPTURE(status);
    scene all;
    all.site.on_connection = [&](connection& made) {
      made.peer.on_head = [&made, status](std::int32_t id) {
        made.peer.respond(id, {{":status", status}}, "no need");
      };
      made.peer.on_request = [&made](std::int32_t id) { made.peer.respond(id, "ok"); };
    };
    result sent;
    bool is_touched = false;
    co_await all.play([&]() -> task<void> {
      http::async_request_options options;
      options.expect_continue();
      options.stream(http::stream_body([](bool& touched) -> stream<std::string> {
        touched = true;
        co_yield "body";
      }(is_touched)));
      co_await ask(all.client, sent, "/up", "POST", std::move(options));
      const auto after = co_await get(all.client, "/after");
      CHECK(after.is("ok"));
    });
    CHECK(sent.failure == nullptr);
    CHECK(std::to_string(sent.status) == status);
    CHECK(sent.body == "no need");
    CHECK_FALSE(is_touched);
    CHECK(all.first().peer.requests[1].body.empty());
    CHECK(all.first().peer.requests[1].reset_code == cancel_code);
    CHECK(all.site.connections.size() == 1);
    CHECK(loop.elapsed() == 0s);
  }
}

LEAT_ASYNC_TEST("http2: a body that is held back goes without consent in the end") {
  scene all;
  result sent;
  result empty;
  co_await all.play([&]() -> task<void> {
    auto options = body_of(10);
    options.expect_continue(2s);
    co_await ask(all.client, sent, "/up", "PUT", std::move(options));
    CHECK(loop.elapsed() == 2s);
    http::async_request_options nothing;
    nothing.expect_continue(2s);
    co_await ask(all.client, empty, "/empty", "PUT", std::move(nothing));
    CHECK(loop.elapsed() == 2s);
  });
  CHECK(sent.is("/up"));
  CHECK(empty.is("/empty"));
}

LEAT_ASYNC_TEST("http2: a body that is held back outlasts a refusal") {
  scene all;
  int refusals = 1;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_head = [&](std::int32_t id) {
      if (refusals-- > 0) {
        made.peer.reset(id, refused_stream_code);
      } else {
        made.peer.informational(id, 100);
      }
    };
    made.peer.on_request = [&](std::int32_t id) {
      made.peer.respond(id, made.peer.requests[id].body);
    };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    http::async_request_options options;
    options.expect_continue();
    options.stream(http::stream_body(pieces(2, 3)));  // can be sent only once
    co_await ask(all.client, sent, "/up", "POST", std::move(options));
  });
  CHECK(sent.is("pppppp"));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: an upload does not wait for a peer that waits for its reader") {
  // More than the network holds, both ways at once; there is nobody else who could read.
  const std::string large(std::size_t{1} << 20, 'a');
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  all.site.on_connection = [&](connection& made) {
    made.peer.on_head = [&made, &large](std::int32_t id) { made.peer.respond(id, large); };
  };
  result sent;
  co_await all.play(
      [&]() -> task<void> { co_await ask(all.client, sent, "/", "POST", body_of(500'000)); });
  CHECK(sent.is(large));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: an upload goes on when another request has written for it") {
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      if (made.peer.requests[id].get(":path") != "/last") return;
      for (const auto& [each, asked] : made.peer.requests) made.peer.respond(each, "ok");
    };
  };
  std::vector<result> results(4);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      // One reads, one waits, and one writes for all, with difficulty.
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/reads", "GET",
                  http::async_request_options());
      group.spawn(&ask, std::ref(all.client), std::ref(results[1]), "/waits", "GET",
                  http::async_request_options());
      co_await some_turns();
      all.first().may_read.reset();
      group.spawn(&ask, std::ref(all.client), std::ref(results[2]), "/writes", "PUT",
                  body_of(120'000));
      co_await some_turns();
      group.spawn(&ask, std::ref(all.client), std::ref(results[3]), "/last", "PUT",
                  body_of(150'000));
      co_await some_turns();
      all.first().may_read.set();
    });
  });
  for (const auto& each : results) CHECK(each.is("ok"));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: one request's limit does not cut off what others write") {
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  all.site.on_connection = answer_nothing;
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/patient", "GET",
                  http::async_request_options());
      co_await some_turns();
      auto& talk = all.first();
      talk.may_read.reset();
      http::async_request_options hasty = body_of(500'000);
      hasty.timeouts.write = 1s;
      group.spawn(&ask, std::ref(all.client), std::ref(results[1]), "/hasty", "PUT",
                  std::move(hasty));
      co_await sleep_for(1500ms);
      talk.may_read.set();
      co_await some_turns();
      talk.peer.respond(1, "patient");
      talk.peer.respond(3, "hasty");
      co_await talk.say();
    });
  });
  CHECK(results[0].is("patient"));
  CHECK(results[1].is("hasty"));  // the frame that others needed whole took its server too long
  CHECK(all.site.connections.size() == 1);
}
