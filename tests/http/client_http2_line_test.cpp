// SPDX-License-Identifier: MIT
#include <functional>
#include <string>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/pool/error.hpp"

#include "http2_scene.hpp"

// The line of those who wait for a stream: who is next, at what price, and for how long
// (docs/adr/0027).

using namespace leat;
using namespace http2_scene;

namespace {

/// A server that does not answer `/held`, and refuses what comes beside it.
struct full_site {
  full_site() {
    all.site.on_connection = [this](connection& made) {
      made.peer.on_request = [this, &made](std::int32_t id) { take(made, id); };
    };
  }
  full_site(const full_site&) = delete;
  full_site& operator=(const full_site&) = delete;

  void take(connection& made, std::int32_t id) {
    const std::string path = made.peer.requests[id].get(":path");
    if (path == "/held") return;
    if (made.open_streams() > 1) {
      ++crowded_out;
      made.peer.reset(id, refused_stream_code);
    } else if (refused_alone < refuses_alone) {
      ++refused_alone;
      made.peer.reset(id, refused_stream_code);
    } else {
      made.peer.respond(id, path);
    }
  }

  /// Plays `body` while `/held` is under way, and has that answered then.
  task<void> play(std::function<task<void>(task_group&)> body) {
    co_await all.play([&]() -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        http::async_request_options patient;
        patient.timeouts.read = 1min;
        group.spawn(&ask, std::ref(all.client), std::ref(held), "/held", "GET", patient);
        co_await some_turns();
        co_await body(group);
        co_await release();
      });
    });
    CHECK(held.is("/held"));
    CHECK(all.site.connections.size() == 1);
  }
  task<void> release() {
    auto& talk = all.first();
    talk.peer.respond(talk.id_of("/held"), "/held");
    co_await talk.say();
  }
  /// Says anew how many streams it takes, and thus asks for more.
  task<void> invite() {
    all.first().peer.set_max_streams(100);
    co_await all.first().say();
    co_await some_turns();
  }

  scene all;
  result held;
  int crowded_out = 0;
  int refused_alone = 0;
  int refuses_alone = 0;
};

}  // namespace

LEAT_ASYNC_TEST("http2: a stream that is given up is at once that of the first who waits") {
  scene all({.max_streams = 1});
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      const std::string path = made.peer.requests[id].get(":path");
      if (path != "/held") made.peer.respond(id, path);
    };
  };
  result held;
  result next;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      co_await with_task_group([&](task_group& stopped) -> task<void> {
        stopped.spawn(&ask, std::ref(all.client), std::ref(held), "/held", "GET",
                      http::async_request_options());
        co_await some_turns();
        group.spawn(&ask, std::ref(all.client), std::ref(next), "/next", "GET",
                    http::async_request_options());
        co_await some_turns();
        CHECK(all.first().id_of("/next") == 0);
        stopped.cancel();
      });
    });
    // The server has said nothing that would have brought it on.
    CHECK(loop.elapsed() == 0s);
  });
  CHECK(next.is("/next"));
  CHECK(all.first().peer.most_open == 1);
}

LEAT_ASYNC_TEST("http2: to be crowded out costs no attempt, however often it happens") {
  full_site site;
  result asked;
  co_await site.play([&](task_group& group) -> task<void> {
    group.spawn(&ask, std::ref(site.all.client), std::ref(asked), "/", "GET",
                http::async_request_options());
    co_await some_turns();
    for (int times = 1; times <= 3; ++times) {
      CHECK(site.crowded_out == times);
      co_await site.invite();
    }
  });
  CHECK(site.crowded_out == 4);
  CHECK(asked.is("/"));
}

LEAT_ASYNC_TEST("http2: one that was crowded out may still be refused once alone") {
  for (const int times : {1, 2}) {
    CAPTURE(times);
    full_site site;
    site.refuses_alone = times;
    result asked;
    co_await site.play([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(site.all.client), std::ref(asked), "/", "GET",
                  http::async_request_options());
      co_await some_turns();
      CHECK(site.crowded_out == 1);
    });
    CHECK(site.refused_alone == times);
    if (times == 1) {
      CHECK(asked.is("/"));
    } else {
      CHECK(asked.failed_with<http::no_response>(proto_errc::refused_stream));
    }
  }
}

LEAT_ASYNC_TEST("http2: all the times that one is crowded out have one limit, from the first on") {
  full_site site;
  result asked;
  co_await site.play([&](task_group& group) -> task<void> {
    group.spawn(
        [](full_site& of) -> task<void> {
          co_await sleep_for(3s);
          co_await of.invite();
        },
        std::ref(site));
    co_await ask(site.all.client, asked, "/");
    CHECK(loop.elapsed() == 5s);  // timeouts::pool
  });
  CHECK(site.crowded_out == 2);
  CHECK(asked.failed_with<pool::pool_timeout>());
}

LEAT_ASYNC_TEST("http2: one that was crowded out goes before those who came later") {
  scene all({.max_streams = 2});
  std::vector<std::string> answered;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&](std::int32_t id) {
      const std::string path = made.peer.requests[id].get(":path");
      if (path == "/held" || (path == "/early" && made.open_streams() > 1)) return;
      answered.push_back(path);
      made.peer.respond(id, path);
    };
  };
  result held;
  result early;
  result late;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      const auto begin = [&](result& into, const char* path) {
        group.spawn(&ask, std::ref(all.client), std::ref(into), path, "GET",
                    http::async_request_options());
        return some_turns();
      };
      co_await begin(held, "/held");
      co_await begin(early, "/early");
      co_await begin(late, "/late");
      auto& talk = all.first();
      CHECK(talk.id_of("/late") == 0);
      talk.peer.reset(talk.id_of("/early"), refused_stream_code);
      co_await talk.say();
      co_await some_turns();
      talk.peer.respond(talk.id_of("/held"), "/held");
      co_await talk.say();
    });
  });
  CHECK(answered == std::vector<std::string>{"/early", "/late"});
  CHECK(held.is("/held"));
  CHECK(early.is("/early"));
  CHECK(late.is("/late"));
}
