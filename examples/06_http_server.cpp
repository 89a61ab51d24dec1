// SPDX-License-Identifier: MIT
// An HTTP server: routes, JSON in and out, refusals, limits, hooks, and a graceful end. It asks
// itself a few questions, sends itself SIGTERM and drains, so it runs to its end by itself.

#include <csignal>
#include <cstdio>
#include <map>
#include <string>

#include <boost/describe.hpp>
#include <leat/coro/sleep.hpp>
#include <leat/coro/task_group.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/http_error.hpp>
#include <leat/http/server.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/signals.hpp>
#include <leat/model/rules.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region described
struct book {
  std::string title;
  int year = 0;
};
BOOST_DESCRIBE_STRUCT(book, (), (title, year))
consteval auto leat_rules(const book*) {
  using namespace model::rules;
  return list(field<&book::title>(length(1, 200)), field<&book::year>(range(1450, 2100)));
}
// endregion described

// region handlers
/// Lifetime: outlives the server that its routes are moved into.
class library {
 public:
  [[nodiscard]] http::router routes() {
    http::router made;
    made.get("/books/{id}", [this](http::server_request& request) { return show(request); });
    made.put("/books/{id}", [this](http::server_request& request) { return store(request); });
    return made;
  }

 private:
  task<http::server_response> show(http::server_request& request) {
    const auto found = books_.find(request.path_parameter("id"));
    if (found == books_.end()) throw http::http_error(http::status::not_found, "no such book");
    co_return http::server_response::json(found->second);
  }

  task<http::server_response> store(http::server_request& request) {
    const std::string id = request.path_parameter("id");
    const auto sent = request.json<book>();
    const bool is_new = books_.insert_or_assign(id, sent).second;
    auto answer =
        http::server_response::json(sent, is_new ? http::status::created : http::status::ok);
    answer.headers().set("location", "/books/" + id);
    co_return answer;
  }

  std::map<std::string, book> books_;
};
// endregion handlers

// region refusal
task<http::server_response> report(http::server_request& request) {
  const auto year = request.query_parameter("year");
  if (!year) throw http::http_error(http::status::bad_request, "the parameter year is missing");
  if (*year == "1815") co_return http::server_response::text("one book\n");

  http::headers retry;
  retry.add("retry-after", "60");
  throw http::http_error(http::status::service_unavailable, "not counted yet", retry);
}
// endregion refusal

// region options
http::server_options options() {
  http::server_options chosen;
  chosen.max_connections = 1000;
  chosen.max_body_bytes = std::uint64_t{64} << 10;
  chosen.timeouts.handler = 5s;
  chosen.timeouts.drain_grace = 3s;
  chosen.on_access = [](const http::access_record& record) {
    const std::string what = std::string(record.method) + " " + std::string(record.route);
    std::printf("access: %s %d\n", what.c_str(), record.status);
  };
  chosen.on_error = [](const http::server_error& problem) {
    std::printf("error: %s\n", describe(problem.failure).c_str());
  };
  return chosen;
}
// endregion options

// region drain
task<void> drain_on_signal(io::signal_receiver& signals, http::server& server) {
  static_cast<void>(co_await signals.next());
  server.shut_down();
}

task<void> serve(http::server& server) {
  io::signal_receiver signals({SIGINT, SIGTERM});
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(drain_on_signal, std::ref(signals), std::ref(server));
    co_await server.run();  // returns when everything is drained
    group.cancel();
  });
}
// endregion drain

task<void> show(task<http::response> call) {
  const auto answer = co_await std::move(call);
  std::printf("%d %s\n", answer.status(), answer.content().c_str());
}

task<void> ask(http::async_client& client) {
  using http::request_options;
  co_await show(client.put("/books/1", request_options().json(book{"Emma", 1815})));
  co_await show(client.get("/books/1"));
  co_await show(client.get("/books/2"));
  co_await show(
      client.put("/books/1", request_options().content(R"({"title":""})", "application/json")));
  co_await show(client.del("/books/1"));
  co_await show(client.get("/report"));
  co_await show(client.get("/report?year=1816"));
  co_await show(client.get("/broken"));
  static_cast<void>(std::raise(SIGTERM));
}

task<void> show_all() {
  library books;
  auto routes = books.routes();
  routes.get("/report", report);
  routes.get("/broken", [](http::server_request&) -> task<http::server_response> {
    throw invalid_argument("what only the hook is told");
    co_return http::server_response::empty();
  });
  http::server server(std::move(routes), options());
  const auto at = server.listen(io::endpoint::tcp("127.0.0.1", 0));
  http::async_client_options to_server;
  to_server.base_url = "http://" + at.to_string();
  http::async_client client(to_server);

  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(serve, std::ref(server));
    co_await ask(client);
  });
}

}  // namespace

int main() {
  leat::run(show_all());
}
