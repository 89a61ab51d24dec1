// SPDX-License-Identifier: MIT
#include <atomic>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/http/server.hpp"
#include "leat/testing/test_loop.hpp"

#include "support/server_thread.hpp"
#include "support/test.hpp"

// Many users of one client over real sockets, each of whose requests has a word of its own that the
// answer has to repeat. Some are given up on the way; no answer may go to the wrong one.

using namespace leat;
using namespace std::chrono_literals;
using http::server_request;
using http::server_response;

namespace {

constexpr int threads = 8;
constexpr int requests_of_threads = 100'000;
constexpr int tasks = 1'000;
constexpr int requests_of_a_task = 20;
// One in so many is given up after a moment.
constexpr unsigned one_in = 50;

http::router echo() {
  http::router routes;
  const auto answer = [](server_request& request) -> task<server_response> {
    if (request.query().ends_with("slow")) co_await sleep_for(2ms);
    co_return server_response::text(std::string(request.query()) + std::string(request.body()));
  };
  routes.get("/echo", answer);
  routes.post("/echo", answer);
  return routes;
}

int threads_of_process() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
  }
  return -1;
}

/// A sanitizer may start a thread of its own along with the first one of the program.
void start_a_thread() {
  std::thread([] {}).join();
}

struct state_of_process {
  int threads = threads_of_process();
  std::size_t descriptors = testing::resource_count::now().descriptors;
  friend bool operator==(const state_of_process&, const state_of_process&) = default;
};

struct tally {
  std::atomic<int> right = 0;
  std::atomic<int> wrong = 0;
  std::atomic<int> given_up = 0;
  std::atomic<int> failed = 0;
};

void use(http::client& client, const std::string& url, int number, int count, tally& seen) {
  std::minstd_rand random(static_cast<unsigned>(number + 1));
  for (int i = 0; i < count; ++i) {
    std::string nonce = std::to_string(number) + "-" + std::to_string(i);
    http::blocking_request_options options;
    if (random() % one_in == 0) {
      options.timeouts.total = std::chrono::microseconds(random() % 1500);
      nonce += "slow";
    }
    try {
      const bool has_body = i % 4 == 0;
      if (has_body) options.content(nonce, "text/plain");
      const auto answer =
          client.request(has_body ? "POST" : "GET", url + "?" + nonce, std::move(options));
      ++(answer.content() == (has_body ? nonce + nonce : nonce) ? seen.right : seen.wrong);
    } catch (const timeout_error&) {
      ++seen.given_up;
    } catch (const std::exception& e) {
      MESSAGE(std::string(e.what()));
      ++seen.failed;
    }
  }
}

task<void> ask(http::async_client& client, std::string url, std::string nonce, bool has_body,
               tally& seen) {
  http::async_request_options options;
  if (has_body) options.content(nonce, "text/plain");
  const auto answer =
      co_await client.request(has_body ? "POST" : "GET", url + "?" + nonce, std::move(options));
  ++(answer.content() == (has_body ? nonce + nonce : nonce) ? seen.right : seen.wrong);
}

task<void> use_for_a_while(http::async_client& client, std::string url, int number, tally& seen) {
  std::minstd_rand random(static_cast<unsigned>(number + 1));
  for (int i = 0; i < requests_of_a_task; ++i) {
    const std::string nonce = std::to_string(number) + "-" + std::to_string(i);
    if (random() % one_in == 0) {
      const auto limit = std::chrono::microseconds(random() % 20'000);
      if (!co_await move_on_after(limit, ask(client, url, nonce + "slow", i % 4 == 0, seen))) {
        ++seen.given_up;
      }
    } else {
      co_await ask(client, url, nonce, i % 4 == 0, seen);
    }
  }
}

}  // namespace

TEST_CASE("client: eight threads share one, and each answer goes to who asked") {
  start_a_thread();
  const state_of_process before;
  tally seen;
  {
    const server_thread server(echo());
    http::client client;
    {
      std::vector<std::jthread> users;
      for (int i = 0; i < threads; ++i) {
        users.emplace_back(
            [&, i] { use(client, server.url("/echo"), i, requests_of_threads / threads, seen); });
      }
    }
    CHECK(client.statistics().active == 0);
    CHECK(client.statistics().waiting == 0);
    CHECK(client.statistics().idle <= threads);
  }
  MESSAGE(seen.right.load() << " right, " << seen.given_up.load() << " given up");
  CHECK(seen.wrong == 0);
  CHECK(seen.failed == 0);
  CHECK(seen.right + seen.given_up == requests_of_threads);
  CHECK(seen.right > requests_of_threads / 2);
  CHECK(state_of_process() == before);
}

TEST_CASE("client: a thousand tasks share one, and each answer goes to who asked") {
  start_a_thread();
  const state_of_process before;
  tally seen;
  {
    const server_thread server(echo());
    http::async_client_options options;
    options.limits.max_connections = 50;
    options.timeouts.pool = no_timeout;
    http::async_client client(std::move(options));
    io::loop loop;
    run(loop, [&]() -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        for (int i = 0; i < tasks; ++i) {
          group.spawn(&use_for_a_while, std::ref(client), server.url("/echo"), i, std::ref(seen));
        }
        co_return;
      });
    }());
    CHECK(client.statistics().active == 0);
    CHECK(client.statistics().waiting == 0);
    CHECK(client.statistics().idle <= 50);
  }
  MESSAGE(seen.right.load() << " right, " << seen.given_up.load() << " given up");
  CHECK(seen.wrong == 0);
  CHECK(seen.right + seen.given_up == tasks * requests_of_a_task);
  CHECK(seen.right > tasks * requests_of_a_task / 2);
  CHECK(state_of_process() == before);
}

TEST_CASE("nonce: threads that ask different origins get what is theirs") {
  constexpr int askers = 4;
  constexpr int requests = 300;
  constexpr int hosts = 24;  // more than a client remembers
  http::client_options options;
  options.transport = std::make_shared<http::mock_transport>([](const http::request& sent) {
    return http::server_response::text(sent.url.text() +
                                       std::string(sent.headers.get("host").value_or("")));
  });
  http::client api(std::move(options));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> running;
  for (int number = 0; number < askers; ++number) {
    running.emplace_back([&api, &wrong, number] {
      for (int i = 0; i < requests; ++i) {
        const std::string host = "h" + std::to_string((i / 3 + number) % hosts) + ".test";
        const std::string url = "http://" + host + "/";
        if (api.get(url).content() != url + host) ++wrong;
      }
    });
  }
  for (auto& each : running) each.join();
  CHECK(wrong == 0);
}
