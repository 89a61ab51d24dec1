// SPDX-License-Identifier: MIT
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/testing/cancellation.hpp"

#include "http2_scene.hpp"
#include "trace_notes.hpp"

// Requests that a server has refused and that are sent again, stopped at any point: crowded out
// beside others, refused alone, and above the last stream of a GOAWAY.

using namespace leat;
using namespace http2_scene;

namespace {

/// A server that refuses, and what it has acted on.
struct refusing {
  explicit refusing(std::function<void(refusing&, connection&)> how)
      : notes(std::make_unique<trace_notes>()), all({}, traced(*notes)) {
    all.site.on_connection = [this, how = std::move(how)](connection& made) { how(*this, made); };
  }
  refusing(const refusing&) = delete;
  refusing& operator=(const refusing&) = delete;

  static http::async_client_options traced(trace_notes& notes) {
    http::async_client_options options;
    options.trace = notes.callback();
    return options;
  }

  void refuse(connection& with, std::int32_t id) {
    ++refusals;
    with.peer.reset(id, refused_stream_code);
  }
  void answer(connection& with, std::int32_t id) {
    const std::string path = with.peer.requests[id].get(":path");
    ++handled[path];
    with.peer.respond(id, path);
  }

  std::unique_ptr<trace_notes> notes;  // outlives the client
  scene all;
  std::map<std::string, int> handled;
  int refusals = 0;
};

/// Takes one stream at once, though it says a hundred.
void crowd_out(refusing& site, connection& made) {
  made.peer.on_head = [&site, &made](std::int32_t id) {
    if (made.open_streams() > 1) site.refuse(made, id);
  };
  made.peer.on_request = [&site, &made](std::int32_t id) { site.answer(made, id); };
}

/// Refuses every request once, when no other is open.
void refuse_alone(refusing& site, connection& made) {
  made.peer.on_request = [&site, &made,
                          seen = std::map<std::string, int>()](std::int32_t id) mutable {
    if (seen[made.peer.requests[id].get(":path")]++ == 0) {
      site.refuse(made, id);
    } else {
      site.answer(made, id);
    }
  };
}

/// Acts on one request of each connection, and goes away when there is another.
void go_away(refusing& site, connection& made) {
  made.peer.on_request = [&site, &made, last = std::int32_t{0}](std::int32_t id) mutable {
    if (last == 0) {
      last = id;
      site.answer(made, id);
    } else {
      ++site.refusals;
      made.peer.go_away(last);
    }
  };
}

task<void> post_many(http::async_client& client, std::vector<result>& results) {
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t i = 0; i < results.size(); ++i) {
      group.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i), "POST",
                  body_of(10));
    }
    co_return;
  });
}

task<void> post_in_turn(http::async_client& client, std::vector<result>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    co_await ask(client, results[i], "/" + std::to_string(i), "POST", body_of(10));
  }
}

using work = task<void> (*)(http::async_client&, std::vector<result>&);

/// Runs `how` against a server that refuses by `script`, cancelled at each point.
testing::cancellation_report sweep(void (*script)(refusing&, connection&), work how) {
  std::unique_ptr<refusing> site;
  std::vector<result> results;
  return testing::for_each_cancellation(
      [&] {
        site = std::make_unique<refusing>(script);
        results.assign(4, {});
        return [](refusing& with, std::vector<result>& into, work doing) -> task<void> {
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([](http2_site& which) { return which.run(); }, std::ref(with.all.site));
            // There is a connection that knows the server's SETTINGS, so a crowd is sent at once.
            const auto first = co_await get(with.all.client, "/first");
            CHECK(first.status == 200);
            co_await doing(with.all.client, into);
            with.all.client.close();
            group.cancel();
          });
        }(*site, results, how);
      },
      [&](const outcome<void>& ended) {
        const auto now = site->all.client.statistics();
        CHECK(now.active == 0);
        CHECK(now.waiting == 0);
        CHECK(now.idle <= 1);
        for (const auto& each : site->all.site.connections) CHECK(each->keeps_rules);
        for (const auto& [path, times] : site->handled) {
          CAPTURE(path);
          CHECK(times == 1);
        }
        for (std::size_t i = 0; i < results.size(); ++i) {
          CHECK(results[i].failure == nullptr);
          if (ended.has_value()) CHECK(results[i].is("/" + std::to_string(i)));
        }
        if (ended.has_value()) CHECK(site->refusals > 0);
        check_balance(*site->notes);
        site.reset();
      });
}

}  // namespace

TEST_CASE("http2: requests that were crowded out and wait for their turn can be stopped anywhere") {
  const auto report = sweep(&crowd_out, &post_many);
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("http2: a request that was refused alone and is sent again can be stopped anywhere") {
  const auto report = sweep(&refuse_alone, &post_in_turn);
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("http2: requests above the last of a GOAWAY can be stopped anywhere") {
  const auto report = sweep(&go_away, &post_many);
  CHECK(report.suspensions > 10);
  CHECK(report.stopped > 10);
}

TEST_CASE("http2: one that was refused is stopped at any time, and the others do not notice") {
  for (const auto script : {&crowd_out, &go_away}) {
    for (int turns = 0; turns < 60; ++turns) {
      CAPTURE(turns);
      CAPTURE(script == &crowd_out);
      testing::test_loop loop;
      loop.run([](void (*how)(refusing&, connection&), int after) -> task<void> {
        refusing site(how);
        std::vector<result> results(3);
        co_await site.all.play([&]() -> task<void> {
          const auto first = co_await get(site.all.client, "/first");
          CHECK(first.is("/first"));
          co_await with_task_group([&](task_group& stopped) -> task<void> {
            result gone;
            stopped.spawn(&ask, std::ref(site.all.client), std::ref(results[0]), "/0", "POST",
                          body_of(10));
            co_await with_task_group([&](task_group& inner) -> task<void> {
              inner.spawn(&ask, std::ref(site.all.client), std::ref(gone), "/gone", "POST",
                          body_of(10));
              stopped.spawn(&ask, std::ref(site.all.client), std::ref(results[1]), "/1", "POST",
                            body_of(10));
              stopped.spawn(&ask, std::ref(site.all.client), std::ref(results[2]), "/2", "POST",
                            body_of(10));
              for (int i = 0; i < after; ++i) co_await yield_now();
              inner.cancel();
            });
          });
          const auto last = co_await get(site.all.client, "/last");
          CHECK(last.is("/last"));
          co_await some_turns();
          if (how == &crowd_out) {
            CHECK(site.all.client.statistics().idle == 1);
            CHECK(site.all.site.connections.size() == 1);
            CHECK(site.all.first().open_streams() == 0);
          }
        });
        for (std::size_t i = 0; i < results.size(); ++i) {
          CHECK(results[i].is("/" + std::to_string(i)));
        }
        for (const auto& [path, times] : site.handled) CHECK(times == 1);
        CHECK(site.refusals > 0);
        check_balance(*site.notes);
      }(script, turns));
    }
  }
}

LEAT_ASYNC_TEST("http2: a trace has the attempts of a request that is sent again, and why") {
  using http::trace_step;
  refusing site(&refuse_alone);
  co_await site.all.play([&]() -> task<void> {
    result sent;
    co_await ask(site.all.client, sent, "/", "POST", body_of(10));
    CHECK(sent.is("/"));
  });
  auto& notes = *site.notes;
  CHECK(notes.steps() ==
        "pool_wait_started connect_started connect_finished request_headers_sent "
        "request_body_sent failed connection_returned "
        "pool_wait_started connection_reused request_headers_sent "
        "request_body_sent response_headers_received response_body_finished connection_returned");
  CHECK(notes.last(trace_step::failed).attempt == 1);
  CHECK(notes.last(trace_step::failed).error != nullptr);
  CHECK(notes.all.back().attempt == 2);
}

LEAT_ASYNC_TEST("http2: a trace tells that a connection whose server goes away is closed") {
  refusing site(&go_away);
  co_await site.all.play([&]() -> task<void> {
    CHECK((co_await get(site.all.client, "/1")).is("/1"));
    static_cast<void>(site.notes->steps());
    CHECK((co_await get(site.all.client, "/2")).is("/2"));
  });
  CHECK(site.notes->steps() ==
        "pool_wait_started connection_reused request_headers_sent failed connection_closed "
        "pool_wait_started connect_started connect_finished request_headers_sent "
        "response_headers_received response_body_finished connection_returned");
}
