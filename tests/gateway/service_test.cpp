// SPDX-License-Identifier: MIT
#include "service.hpp"

#include <memory>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/log/backend.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "gateway/stop_requests.hpp"
#include "support/async_test.hpp"

// What takes longer than a test on real sockets may, or needs a cancel at every point. All other
// scenarios are in end_to_end_test.cpp.

using namespace leat;
using testing::memory_network;

namespace {

http::async_client_options on(memory_network& net) {
  http::async_client_options options;
  options.network = &net;
  options.base_url = "http://127.0.0.1:8080";
  return options;
}

app::program_options options_of(std::string text, stop_requests& stop) {
  auto options = gateway::program_options_of(app::configuration_source::text(std::move(text)),
                                             GATEWAY_SOURCE_DIR);
  options.prepare.variables = app::environment({{"HOME", "/home/ann"}});
  options.prepare.inscribe = [](const app::inscription&, std::string,
                                exit_stack&) -> task<log::logger> { co_return log::logger(); };
  options.next_signal = [&stop] { return stop.next_signal(); };
  return options;
}

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

/// Runs `work` beside a gateway on a memory network and asks it to stop afterwards.
task<void> beside_gateway(memory_network& net, std::string text, stop_requests& stop,
                          task<void> work) {
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&net, &text, &stop]() -> task<void> {
      const int status = co_await app::run_lifespan(
          options_of(text, stop),
          [&net](app::program& self) { return gateway::serve(self, net, GATEWAY_SOURCE_DIR); });
      CHECK(status == 0);
    });
    co_await sleep_for(1ms);
    co_await std::move(work);
    stop.ask();
  });
}

}  // namespace

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
