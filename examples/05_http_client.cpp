// SPDX-License-Identifier: MIT
// An HTTP client: JSON, errors and what to do about them, timeouts, limits and statistics.
// It asks a small server of its own on 127.0.0.1, so it needs nothing else.

#include <cstdio>
#include <optional>
#include <string>

#include <boost/describe.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/coro/when_all.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/http_error.hpp>
#include <leat/http/server.hpp>
#include <leat/io/error.hpp>
#include <leat/io/loop.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region described
struct user {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, name))
// endregion described

// region json
task<void> add_and_show(http::async_client& api) {
  const user ada{7, "Ada"};
  const auto added = co_await api.post("/users", http::request_options().json(ada));
  added.raise_for_status();

  const auto found = (co_await api.get("/users/7")).raise_for_status().json<user>();
  std::printf("%d is %s\n", found.id, found.name.c_str());
}
// endregion json

// region retry
task<std::optional<user>> find_user(http::async_client& api, std::string id) {
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    try {
      const auto answer = co_await api.get("/users/" + id);
      if (answer.status() == http::status::not_found) co_return std::nullopt;
      co_return answer.raise_for_status().json<user>();
    } catch (const leat::error& e) {
      if (e.code() != failure::transient || attempt == attempts) throw;
      const auto* const failed = http::request_of(e);
      const std::string method = failed != nullptr ? failed->method + " " : "";
      std::printf("%sonce more, because %s\n", method.c_str(), e.code().message().c_str());
    }
    co_await sleep_for(10ms * attempt);
  }
}
// endregion retry

// region override
task<void> ask_impatiently(http::async_client& api) {
  http::request_options impatient;
  impatient.timeouts.read = 20ms;         // this request only
  impatient.timeouts.total = no_timeout;  // none, whatever the client says
  impatient.header("x-trace", "4711").query("verbose", "yes");
  try {
    static_cast<void>(co_await api.get("/slow", std::move(impatient)));
  } catch (const io::read_timeout&) {
    std::puts("it was too slow");
  }
}
// endregion override

// region limits
http::async_client_options options_for(std::string base_url) {
  http::async_client_options options;
  options.base_url = std::move(base_url);
  options.headers.add("authorization", "Bearer secret");
  options.timeouts.total = 10s;
  options.limits.max_connections = 2;
  options.max_body_bytes = std::uint64_t{1} << 20;
  return options;
}
// endregion limits

// region statistics
task<void> ask_side_by_side(http::async_client& api) {
  const auto answers =
      co_await when_all(api.get("/users/7"), api.get("/users/7"), api.get("/users/7"));
  static_cast<void>(answers);

  const auto now = api.statistics();
  std::printf("%zu in use, %zu idle, %zu waiting\n", now.active, now.idle, now.waiting);
}
// endregion statistics

/// What the client talks to. It is busy when it is asked for Bob the first time.
class user_service {
 public:
  [[nodiscard]] http::router routes() {
    http::router made;
    made.post("/users", [this](http::server_request& request) -> task<http::server_response> {
      only_ = request.json<user>();
      co_return http::server_response::json(only_, http::status::created);
    });
    made.get("/users/{id}", [this](http::server_request& request) -> task<http::server_response> {
      const std::string id = request.path_parameter("id");
      if (id == "8" && !std::exchange(was_busy_, true)) {
        throw http::http_error(http::status::service_unavailable, "busy");
      }
      if (id == "8") co_return http::server_response::json(user{8, "Bob"});
      if (id != std::to_string(only_.id)) throw http::http_error(http::status::not_found, "nobody");
      co_return http::server_response::json(only_);
    });
    made.get("/slow", [](http::server_request&) -> task<http::server_response> {
      co_await sleep_for(1min);
      co_return http::server_response::empty();
    });
    return made;
  }

 private:
  user only_;
  bool was_busy_ = false;
};

task<void> run_server(http::server& server) {
  co_await server.run();
}

task<void> show_all() {
  user_service users;
  http::server server(users.routes());
  const auto at = server.listen(io::endpoint::tcp("127.0.0.1", 0));
  http::async_client api(options_for("http://" + at.to_string()));

  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(run_server, std::ref(server));
    co_await add_and_show(api);
    const auto bob = co_await find_user(api, "8");
    std::printf("8 is %s\n", bob ? bob->name.c_str() : "nobody");
    const auto nobody = co_await find_user(api, "9");
    std::printf("9 is %s\n", nobody ? nobody->name.c_str() : "nobody");
    co_await ask_impatiently(api);
    co_await ask_side_by_side(api);
    group.cancel();
  });
}

}  // namespace

int main() {
  leat::run(show_all());
}
