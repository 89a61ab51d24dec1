// SPDX-License-Identifier: MIT
#include <memory>
#include <stdexcept>
#include <string>

#include "leat/coro/task_group.hpp"
#include "leat/testing/simulation.hpp"

#include "gateway/gateway_world.hpp"
#include "support/seeds.hpp"

// What only a simulated network can do to the gateway.

using namespace leat;

namespace {

std::string only_source(const io::listener& at, const std::string& timeout) {
  return "[[upstreams]]\nname = \"far\"\nurl = \"" + gateway_world::url_of(at) +
         "\"\ntimeout = \"" + timeout + "\"\n";
}

/// A source that works as long as the network does.
task<void> serve_metrics(io::listener& from, task_group& connections) {
  const auto serve = [](std::unique_ptr<io::async_stream> stream) -> task<void> {
    try {
      while (!(co_await receive_until(*stream, "\r\n\r\n")).empty()) {
        co_await send(*stream, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}");
      }
    } catch (const leat::error&) {  // as it was told
    }
  };
  for (;;) connections.spawn(serve, co_await from.accept());
}

const std::string good = R"({"far":{"status":"ok","data":{"a":1}}})";

}  // namespace

LEAT_ASYNC_TEST("gateway: a source behind a partition is missing until it is healed") {
  gateway_world world;
  const auto far = world.listen("far");
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(&serve_metrics, std::ref(*far), std::ref(group));
    co_await world.serve_while(only_source(*far, "2s"), [&]() -> task<void> {
      const auto whole = co_await world.get("/dashboard");
      CHECK(whole.content() == good);
      world.network().partition("gateway", "far");
      const auto parted = co_await world.get("/dashboard");
      CHECK(parted.content() ==
            R"({"far":{"status":"error","detail":"the source did not answer in time"}})");
      world.network().heal("gateway", "far");
      const auto healed = co_await world.get("/dashboard");
      CHECK(healed.content() == good);
    });
    group.cancel();
  });
}

TEST_CASE("gateway: whatever breaks between it and a source, its dashboard is whole") {
  int answered = 0;
  int missing = 0;
  run_seeds({.first = 1, .count = 100}, [&](testing::simulation& run) -> task<void> {
    gateway_world world(run.seed);
    const auto far = world.listen("far");
    testing::link_profile bad;
    bad.latency = run.random.up_to(10ms);
    bad.refusal = 0.1;
    bad.black_hole = 0.1;
    bad.reset = 0.3;
    bad.vanishing = 0.2;
    bad.short_read = 0.5;
    bad.fault_within_bytes = 200;
    bad.fault_within = 20ms;
    world.network().set_link("gateway", "far", bad);
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&serve_metrics, std::ref(*far), std::ref(group));
      co_await world.serve_while(only_source(*far, "500ms"), [&]() -> task<void> {
        for (int i = 0; i < 10; ++i) {
          const auto answer = co_await world.get("/dashboard");
          if (answer.content() == good) {
            ++answered;
          } else if (answer.content().starts_with(R"({"far":{"status":"error","detail":")")) {
            ++missing;
          } else {
            throw std::logic_error("the dashboard is " + answer.content());
          }
        }
      });
      group.cancel();
    });
  });
  MESSAGE(answered << " entries were there, " << missing << " were missing");
  CHECK(answered > 0);
  CHECK(missing > 0);
}
