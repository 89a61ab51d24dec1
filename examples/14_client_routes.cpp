// SPDX-License-Identifier: MIT
// How requests reach their origins, on both clients: proxies, mounts, wrapped transports, and
// transports without a network. The proxy is a small server of its own on another thread.

#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <leat/http/async_client.hpp>
#include <leat/http/client.hpp>
#include <leat/http/mock_transport.hpp>
#include <leat/http/server.hpp>
#include <leat/http/server_transport.hpp>
#include <leat/io/loop.hpp>

using namespace leat;

namespace {

// region proxy_async
task<void> ask_through_async(std::string proxy) {
  http::async_client_options options;
  options.proxy = std::move(proxy);  // http://user:password@proxy.test:3128
  http::async_client api(std::move(options));

  const auto answer = co_await api.get("http://api.test/hello");
  std::printf("async: %s\n", answer.content().c_str());
}
// endregion proxy_async

// region proxy_blocking
void ask_through(const std::string& proxy) {
  http::client_options options;
  options.proxy = proxy;
  http::client api(std::move(options));

  const auto answer = api.get("http://api.test/hello");
  std::printf("blocking: %s\n", answer.content().c_str());
}
// endregion proxy_blocking

// region refused
void ask_for_a_tunnel(const std::string& proxy) {
  http::client_options options;
  options.proxy = proxy;
  http::client api(std::move(options));
  try {
    static_cast<void>(api.get("https://api.test/hello"));
  } catch (const http::proxy_error& e) {
    std::printf("no tunnel: status %d, %s\n", e.status(), e.code().message().c_str());
  }
}
// endregion refused

// region mounts
http::client_options with_mounts(const std::string& proxy) {
  http::transport_options far;
  far.proxy = proxy;
  far.connect_retries = 2;

  http::client_options options;
  options.mounts = {
      {"all://", http::make_transport(far)},  // everything goes through the proxy,
      {"all://*.internal", nullptr},          // but what is below this domain is asked directly,
      {"https://bank.test", std::make_shared<http::mock_transport>([](const http::request&) {
         return http::server_response::text("a million");  // and this is not asked at all
       })}};
  return options;
}
// endregion mounts

void show_mounts(const std::string& proxy) {
  http::client api(with_mounts(proxy));
  std::printf("bank: %s\n", api.get("https://bank.test/balance").content().c_str());
  std::printf("api: %s\n", api.get("http://api.test/hello").content().c_str());
}

// region mock_async
task<void> greet_a_mock_async() {
  http::async_client_options options;
  options.transport = std::make_shared<http::async_mock_transport>(
      [](const http::async_request& sent) -> task<http::server_response> {
        co_return http::server_response::text("mocked " + sent.method);
      });
  http::async_client api(std::move(options));
  std::printf("async: %s\n", (co_await api.get("http://api.test/")).content().c_str());
}
// endregion mock_async

// region mock_blocking
void greet_a_mock() {
  http::client_options options;
  options.transport = std::make_shared<http::mock_transport>([](const http::request& sent) {
    return http::server_response::text("mocked " + sent.method);
  });
  http::client api(std::move(options));
  std::printf("blocking: %s\n", api.get("http://api.test/").content().c_str());
}
// endregion mock_blocking

// region service
http::router service() {
  http::router routes;
  routes.get("/users/{id}", [](http::server_request& asked) -> task<http::server_response> {
    co_return http::server_response::text("user " + asked.path_parameter("id"));
  });
  return routes;
}

task<void> call_in_process_async() {
  http::async_client_options options;
  options.transport = std::make_shared<http::async_server_transport>(service());
  http::async_client api(std::move(options));
  std::printf("async: %s\n", (co_await api.get("http://service/users/7")).content().c_str());
  std::printf("async: %d\n", (co_await api.get("http://service/nobody")).status());
}

void call_in_process() {
  http::client_options options;
  options.transport = std::make_shared<http::server_transport>(service());
  http::client api(std::move(options));
  std::printf("blocking: %s\n", api.get("http://service/users/7").content().c_str());
}
// endregion service

// region wrapping
/// Says what is asked, and lets another transport do it.
class talkative final : public http::transport {
 public:
  explicit talkative(std::shared_ptr<http::transport> next) : next_(std::move(next)) {}

  http::basic_transport_response<io::blocking> handle(http::request& sent) override {
    auto answer = next_->handle(sent);
    std::printf("%s %s: %d\n", sent.method.c_str(), sent.url.redacted().c_str(),
                answer.head.status);
    return answer;
  }
  void close() override { next_->close(); }

 private:
  std::shared_ptr<http::transport> next_;
};
// endregion wrapping

// region wrapping_async
class talkative_async final : public http::async_transport {
 public:
  explicit talkative_async(std::shared_ptr<http::async_transport> next) : next_(std::move(next)) {}

  task<http::basic_transport_response<io::async>> handle(http::async_request& sent) override {
    auto answer = co_await next_->handle(sent);
    std::printf("%s %s: %d\n", sent.method.c_str(), sent.url.redacted().c_str(),
                answer.head.status);
    co_return answer;
  }
  void close() override { next_->close(); }

 private:
  std::shared_ptr<http::async_transport> next_;
};
// endregion wrapping_async

void wrap() {
  http::client_options options;
  options.transport =
      std::make_shared<talkative>(std::make_shared<http::server_transport>(service()));
  http::client api(std::move(options));
  static_cast<void>(api.get("http://service/users/7"));
}

task<void> wrap_async() {
  http::async_client_options options;
  options.transport =
      std::make_shared<talkative_async>(std::make_shared<http::async_server_transport>(service()));
  http::async_client api(std::move(options));
  static_cast<void>(co_await api.get("http://service/nobody"));
}

task<void> all_async(std::string proxy) {
  co_await ask_through_async(std::move(proxy));
  co_await greet_a_mock_async();
  co_await call_in_process_async();
  co_await wrap_async();
}

/// Answers for every host: what is asked of it says which one is meant.
http::router proxy_routes() {
  http::router all;
  all.get("/hello", [](http::server_request& asked) -> task<http::server_response> {
    co_return http::server_response::text("for " + std::string(asked.target()));
  });
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
    http::server server(proxy_routes());
    home = &loop;
    stop.server = &server;
    leat::run(loop, serve(server, where));
  });

  const std::string proxy = url.get();
  ask_through(proxy);
  ask_for_a_tunnel(proxy);
  show_mounts(proxy);
  greet_a_mock();
  call_in_process();
  wrap();
  leat::run(all_async(proxy));

  home->post(stop);
  other.join();
}
