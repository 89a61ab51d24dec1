// SPDX-License-Identifier: MIT
#include "service.hpp"

#include <array>
#include <memory>
#include <string>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/log/backend.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "support/async_test.hpp"

using namespace leat;
using testing::memory_network;

namespace {

/// Asks the gateway to stop: once to drain, twice to stop at once.
class stop_requests {
 public:
  void ask() {
    ++asked_;
    changed_.set();
  }
  task<void> wait() {
    while (asked_ == 0) {
      changed_.reset();
      co_await changed_.wait();
    }
    --asked_;
  }

 private:
  int asked_ = 0;
  event changed_;
};

http::async_client_options on(memory_network& net) {
  http::async_client_options options;
  options.network = &net;
  options.base_url = "http://127.0.0.1:8080";
  return options;
}

gateway::configuration settings(std::string text) {
  return gateway::parse_configuration(text, "test.toml", GATEWAY_SOURCE_DIR, {});
}

const std::string with_demo = R"(
[demo]
[[upstreams]]
name = "activity"
url = "/user_activity"
[[upstreams]]
name = "revenue"
url = "/revenue_stream"
[[upstreams]]
name = "health"
url = "/system_health"
)";

const std::string with_slow = R"(
[[upstreams]]
name = "slow"
url = "http://slow.test/"
timeout = "1h"
)";

const std::string with_patience = R"(
[[upstreams]]
name = "slow"
url = "http://slow.test/"
timeout = "40s"
)";

const std::string three_sources = R"(
[[upstreams]]
name = "good"
url = "http://good.test/"
[[upstreams]]
name = "silent"
url = "http://silent.test/"
timeout = "100ms"
[[upstreams]]
name = "absent"
url = "http://absent.test/"
)";

/// A source that answers each request with an empty object, or never.
task<void> serve_metrics(io::listener& from, task_group& connections, bool answers) {
  for (;;) {
    connections.spawn(
        [](std::unique_ptr<io::async_stream> stream, bool is_prompt) -> task<void> {
          std::array<std::byte, 4096> request{};
          while (co_await stream->read_some(request, deadline_after(1h)) != 0) {
            if (!is_prompt) continue;
            co_await stream->write_all(as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
                                       deadline_after(1h));
          }
        },
        co_await from.accept(), answers);
  }
}

/// Runs `work` beside a gateway on a memory network and asks it to stop afterwards.
task<void> beside_gateway(memory_network& net, std::string text, stop_requests& stop,
                          task<void> work) {
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&net, &text, &stop]() {
      return gateway::serve(settings(text),
                            {net, log::logger(), [&stop]() { return stop.wait(); }});
    });
    co_await sleep_for(1ms);
    co_await std::move(work);
    stop.ask();
  });
}

}  // namespace

LEAT_ASYNC_TEST("gateway: its default dashboard has three entries that are ok, in order") {
  memory_network net;
  stop_requests stop;
  co_await beside_gateway(net, with_demo, stop, [](memory_network& on_net) -> task<void> {
    http::async_client client(on(on_net));
    const auto answer = co_await client.get("/dashboard");
    CHECK(answer.status() == 200);
    CHECK(answer.headers().get("content-type") == "application/json");
    const auto& json = answer.content();
    const auto activity = json.find(R"({"activity":{"status":"ok","data":{)");
    const auto revenue = json.find(R"("revenue":{"status":"ok","data":{"transactions":10000,)");
    const auto health = json.find(R"("health":{"status":"ok","data":{"load_1m":)");
    CHECK(activity == 0);
    CHECK(revenue != std::string::npos);
    CHECK(health != std::string::npos);
    CHECK(revenue < health);
    client.close();
  }(net));
}

LEAT_ASYNC_TEST("gateway: counts its own requests for the activity source") {
  memory_network net;
  stop_requests stop;
  co_await beside_gateway(net, with_demo, stop, [](memory_network& on_net) -> task<void> {
    http::async_client client(on(on_net));
    for (int i = 0; i < 3; ++i) co_await client.get("/health/live");
    co_await client.get("/nothing");
    const auto answer = co_await client.get("/dashboard");
    CHECK(answer.content().find(R"("requests_total":4,)") != std::string::npos);
    CHECK(answer.content().find(R"({"route":"/health/live","requests":3,"errors":0})") !=
          std::string::npos);
    CHECK(answer.content().find(R"({"route":"unknown","requests":1,"errors":1})") !=
          std::string::npos);
    client.close();
  }(net));
}

LEAT_ASYNC_TEST("gateway: says that it lives") {
  memory_network net;
  stop_requests stop;
  co_await beside_gateway(net, with_demo, stop, [](memory_network& on_net) -> task<void> {
    http::async_client client(on(on_net));
    CHECK((co_await client.get("/health/live")).content() == R"({"status":"ok"})");
    client.close();
  }(net));
}

LEAT_ASYNC_TEST("gateway: a source may hang for longer than a handler usually may") {
  memory_network net;
  stop_requests stop;
  testing::scripted_peer silent(net, io::endpoint::tcp("slow.test", 80));
  silent.accept().expect_until("\r\n\r\n").expect_close();
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&silent] { return silent.play(); });
    co_await beside_gateway(net, with_patience, stop, [](memory_network& on_net) -> task<void> {
      http::async_client_options options = on(on_net);
      options.timeouts.read = no_timeout;
      http::async_client client(options);
      const auto answer = co_await client.get("/dashboard");
      CHECK(answer.content() ==
            R"({"slow":{"status":"error","detail":"the source did not answer in time"}})");
      client.close();
    }(net));
  });
  CHECK(loop.elapsed() >= 40s);
}

LEAT_ASYNC_TEST("gateway: asked to stop, it answers what is under way and then ends") {
  memory_network net;
  stop_requests stop;
  testing::scripted_peer slow(net, io::endpoint::tcp("slow.test", 80));
  slow.accept()
      .expect_until("\r\n\r\n")
      .pause(5s)
      .answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&slow] { return slow.play(); });
    co_await beside_gateway(net, with_slow, stop, [&]() -> task<void> {
      auto call = group.spawn([&net]() -> task<std::string> {
        http::async_client_options options = on(net);
        options.timeouts.read = 1min;
        http::async_client client(options);
        const auto answer = co_await client.get("/dashboard");
        CHECK(answer.headers().get("connection") == "close");
        co_return answer.content();
      });
      co_await sleep_for(1s);
      stop.ask();
      co_await sleep_for(1s);
      http::async_client late(on(net));
      bool refused = false;
      try {
        co_await late.get("/health/live");
      } catch (const io_error&) {
        refused = true;
      }
      CHECK(refused);
      auto answered = co_await call.join();
      CHECK(std::move(answered).value() == R"({"slow":{"status":"ok","data":{}}})");
    }());
  });
}

LEAT_ASYNC_TEST("gateway: asked twice to stop, it does not wait for what is under way") {
  memory_network net;
  stop_requests stop;
  testing::scripted_peer slow(net, io::endpoint::tcp("slow.test", 80));
  slow.accept().expect_until("\r\n\r\n").expect_close();
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&slow] { return slow.play(); });
    co_await beside_gateway(net, with_slow, stop, [&]() -> task<void> {
      group.spawn([&net]() -> task<void> {
        http::async_client_options options = on(net);
        options.timeouts.read = 1min;
        http::async_client client(options);
        try {
          co_await client.get("/dashboard");
          CHECK(false);
        } catch (const leat::error&) {
          CHECK(true);
        }
      });
      co_await sleep_for(1s);
      stop.ask();
      co_await sleep_for(1s);
    }());
  });
  CHECK(loop.elapsed() < 3s);
}

LEAT_ASYNC_TEST("gateway: a source that never answers costs the others nothing, however many ask") {
  memory_network net;
  stop_requests stop;
  const auto silent = net.listen(io::endpoint::tcp("slow.test", 80));
  const auto prompt = net.listen(io::endpoint::tcp("good.test", 80));
  const std::string sources = R"(
[[upstreams]]
name = "slow"
url = "http://slow.test/"
timeout = "2s"
[[upstreams]]
name = "good"
url = "http://good.test/"
timeout = "2s"
)";
  int good = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(&serve_metrics, std::ref(*silent), std::ref(group), false);
    group.spawn(&serve_metrics, std::ref(*prompt), std::ref(group), true);
    co_await beside_gateway(net, sources, stop, [](memory_network& on_net, int& ok) -> task<void> {
      http::async_client_options many = on(on_net);
      many.limits.max_connections = 500;
      http::async_client client(many);
      co_await with_task_group([&](task_group& users) -> task<void> {
        for (int i = 0; i < 500; ++i) {
          users.spawn(
              [](http::async_client& from, int& count) -> task<void> {
                const auto answer = co_await from.get("/dashboard");
                const auto entry = answer.content().find(R"("good":{"status":"ok")");
                if (entry != std::string::npos) ++count;
              },
              std::ref(client), std::ref(ok));
        }
        co_return;
      });
      client.close();
    }(net, good));
    group.cancel();
  });
  CHECK(good == 500);
}

LEAT_ASYNC_TEST("gateway: a source whose answer has no end does not fill the memory") {
  memory_network net;
  stop_requests stop;
  const auto endless = net.listen(io::endpoint::tcp("slow.test", 80));
  std::size_t sent = 0;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(
        [](io::listener& from, std::size_t& count) -> task<void> {
          const auto stream = co_await from.accept();
          const std::string piece(65536, 'x');
          try {
            co_await stream->write_all(as_bytes("HTTP/1.1 200 OK\r\n\r\n\""), deadline_after(1h));
            for (; count < (std::size_t{64} << 20); count += piece.size()) {
              co_await stream->write_all(as_bytes(piece), deadline_after(1h));
            }
          } catch (const io_error&) {  // the gateway had enough
          }
        },
        std::ref(*endless), std::ref(sent));
    co_await beside_gateway(net, with_slow, stop, [](memory_network& on_net) -> task<void> {
      http::async_client client(on(on_net));
      const auto answer = co_await client.get("/dashboard");
      CHECK(answer.content().find(R"("slow":{"status":"error")") != std::string::npos);
      client.close();
    }(net));
  });
  CHECK(sent < (std::size_t{2} << 20));
}

TEST_CASE("gateway: cancelled at every suspension point, a dashboard request leaves nothing") {
  // The whole of it: the client's connection, the server's session, the handler, three calls of
  // upstreams, of which one hangs.
  struct everything {
    memory_network net;
    stop_requests stop;
  };
  std::unique_ptr<everything> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<everything>();
        return [](everything& with) -> task<void> {
          testing::scripted_peer good(with.net, io::endpoint::tcp("good.test", 80));
          testing::scripted_peer silent(with.net, io::endpoint::tcp("silent.test", 80));
          good.accept()
              .expect_until("\r\n\r\n")
              .answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
          silent.accept().expect_until("\r\n\r\n").expect_close();
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([&good] { return good.play(); });
            group.spawn([&silent] { return silent.play(); });
            co_await beside_gateway(with.net, three_sources, with.stop,
                                    [](memory_network& net) -> task<void> {
                                      http::async_client client(on(net));
                                      const auto answer = co_await client.get("/dashboard");
                                      CHECK(answer.status() == 200);
                                      client.close();
                                    }(with.net));
          });
        }(*all);
      },
      [&all](const outcome<void>&) { all.reset(); });
  CHECK(report.suspensions > 15);
  MESSAGE("cancelled at " << report.suspensions << " suspensions and before " << report.resumes
                          << " resumes: " << report.stopped << " stopped, " << report.finished
                          << " finished");
}
