// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <memory>
#include <random>
#include <string>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/async_client.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"

using namespace leat;
using testing::memory_network;

namespace {

// A storm that fails is repeated with the seed it prints.
constexpr std::uint32_t seed = 20261122;

const io::endpoint echo_test = io::endpoint::tcp("echo.test", 80);

using random_source = std::mt19937;

duration up_to(random_source& random, int milliseconds) {
  return std::chrono::microseconds(random() % static_cast<unsigned>(milliseconds * 1000));
}

/// One connection of a server that answers each request with the path it asked for, in every
/// form and at every pace that HTTP allows.
class echo_session {
 public:
  echo_session(std::unique_ptr<io::async_stream> stream, random_source& random)
      : stream_(std::move(stream)), random_(random) {}

  static task<void> serve(std::unique_ptr<echo_session> self) {
    try {
      while (co_await self->exchange()) {
      }
    } catch (const io_error&) {  // the client has given up
    }
  }

 private:
  task<bool> exchange() {
    std::size_t head_end = std::string_view::npos;
    while ((head_end = in_.text().find("\r\n\r\n")) == std::string_view::npos) {
      if (!co_await read_more()) co_return false;
    }
    const std::string head(in_.text().substr(0, head_end));
    in_.consume(head_end + 4);
    const auto path_begin = head.find(' ') + 1;
    const std::string path = head.substr(path_begin, head.find(' ', path_begin) - path_begin);
    // Some bodies are refused before they have come.
    if (path.starts_with("/refused/")) co_return co_await answer_and_close(path);
    if (!co_await skip_body(head)) co_return false;
    co_return co_await answer(path);
  }

  task<bool> skip_body(const std::string& head) {
    constexpr std::string_view name = "Content-Length: ";
    const auto at = head.find(name);
    std::size_t left = 0;
    if (at != std::string::npos) {
      const char* const begin = head.data() + at + name.size();
      std::from_chars(begin, head.data() + head.size(), left);
    }
    while (left != 0) {
      if (in_.is_empty() && !co_await read_more()) co_return false;
      const std::size_t part = std::min(left, in_.size());
      in_.consume(part);
      left -= part;
    }
    co_return true;
  }

  task<bool> answer(const std::string& body) {
    co_await sleep_for(up_to(random_, 4));
    const std::string sized = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    switch (random_() % 6) {
      case 0: co_await send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); [[fallthrough]];
      case 1: co_await send("HTTP/1.1 200 OK\r\n" + sized + body); co_return true;
      case 2: co_await send_slowly("HTTP/1.1 200 OK\r\n" + sized + body); co_return true;
      case 3: {
        const auto half = body.size() / 2;
        co_await send_slowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             chunk(body.substr(0, half)) + chunk(body.substr(half)) + "0\r\n\r\n");
        co_return true;
      }
      case 4:
        co_await send("HTTP/1.1 200 OK\r\nConnection: close\r\n" + sized + body);
        co_return false;
      default: co_await send_slowly("HTTP/1.1 200 OK\r\n\r\n" + body); co_return false;
    }
  }

  task<bool> answer_and_close(const std::string& body) {
    co_await send("HTTP/1.1 413 Content Too Large\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
    co_await sleep_for(up_to(random_, 4));
    co_return false;
  }

  task<bool> read_more() {
    const auto size = co_await stream_->read_some(in_.prepare(4096), deadline_after(1h));
    in_.commit(size);
    co_return size != 0;
  }

  task<void> send(std::string bytes) {
    co_await stream_->write_all(as_bytes(bytes), deadline_after(1h));
  }

  task<void> send_slowly(std::string bytes) {
    for (std::size_t at = 0, part = 0; at < bytes.size(); at += part) {
      part = 1 + random_() % 40;
      co_await send(bytes.substr(at, part));
      co_await sleep_for(up_to(random_, 1));
    }
  }

  static std::string chunk(const std::string& bytes) {
    return std::string(1, "0123456789abcdef"[bytes.size()]) + "\r\n" + bytes + "\r\n";
  }

  std::unique_ptr<io::async_stream> stream_;
  random_source& random_;
  byte_buffer in_;
};

task<void> serve_echo(io::listener& from, task_group& sessions, random_source& random) {
  for (;;) {
    auto stream = co_await from.accept();
    sessions.spawn(&echo_session::serve, std::make_unique<echo_session>(std::move(stream), random));
  }
}

struct tally {
  int started = 0;
  int answered = 0;
  int stopped = 0;
  int mistaken = 0;
};

/// Sends one request of a random kind and checks that the answer is its own.
task<void> ask(http::async_client& client, random_source& random, tally& count) {
  const unsigned kind = random() % 4;
  const std::string path = (kind == 0 ? "/refused/" : "/") + std::to_string(count.started++);
  http::request_options options;
  if (kind < 2) options.content(std::string(100'000, 'x'), "text/plain");
  const auto answer = kind < 2 ? co_await client.put(path, std::move(options))
                               : co_await client.get(path, std::move(options));
  ++count.answered;
  if (answer.content() != path) ++count.mistaken;
}

/// The same, cancelled after a random time.
task<void> ask_for_a_while(http::async_client& client, random_source& random, tally& count) {
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](cancel_scope& stops, duration after) -> task<void> {
            co_await sleep_for(after);
            stops.cancel();
          },
          std::ref(scope), up_to(random, 12));
      co_await ask(client, random, count);
      group.cancel();
    });
  });
  if (ended.is_cancelled()) ++count.stopped;
}

}  // namespace

LEAT_ASYNC_TEST(
    "client: after 1,000 random cancels every slot is free and each answer is its own") {
  CAPTURE(seed);
  memory_network net;
  random_source random(seed);
  http::async_client_options options;
  options.network = &net;
  options.base_url = "http://echo.test";
  options.limits.max_connections = 6;
  http::async_client client(options);
  const auto listener = net.listen(echo_test);
  tally count;

  co_await with_task_group([&](task_group& server) -> task<void> {
    server.spawn(&serve_echo, std::ref(*listener), std::ref(server), std::ref(random));
    while (count.stopped < 1000) {
      co_await with_task_group([&](task_group& storm) -> task<void> {
        for (int i = 0; i < 12; ++i) {
          storm.spawn(&ask_for_a_while, std::ref(client), std::ref(random), std::ref(count));
        }
        co_return;
      });
      const auto now = client.statistics();
      CHECK(now.active == 0);
      CHECK(now.waiting == 0);
    }
    const int answered_in_storm = count.answered;
    CHECK(answered_in_storm > 500);  // cancels came early and late

    for (int i = 0; i < 100; ++i) co_await ask(client, random, count);
    CHECK(count.answered == answered_in_storm + 100);
    CHECK(count.mistaken == 0);
    CHECK(client.statistics().active == 0);
    client.close();
    server.cancel();
  });
}
