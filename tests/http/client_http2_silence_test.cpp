// SPDX-License-Identifier: MIT
#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"

#include "http2_scene.hpp"
#include "support/outgoing_network.hpp"
#include "support/still_world.hpp"

// Servers that say nothing, or never come to an end.

using namespace leat;
using namespace http2_scene;

LEAT_ASYNC_TEST("http2: a peer that answers neither requests nor PING gets nothing new") {
  scene all;
  co_await all.play([&]() -> task<void> {
    const auto before = co_await get(all.client, "/before");
    CHECK(before.is("/before"));
    all.first().may_read.reset();
    const auto lost = co_await get(all.client, "/lost");
    CHECK(lost.failed_with<io::read_timeout>());
    CHECK(loop.elapsed() == 5s);
    CHECK(all.client.statistics().idle == 0);
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
    CHECK(loop.elapsed() == 5s);
  });
  CHECK(all.site.connections.size() == 2);
}

LEAT_ASYNC_TEST("http2: while it is asked for a sign of life others go elsewhere") {
  scene all;
  all.site.on_connection = answer_nothing;
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      http::async_request_options patient;
      patient.timeouts.read = 20s;
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/patient", "GET", patient);
      group.spawn(&ask, std::ref(all.client), std::ref(results[1]), "/hasty", "GET",
                  http::async_request_options());
      co_await sleep_for(1s);
      auto& talk = all.first();
      talk.may_read.reset();
      co_await sleep_for(5s);
      CHECK(results[1].failed_with<io::read_timeout>());
      all.site.on_connection = [](connection& made) {
        made.peer.on_request = [&made](std::int32_t id) { made.peer.respond(id, "new"); };
      };
      const auto elsewhere = co_await get(all.client, "/elsewhere");
      CHECK(elsewhere.is("new"));
      // It lives after all.
      talk.may_read.set();
      co_await some_turns();
      CHECK(talk.peer.requests[3].reset_code == cancel_code);
      talk.peer.respond(1, "late");
      co_await talk.say();
    });
    CHECK(results[0].is("late"));
    CHECK(all.client.statistics().idle == 2);
  });
}

LEAT_ASYNC_TEST("http2: a head without an end is refused, and so is its connection in the end") {
  scene all;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&made, is_first = all.site.connections.size() == 1](std::int32_t id) {
      if (!is_first) made.peer.respond(id, "ok");
    };
  };
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/", "GET",
                  http::async_request_options());
      co_await some_turns();
      group.spawn(
          [](connection& talk) -> task<void> {
            // A field that is in no table: "name: value".
            std::string fields;
            for (int i = 0; i < 100; ++i) fields += std::string("\0\4name\5value", 12);
            std::string bytes = frame(1, 0, 1, "\x88");  // :status: 200
            try {
              for (;;) {
                co_await talk.say(std::move(bytes));
                bytes = frame(9, 0, 1, fields);
              }
            } catch (const io::write_error&) {  // the client has had enough
            }
          },
          std::ref(all.first()));
      while (results[0].failure == nullptr) co_await yield_now();
      co_await ask(all.client, results[1], "/");
    });
    const auto after = co_await get(all.client, "/");
    CHECK(after.is("ok"));
  });
  CHECK(results[0].failed_with<http::remote_protocol_error>(proto_errc::too_many_fields));
  CHECK(results[1].failed_with<http::remote_protocol_error>(proto_errc::connection_error));
}

LEAT_ASYNC_TEST("http2: a peer that asks for answers and does not read them is given up") {
  for (const auto& each : {ping_frame, empty_settings}) {
    scene all;
    all.site.on_connection = answer_nothing;
    result asked;
    co_await all.play([&]() -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(&ask, std::ref(all.client), std::ref(asked), "/", "GET",
                    http::async_request_options());
        co_await some_turns();
        auto& talk = all.first();
        talk.may_read.reset();
        try {
          std::string much;
          for (int i = 0; i < 1000; ++i) much += each;
          for (;;) co_await talk.say(much);
        } catch (const io::write_error&) {
        }
      });
      all.first().may_read.set();
    });
    CHECK(asked.failed_with<http::remote_protocol_error>(proto_errc::flooded));
    CHECK(loop.elapsed() == 0s);
  }
}

LEAT_ASYNC_TEST(
    "http2: a peer that asks without end, and answers nothing, meets the read timeout") {
  for (const auto& each : {ping_frame, empty_settings, frame(0x55, 0, 0, "unknown")}) {
    scene all;
    all.site.on_connection = answer_nothing;
    const auto began = loop.elapsed();
    co_await all.play([&]() -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(
            [](scene& with, std::string asks) -> task<void> {
              while (with.site.connections.empty()) co_await yield_now();
              for (;;) {
                for (int i = 0; i < 10; ++i) co_await with.first().say(asks);
                co_await sleep_for(10ms);
              }
            },
            std::ref(all), each);
        const auto asked = co_await get(all.client, "/");
        CHECK(asked.failed_with<io::read_timeout>());
        CHECK(loop.elapsed() - began == 5s);
        group.cancel();
      });
    });
  }
}

LEAT_ASYNC_TEST(
    "http2: who waits for another's connection waits no longer than for one of its own") {
  // Nobody takes the connection: the listener's network connects, and no SETTINGS ever come; the
  // connection itself is what is waited for on a network where connecting takes for ever.
  class slow_network final : public outgoing_network {
   public:
    task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override {
      ++attempts;
      co_await sleep_until(until.at());
      throw io::connect_timeout("connect timed out: " + to.to_string());
    }
    int attempts = 0;
  } net;
  http::async_client client(scene::with_network({}, net));
  std::vector<result> results(3);
  std::vector<duration> ends(3);
  co_await with_task_group([&](task_group& group) -> task<void> {
    const duration limits[] = {10s, 2s, 20s};
    for (std::size_t i = 0; i < 3; ++i) {
      http::async_request_options options;
      options.timeouts.connect = limits[i];
      options.timeouts.pool = 1s;
      group.spawn(
          [](http::async_client& with, result& into, duration& end, testing::test_loop& on,
             http::async_request_options given) -> task<void> {
            co_await ask(with, into, "/", "GET", std::move(given));
            end = on.elapsed();
          },
          std::ref(client), std::ref(results[i]), std::ref(ends[i]), std::ref(loop),
          std::move(options));
    }
    co_return;
  });
  CHECK(results[0].failed_with<io::connect_timeout>());
  CHECK(ends[0] == 10s);
  CHECK(results[1].failed_with<pool::pool_timeout>());
  CHECK(ends[1] == 3s);
  // It would have waited longer, so the first one's failure is not its own.
  CHECK(results[2].failed_with<io::connect_timeout>());
  CHECK(ends[2] == 30s);
  CHECK(net.attempts == 2);
}

TEST_CASE("http2: a peer that always has something to say, but no answer, meets the read timeout") {
  // Whose bytes come faster than they are read: each read finds some, a millisecond later.
  testing::virtual_clock time;
  class babbling_stream final : public io::async_stream {
   public:
    explicit babbling_stream(testing::virtual_clock& moves) : time_(moves) {}
    task<std::size_t> read_some(std::span<std::byte> into, deadline) override {
      co_await yield_now();
      time_.move_to(time_.now() + 1ms);
      const std::string& said = std::exchange(is_begun_, true) ? ping_frame : empty_settings;
      std::copy(said.begin(), said.end(), reinterpret_cast<char*>(into.data()));
      co_return said.size();
    }
    task<void> write_all(std::span<const std::byte>, deadline) override { co_return; }
    task<void> shut_down_write(deadline) override { co_return; }
    task<void> close(deadline) override { co_return; }
    bool is_idle_and_open() noexcept override { return true; }
    const std::string& peer_name() const noexcept override {
      static const std::string name = "babbler";
      return name;
    }

   private:
    testing::virtual_clock& time_;
    bool is_begun_ = false;
  };
  class babbling_network final : public outgoing_network {
   public:
    explicit babbling_network(testing::virtual_clock& moves) : time_(moves) {}
    task<std::unique_ptr<io::async_stream>> connect(io::endpoint, deadline) override {
      co_return std::make_unique<babbling_stream>(time_);
    }

   private:
    testing::virtual_clock& time_;
  } net(time);
  http::async_client client(scene::with_network({}, net));
  io::loop loop(std::make_unique<still_world>(time), time);
  result asked;
  run(loop, ask(client, asked, "/"));
  CHECK(asked.failed_with<io::read_timeout>());
}
