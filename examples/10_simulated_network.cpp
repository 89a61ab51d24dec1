// SPDX-License-Identifier: MIT
// A function that asks two mirrors, tested on a network that loses connections: by hand, with
// faults drawn from 200 seeds, and with every operation failing in turn. SEED=17 in the
// environment repeats one of the drawn runs. It is a test program of doctest, as 07_testing is.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cstdlib>
#include <ostream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <leat/coro/sleep.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/server.hpp>
#include <leat/io/error.hpp>
#include <leat/testing/async_test.hpp>
#include <leat/testing/executor_contract.hpp>
#include <leat/testing/failures.hpp>
#include <leat/testing/network_contract.hpp>
#include <leat/testing/simulated_network.hpp>
#include <leat/testing/simulation.hpp>

using namespace leat;
using namespace std::chrono_literals;
using testing::simulated_network;

namespace {

/// The function under test: what the first mirror says, or else the second.
task<std::string> ask_mirrors(http::async_client& client) {
  http::request_options in_time;
  in_time.timeouts.total = 1s;
  try {
    co_return (co_await client.get("http://first/price", in_time)).content();
  } catch (const io_error&) {
  } catch (const timeout_error&) {
  } catch (const protocol_error&) {
  }
  co_return (co_await client.get("http://second/price", in_time)).content();
}

http::router prices() {
  http::router routes;
  routes.get("/price", [](http::server_request&) -> task<http::server_response> {
    co_return http::server_response::text("12.50");
  });
  return routes;
}

/// A server on one host of a network.
class mirror {
 public:
  mirror(io::network& net, const std::string& host) : server_(prices(), on(net)) {
    server_.listen(io::endpoint::tcp(host, 80));
  }
  task<void> run() { return server_.run(); }

 private:
  static http::server_options on(io::network& net) {
    http::server_options options;
    options.network = &net;
    return options;
  }

  http::server server_;
};

/// Asks once, from a client on `net`, beside both mirrors.
task<std::string> ask_once(io::network& net, mirror& first, mirror& second) {
  http::async_client_options options;
  options.network = &net;
  http::async_client client(options);
  std::string answer;
  co_await with_task_group([&](task_group& mirrors) -> task<void> {
    mirrors.spawn([&first] { return first.run(); });
    mirrors.spawn([&second] { return second.run(); });
    answer = co_await ask_mirrors(client);
    mirrors.cancel();
  });
  co_return answer;
}

}  // namespace

// region partition
LEAT_ASYNC_TEST("mirrors: the second one answers while the first is out of reach") {
  simulated_network net(1, {.latency = 5ms});
  mirror first(net.host("first"), "first");
  mirror second(net.host("second"), "second");
  net.partition("client", "first");

  const auto answer = co_await ask_once(net.host("client"), first, second);

  CHECK(answer == "12.50");
  // A second for the first mirror; two ways to connect to the other, and two for the answer.
  CHECK(loop.elapsed() == 1s + 20ms);
}
// endregion partition

// region seeds
testing::seed_range seeds_to_run() {
  const char* const one = std::getenv("SEED");
  if (one != nullptr) return {.first = std::stoull(one), .count = 1};
  return {.first = 1, .count = 200};
}

TEST_CASE("mirrors: whatever happens, the answer is right or an error that we know") {
  int answered = 0;
  try {
    testing::for_each_seed(seeds_to_run(), [&](testing::simulation& run) -> task<void> {
      run.net.set_links({.latency = run.random.up_to(20ms),
                         .jitter = 5ms,
                         .refusal = 0.1,
                         .black_hole = 0.1,
                         .reset = 0.3,
                         .vanishing = 0.3,
                         .short_read = 0.5,
                         .fault_within_bytes = 150,
                         .fault_within = 50ms});
      mirror first(run.net.host("first"), "first");
      mirror second(run.net.host("second"), "second");
      try {
        const auto answer = co_await ask_once(run.net.host("client"), first, second);
        if (answer != "12.50") throw std::logic_error("wrong answer: " + answer);
        ++answered;
      } catch (const io_error&) {       // both mirrors lost us,
      } catch (const timeout_error&) {  // or said nothing
      }
      if (run.loop.elapsed() > 2s) throw std::logic_error("it took too long");
    });
  } catch (const testing::seed_failure& failure) {
    FAIL(std::string(failure.what()) << "\n" << failure.trace());
  }
  MESSAGE(answered << " runs had an answer");
}
// endregion seeds

// region moment
LEAT_ASYNC_TEST("mirrors: an answer that breaks off is no answer") {
  simulated_network net(1, {.latency = 5ms});
  mirror first(net.host("first"), "first");
  mirror second(net.host("second"), "second");
  std::string answer;

  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([&net]() -> task<void> {
      while (net.connections().empty()) co_await sleep_for(1ms);
      net.connections().front().reset_after(20);  // in the middle of the request's first line
    });
    answer = co_await ask_once(net.host("client"), first, second);
  });

  CHECK(answer == "12.50");
  CHECK(net.trace().find("#1 client -> first:80 delivered 20\n") != std::string::npos);
}
// endregion moment

// region failures
TEST_CASE("mirrors: any one operation of the network may fail") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    mirror first(net, "first");
    mirror second(net, "second");
    const auto answer = co_await ask_once(net, first, second);
    if (answer != "12.50") throw std::logic_error("wrong answer: " + answer);
  });

  CHECK(report.failed == 2);  // the runs in which a mirror could not listen
  CHECK(report.survived > 10);
}
// endregion failures

// region contracts
LEAT_ASYNC_TEST("simulated network: keeps the contract of networks") {
  simulated_network net(1, {.latency = 5ms});
  co_await testing::check_network_contract(net, [] { return io::endpoint::tcp("server", 0); });
}

LEAT_ASYNC_TEST("test loop: keeps the contract of executors") {
  co_await testing::check_executor_contract();
}
// endregion contracts
