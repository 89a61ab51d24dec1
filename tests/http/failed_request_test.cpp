// SPDX-License-Identifier: MIT
#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "leat/coro/once.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/error.hpp"
#include "leat/http/mock_transport.hpp"
#include "leat/io/error.hpp"

#include "http2_scene.hpp"
#include "support/outgoing_network.hpp"

// One failure may end several requests; each is told of its own.

using namespace leat;
using namespace http2_scene;

namespace {

/// A stream whose end is an error, as if the peer had reset it.
class resetting_stream final : public io::async_stream {
 public:
  explicit resetting_stream(std::unique_ptr<io::async_stream> below) : below_(std::move(below)) {}

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    const auto size = co_await below_->read_some(into, until);
    if (size == 0) throw io::read_error("read failed: reset");
    co_return size;
  }
  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    return below_->write_all(from, until);
  }
  task<void> shut_down_write(deadline until) override { return below_->shut_down_write(until); }
  task<void> close(deadline until) override { return below_->close(until); }
  bool is_idle_and_open() noexcept override { return below_->is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return below_->peer_name(); }

 private:
  std::unique_ptr<io::async_stream> below_;
};

class resetting_network final : public io::network {
 public:
  explicit resetting_network(io::network& below) : below_(below) {}
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override {
    co_return std::make_unique<resetting_stream>(co_await below_.connect(std::move(to), until));
  }
  std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options how) override {
    return below_.listen(at, how);
  }

 private:
  io::network& below_;
};

class own_error final : public io_error {
 public:
  own_error() : io_error(io::errc::connect_failed, "no way") {}
};

/// A network on which nobody is reached, after a while.
template <class Error>
class lonely_network final : public outgoing_network {
 public:
  explicit lonely_network(Error with) : with_(with) {}
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint, deadline) override {
    ++attempts;
    co_await sleep_for(1s);
    throw with_;
  }

  int attempts = 0;

 private:
  Error with_;
};

/// Which request ended with an `Error`.
template <class Error>
std::string request_of(const result& failed) {
  if (!failed.failed_with<Error>()) return "another error";
  try {
    std::rethrow_exception(failed.failure);
  } catch (const leat::error& e) {
    const auto* const request = http::request_of(e);
    return request == nullptr ? "none" : request->method + " " + request->url;
  }
}

task<void> ask_both(http::async_client& client, std::vector<result>& results) {
  results.resize(2);
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(&ask, std::ref(client), std::ref(results[0]), "/one", "POST",
                http::async_request_options());
    group.spawn(&ask, std::ref(client), std::ref(results[1]), "/two", "PATCH",
                http::async_request_options());
    co_return;
  });
}

}  // namespace

LEAT_ASYNC_TEST("failed request: those that one lost HTTP/2 connection ends each name themselves") {
  scene all;
  resetting_network net(all.net);
  http::async_client client(scene::with_network({}, net));
  std::vector<result> results;
  all.site.on_connection = answer_nothing;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask_both, std::ref(client), std::ref(results));
      co_await sleep_for(1s);
      CHECK(all.first().open_streams() == 2);
      co_await all.first().stream->close(deadline_after(1s));
    });
    client.close();
  });
  CHECK(request_of<io::read_error>(results[0]) == "POST http://h2.test/one");
  CHECK(request_of<io::read_error>(results[1]) == "PATCH http://h2.test/two");
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("failed request: those that wait for one HTTP/2 connection each name themselves") {
  lonely_network net(
      io::connect_error("nobody", std::make_error_code(std::errc::host_unreachable)));
  http::async_client client(scene::with_network({}, net));
  std::vector<result> results;
  co_await ask_both(client, results);
  CHECK(request_of<io::connect_error>(results[0]) == "POST http://h2.test/one");
  CHECK(request_of<io::connect_error>(results[1]) == "PATCH http://h2.test/two");
  CHECK(
      results[1].failed_with<io::connect_error>(std::make_error_code(std::errc::host_unreachable)));
  CHECK(net.attempts == 1);
}

LEAT_ASYNC_TEST("failed request: an error of a class of one's own names one request or none") {
  lonely_network net{own_error()};
  http::async_client client(scene::with_network({}, net));
  std::vector<result> results;
  co_await ask_both(client, results);
  CHECK(request_of<own_error>(results[0]) == "none");
  CHECK(request_of<own_error>(results[1]) == "none");
  const auto alone = co_await get(client, "/alone");
  CHECK(request_of<own_error>(alone) == "GET http://h2.test/alone");
}

LEAT_ASYNC_TEST("failed request: those whose hooks wait for one thing each name themselves") {
  co_await with_task_group([](task_group& group) -> task<void> {
    int runs = 0;
    once<std::string> token(group, [&runs]() -> task<std::string> {
      ++runs;
      co_await sleep_for(1s);
      throw limit_exceeded("no more tokens");
    });
    http::async_client_options options;
    options.base_url = "http://a.test";
    options.transport = std::make_shared<http::async_mock_transport>(
        [](const http::async_request&) { return http::server_response::empty(); });
    options.on_request.push_back([&token](http::async_request& request) -> task<void> {
      const auto* const found = co_await token.get();
      request.headers.set("x-token", *found);
    });
    http::async_client client(std::move(options));
    std::vector<result> results;
    co_await ask_both(client, results);
    CHECK(request_of<limit_exceeded>(results[0]) == "POST http://a.test/one");
    CHECK(request_of<limit_exceeded>(results[1]) == "PATCH http://a.test/two");
    CHECK(runs == 1);
  });
}
