// SPDX-License-Identifier: MIT
// A service: what it opens, what it does beside its requests, what it answers, and how it ends.
// This one asks itself and then ends; others end when somebody sends SIGTERM.

#include <cstdint>
#include <cstdio>
#include <string>

#include <leat/app/program.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/server_request.hpp>
#include <leat/http/server_response.hpp>
#include <leat/model/describe.hpp>
#include <leat/service/serve.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

struct server_settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
};
BOOST_DESCRIBE_STRUCT(server_settings, (), (host, port))
consteval auto leat_rules(const server_settings*) {
  return model::rules::list(model::rules::all_defaulted);
}

/// Stands for a database.
class warehouse {
 public:
  task<void> open() {
    co_await yield_now();
    std::puts("the warehouse is open");
  }
  task<void> close() {
    co_await yield_now();
    std::puts("the warehouse is closed");
  }
  task<void> count() {
    ++crates_;
    co_return;
  }
  task<void> ping() { co_await sleep_for(1ms); }
  [[nodiscard]] int crates() const noexcept { return crates_; }

 private:
  int crates_ = 0;
};

// region routes
http::router routes_of(warehouse& store) {
  http::router routes;
  routes.get("/crates", [&store](http::server_request&) -> task<http::server_response> {
    co_return http::server_response::text(std::to_string(store.crates()) + "\n");
  });
  return routes;
}
// endregion routes

/// Asks what a client and an orchestrator would ask, and then for the end.
task<void> visit(app::program& self, std::string base_url) {
  http::async_client_options options;
  options.base_url = std::move(base_url);
  http::async_client client(std::move(options));
  for (const char* path : {"/crates", "/health/live", "/health/ready", "/health/"}) {
    const auto answer = co_await client.get(path);
    const std::string& body = answer.content();
    std::printf("%s: %d %s%s", path, answer.status(), body.c_str(),
                body.ends_with('\n') ? "" : "\n");
  }
  client.close();
  self.lifecycle().request_stop();
}

service::serve_options visited(app::program& self, const server_settings& settings) {
  service::serve_options options{.at = io::endpoint::tcp(settings.host, settings.port)};
  options.on_serving = [&self](const io::endpoint& at) {
    self.background().start("visitor", {},
                            [&self, url = "http://" + at.to_string()] { return visit(self, url); });
  };
  return options;
}

// region serve
task<void> serve(app::program& self) {
  const auto settings = co_await self.settings<server_settings>("server");

  auto& store = self.exits().keep(warehouse());
  co_await store.open();
  self.exits().callback([&store] { return store.close(); });

  self.health().add("warehouse", [&store] { return store.ping(); }, {.timeout = 500ms});
  self.background().start("count", {.interval = 60s}, [&store] { return store.count(); });

  co_await service::serve(self, routes_of(store), visited(self, settings));
  std::puts("everybody is answered");
}
// endregion serve

}  // namespace

// region main
int main() {
  app::program_options options;
  options.prepare.application = app::application("crates");
  options.prepare.source = app::configuration_source::text("[server]\nport = 0\n");
  options.prepare.checks = {app::fits<server_settings>("server")};
  return app::run_program(std::move(options), serve);
}
// endregion main
