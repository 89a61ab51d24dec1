// SPDX-License-Identifier: MIT
// Events of a server, read by a task and by a thread without a loop. It asks a small server of its
// own on another thread, which says a few events on each connection and then closes it.

#include <cstdio>
#include <future>
#include <string>
#include <thread>

#include <leat/http/async_client.hpp>
#include <leat/http/client.hpp>
#include <leat/http/event_stream.hpp>
#include <leat/http/server.hpp>
#include <leat/io/loop.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region async
task<void> follow_async(http::async_client& api, http::event_stream_options options) {
  http::async_event_stream prices(api, "/prices", std::move(options));
  while (const auto event = co_await prices.next()) {
    std::printf("async: %s %s\n", event->type.c_str(), event->data.c_str());
  }
  std::printf("async: %zu connections\n", prices.connections());
}
// endregion async

// region blocking
void follow_blocking(http::client& api, http::event_stream_options options) {
  http::event_stream prices(api, "/prices", std::move(options));
  while (const auto event = prices.next()) {
    std::printf("blocking: %s %s\n", event->type.c_str(), event->data.c_str());
  }
  std::printf("blocking: %zu connections\n", prices.connections());
}
// endregion blocking

// region options
http::event_stream_options patient() {
  http::event_stream_options options;
  options.request.header("x-team", "core");
  options.max_idle = 1min;      // a server that is silent for so long is lost
  options.max_attempts = 20;    // connections in a row that bring no event
  options.first_delay = 500ms;  // until the server says another
  options.limits.max_event_bytes = std::size_t{64} << 10;
  return options;
}
// endregion options

// region resume
task<std::string> read_one(http::async_client& api, std::string last_seen) {
  http::event_stream_options options;
  options.last_event_id = std::move(last_seen);  // kept from an earlier run of the program
  http::async_event_stream prices(api, "/prices", std::move(options));
  const auto event = co_await prices.next();
  co_return event ? event->id : std::string();
}
// endregion resume

// region post
task<std::string> complete(http::async_client& api, std::string prompt) {
  http::event_stream_options options;
  options.method = "POST";  // is asked for once, whatever happens
  options.request.json(prompt);
  http::async_event_stream answer(api, "/complete", std::move(options));
  std::string text;
  while (const auto event = co_await answer.next()) text += event->data;
  co_return text;
}
// endregion post

task<void> ask_async(std::string base_url, http::event_stream_options options) {
  http::async_client_options to;
  to.base_url = std::move(base_url);
  http::async_client api(std::move(to));
  co_await follow_async(api, std::move(options));
  std::printf("after 1 comes %s\n", (co_await read_one(api, "1")).c_str());
  std::printf("%s\n", (co_await complete(api, "hello")).c_str());
}

http::server_response events(std::string body) {
  http::server_response answer(http::status::ok, std::move(body));
  answer.headers().add("content-type", "text/event-stream");
  return answer;
}

http::router site() {
  using request = http::server_request;
  using response = http::server_response;
  http::router all;
  all.get("/prices", [](request& asked) -> task<response> {
    const auto last = asked.headers().get("last-event-id");
    if (!last) co_return events("retry: 0\n\nid: 1\ndata: 10\n\n");
    if (last == "1") co_return events("id: 2\nevent: correction\ndata: 11\n\n");
    co_return response::empty();  // 204: there will be no more
  });
  all.post("/complete",
           [](request&) -> task<response> { co_return events("data: good\n\ndata: bye\n\n"); });
  return all;
}

task<void> serve(http::server& server, std::promise<std::string>& where) {
  where.set_value("http://" + server.listen(io::endpoint::tcp("127.0.0.1", 0)).to_string());
  co_await server.run();
}

}  // namespace

int main() {
  std::promise<std::string> where;
  auto url = where.get_future();
  struct stop_call final : posted_call {
    void run() noexcept override { server->shut_down(); }
    http::server* server = nullptr;
  } stop;
  io::loop* home = nullptr;
  std::thread other([&] {
    io::loop loop;
    http::server server(site());
    home = &loop;
    stop.server = &server;
    leat::run(loop, serve(server, where));
  });

  const std::string base_url = url.get();
  http::client_options options;
  options.base_url = base_url;
  http::client api(std::move(options));
  follow_blocking(api, patient());
  leat::run(ask_async(base_url, patient()));

  home->post(stop);
  other.join();
}
