// SPDX-License-Identifier: MIT
#include <array>
#include <random>
#include <string>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/async_client.hpp"

#include "support/async_test.hpp"
#include "support/nginx.hpp"

// The client against a real server that did not agree to any of this: nginx, which answers each
// request with the number that the request carries.

using namespace leat;

namespace {

// A storm that fails is repeated with the seed it prints.
constexpr std::uint32_t seed = 20261126;
constexpr int cancels = 10'000;
constexpr std::size_t connections = 8;

using random_source = std::mt19937;

/// Several, because each cancelled request leaves a port behind that the kernel keeps for a minute.
class servers {
 public:
  [[nodiscard]] std::string url(std::size_t any, const std::string& nonce) const {
    return all_[any % all_.size()].url("/?nonce=" + nonce);
  }

 private:
  static nginx::wishes echo() {
    nginx::wishes wanted;
    wanted.locations = "location / { return 200 $arg_nonce; }";
    return wanted;
  }

  std::array<nginx, 4> all_{nginx(echo()), nginx(echo()), nginx(echo()), nginx(echo())};
};

struct tally {
  int started = 0;
  int answered = 0;
  int stopped = 0;
  int mistaken = 0;
};

struct storm {
  const servers& from;
  http::async_client& client;
  random_source random{seed};
  tally count;
};

task<void> ask(storm& all) {
  const std::string nonce = std::to_string(all.count.started++) + "-" + std::to_string(seed);
  // As long as the number says, so that answers differ in length, too.
  const std::string padding(all.random() % 300, 'n');
  const auto answer = co_await all.client.get(all.from.url(all.random(), nonce + padding));
  ++all.count.answered;
  if (answer.status() != 200 || answer.content() != nonce + padding) ++all.count.mistaken;
}

/// Stops what it is given after a random number of turns or a random time, neither of which
/// says where that is in the request.
task<void> cancel_later(cancel_scope& scope, std::uint32_t random) {
  if (random % 2 == 0) {
    for (std::uint32_t i = 0; i < random / 2 % 80; ++i) co_await yield_now();
  } else {
    co_await sleep_for(std::chrono::microseconds(random / 2 % 3000));
  }
  scope.cancel();
}

task<void> ask_for_a_while(storm& all) {
  while (all.count.stopped < cancels) {
    if (all.random() % 16 == 0) {
      co_await ask(all);
      continue;
    }
    const auto ended = co_await with_cancel_scope([&all](cancel_scope& scope) -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(cancel_later, std::ref(scope), static_cast<std::uint32_t>(all.random()));
        co_await ask(all);
        group.cancel();
      });
    });
    if (ended.is_cancelled()) ++all.count.stopped;
  }
}

task<void> ask_often(storm& all, int times) {
  for (int i = 0; i < times; ++i) co_await ask(all);
}

}  // namespace

LEAT_LOOPBACK_TEST("client: after 10,000 random cancels against nginx its slots are exact") {
  CAPTURE(seed);
  const servers started;
  http::async_client_options options;
  options.limits.max_connections = connections;
  http::async_client client(std::move(options));
  storm all{started, client, random_source(seed), {}};

  co_await with_task_group([&all](task_group& group) -> task<void> {
    for (int i = 0; i < 24; ++i) group.spawn(ask_for_a_while, std::ref(all));
    co_return;
  });

  CHECK(all.count.stopped >= cancels);
  CHECK(all.count.answered > cancels / 20);
  CHECK(all.count.mistaken == 0);
  CHECK(client.statistics().active == 0);
  CHECK(client.statistics().waiting == 0);
  CHECK(client.statistics().idle <= connections);

  // The next 1,000, one after the other and side by side: more at a time than there are slots.
  const int before = all.count.answered;
  co_await ask_often(all, 500);
  co_await with_task_group([&all](task_group& group) -> task<void> {
    for (int i = 0; i < 20; ++i) group.spawn(ask_often, std::ref(all), 25);
    co_return;
  });
  CHECK(all.count.answered == before + 1000);
  CHECK(all.count.mistaken == 0);
  CHECK(client.statistics().active == 0);
  CHECK(client.statistics().waiting == 0);
  // Every slot is kept as an idle connection, so none was lost.
  CHECK(client.statistics().idle == connections);
  client.close();
  CHECK(client.statistics().idle == 0);
}
