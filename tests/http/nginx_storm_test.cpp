// SPDX-License-Identifier: MIT
#include <array>
#include <csignal>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/async_client.hpp"
#include "leat/io/network.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

// The client against a real server that did not agree to any of this: nginx, which answers each
// request with the number that the request carries.

using namespace leat;

namespace {

// A storm that fails is repeated with the seed it prints.
constexpr std::uint32_t seed = 20261126;
constexpr int cancels = 10'000;
constexpr std::size_t connections = 8;

using random_source = std::mt19937;

/// A real nginx on free ports. Several, because each cancelled request leaves a port behind that
/// the kernel keeps for a minute.
class nginx {
 public:
  nginx() {
    std::string listens;
    for (auto& port : ports_) {
      port = io::system_network().listen(io::endpoint::tcp("127.0.0.1", 0))->local().port();
      listens += "listen 127.0.0.1:" + std::to_string(port) + "; ";
    }
    const auto config = folder_ / "nginx.conf";
    std::ofstream(config) << "daemon off; master_process off; worker_processes 1; pid "
                          << folder_ / "pid" << "; error_log " << folder_ / "error.log"
                          << ";\nevents { worker_connections 512; }\nhttp { access_log off; "
                          << "client_body_temp_path " << folder_ / "b" << "; proxy_temp_path "
                          << folder_ / "p" << "; fastcgi_temp_path " << folder_ / "f"
                          << "; uwsgi_temp_path " << folder_ / "u" << "; scgi_temp_path "
                          << folder_ / "s" << "; keepalive_requests 1000000;\nserver { " << listens
                          << "location / { return 200 \"$arg_nonce\"; } } }\n";
    std::array arguments{std::string("nginx"), std::string("-c"), config, std::string("-p"),
                         folder_ / "."};
    std::array<char*, 6> pointers{};
    for (std::size_t i = 0; i < arguments.size(); ++i) pointers[i] = arguments[i].data();
    // What a user's PATH may lack: Debian keeps it with the system's own programs.
    if (::posix_spawn(&process_, "/usr/sbin/nginx", nullptr, nullptr, pointers.data(), environ) !=
        0) {
      throw std::runtime_error("nginx cannot be started");
    }
  }
  nginx(const nginx&) = delete;
  nginx& operator=(const nginx&) = delete;
  ~nginx() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }

  /// Waits until it accepts.
  task<void> ready() const {
    for (const auto port : ports_) {
      for (;;) {
        const auto at = io::endpoint::tcp("127.0.0.1", port);
        const auto ended =
            co_await as_outcome(io::system_network().connect(at, deadline_after(5s)));
        if (ended.has_value()) break;
        if (::waitpid(process_, nullptr, WNOHANG) != 0) {
          throw std::runtime_error("nginx ended at once");
        }
      }
    }
  }

  [[nodiscard]] std::string url(std::uint32_t any) const {
    return "http://127.0.0.1:" + std::to_string(ports_[any % ports_.size()]);
  }

 private:
  scratch_folder folder_;
  std::array<std::uint16_t, 4> ports_{};
  pid_t process_ = 0;
};

struct tally {
  int started = 0;
  int answered = 0;
  int stopped = 0;
  int mistaken = 0;
};

struct storm {
  nginx& server;
  http::async_client& client;
  random_source random{seed};
  tally count;
};

task<void> ask(storm& all) {
  const std::string nonce = std::to_string(all.count.started++) + "-" + std::to_string(seed);
  // As long as the number says, so that answers differ in length, too.
  const std::string padding(all.random() % 300, 'n');
  const auto answer =
      co_await all.client.get(all.server.url(all.random()) + "/?nonce=" + nonce + padding);
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
  nginx server;
  co_await server.ready();
  http::async_client_options options;
  options.limits.max_connections = connections;
  http::async_client client(std::move(options));
  storm all{server, client, random_source(seed), {}};

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
