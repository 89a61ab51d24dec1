// SPDX-License-Identifier: MIT
// The two clients side by side: redirects, cookies, credentials, hooks, and bodies that are read
// and sent piece by piece. It asks a small server of its own on another thread.

#include <cstdio>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <leat/http/async_client.hpp>
#include <leat/http/client.hpp>
#include <leat/http/server.hpp>
#include <leat/io/loop.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

// region blocking
void greet_blocking(const std::string& base_url) {
  http::client_options options;
  options.base_url = base_url;
  http::client api(std::move(options));

  const auto answer = api.get("/hello").raise_for_status();
  std::printf("blocking: %s\n", answer.content().c_str());
}
// endregion blocking

// region async
task<void> greet_async(std::string base_url) {
  http::async_client_options options;
  options.base_url = std::move(base_url);
  http::async_client api(std::move(options));

  const auto answer = (co_await api.get("/hello")).raise_for_status();
  std::printf("async: %s\n", answer.content().c_str());
}
// endregion async

// region whole
void ask_within_a_second(http::client& api) {
  const blocking_deadline whole(std::chrono::steady_clock::now() + 1s);
  static_cast<void>(api.get("/hello"));
  static_cast<void>(api.get("/hello"));
}
// endregion whole

// region login
void log_in(http::client& api) {
  // The page sets a cookie and leads on to another, which wants to see it.
  const auto page = api.get("/login", http::request_options().follow_redirects());
  std::printf("%s after %zu redirect\n", page.content().c_str(), page.history().size());
}
// endregion login

// region credentials
void show_credentials(http::client& api) {
  const auto as_ada = http::request_options().authenticate(http::basic_auth("ada", "s3cret"));
  std::printf("%s\n", api.get("/whoami", as_ada).content().c_str());
}
// endregion credentials

// region token
class token_auth final : public http::auth {
  class flow final : public http::auth_flow {
   public:
    explicit flow(const token_auth& of) : of_(of), token_(of.kept()) {}

    std::optional<http::auth_request> own_request(const http::auth_target&) override {
      if (!token_.empty()) return std::nullopt;
      http::auth_request wanted("/token", "POST");
      wanted.content = "grant_type=client_credentials";
      wanted.content_type = "application/x-www-form-urlencoded";
      return wanted;
    }
    void own_answer(http::auth_target& request, const http::response& answer) override {
      token_ = answer.raise_for_status().text();
      of_.keep(token_);
      begin(request);
    }
    void begin(http::auth_target& request) override {
      request.headers.set("authorization", "Bearer " + token_);
    }
    bool again(http::auth_target&, const http::response_head& answer) override {
      if (answer.status() != http::status::unauthorized || std::exchange(was_refused_, true)) {
        return false;
      }
      token_.clear();  // it has grown old: get another, and send the request once more
      return true;
    }

   private:
    const token_auth& of_;
    std::string token_;
    bool was_refused_ = false;
  };

 public:
  std::unique_ptr<http::auth_flow> start() const override { return std::make_unique<flow>(*this); }

 private:
  std::string kept() const {
    const std::lock_guard lock(mutex_);
    return token_;
  }
  void keep(std::string token) const {
    const std::lock_guard lock(mutex_);
    token_ = std::move(token);
  }

  mutable std::mutex mutex_;  // requests of several threads may share it
  mutable std::string token_;
};
// endregion token

void show_token(http::client& api) {
  const auto with_token = http::request_options().authenticate(std::make_shared<token_auth>());
  std::printf("%s\n", api.get("/members", with_token).content().c_str());
}

// region hooks
task<void> count_requests(http::async_client_options options) {
  int sent = 0;
  options.on_request.push_back([&sent](http::async_request& request) -> task<void> {
    request.headers.set("x-request-number", std::to_string(++sent));
    co_return;
  });
  http::async_client api(std::move(options));
  static_cast<void>(co_await api.get("/hello"));
  static_cast<void>(co_await api.get("/hello"));
  std::printf("%d requests\n", sent);
}
// endregion hooks

// region trace
void show_steps(http::client& api) {
  const auto told = [](const http::trace_event& event) {
    const std::string step(to_string(event.step));
    if (event.step == http::trace_step::failed) {
      std::printf("%s: %s\n", step.c_str(), describe(event.error).c_str());
    } else {
      std::printf("%s\n", step.c_str());
    }
  };
  static_cast<void>(api.get("/hello", http::request_options().trace(told)));
}
// endregion trace

// region download
task<std::size_t> measure(http::async_client& api) {
  auto answer = co_await api.stream("GET", "/large");
  answer.raise_for_status();
  std::size_t size = 0;
  for (;;) {
    const auto piece = co_await answer.read_some();
    if (piece.empty()) break;  // the end
    size += piece.size();
  }
  co_return size;
}
// endregion download

// region upload
leat::stream<std::string> lines(int count) {
  for (int i = 1; i <= count; ++i) co_yield "line " + std::to_string(i) + "\n";
}

task<void> upload(http::async_client& api) {
  http::async_request_options options;
  options.stream(http::stream_body(lines(3)), "text/plain");
  const auto answer = co_await api.post("/size", std::move(options));
  std::printf("sent %s bytes\n", answer.content().c_str());
}
// endregion upload

task<void> ask_async(std::string base_url) {
  co_await greet_async(base_url);
  http::async_client_options options;
  options.base_url = std::move(base_url);
  co_await count_requests(options);
  http::async_client api(std::move(options));
  std::printf("%zu bytes\n", co_await measure(api));
  co_await upload(api);
}

http::router site() {
  using request = http::server_request;
  using response = http::server_response;
  http::router all;
  all.get("/hello", [](request&) -> task<response> { co_return response::text("hello"); });
  all.get("/large", [](request&) -> task<response> {
    co_return response::text(std::string(std::size_t{1} << 20, 'x'));
  });
  all.post("/size", [](request& sent) -> task<response> {
    co_return response::text(std::to_string(sent.body().size()));
  });
  all.get("/whoami", [](request& sent) -> task<response> {
    const bool is_ada = sent.headers().get("authorization") == "Basic YWRhOnMzY3JldA==";
    co_return response::text(is_ada ? "you are ada" : "nobody");
  });
  all.post("/token", [](request&) -> task<response> { co_return response::text("t0ken"); });
  all.get("/members", [](request& sent) -> task<response> {
    if (sent.headers().get("authorization") != "Bearer t0ken") co_return response::empty(401);
    co_return response::text("a member");
  });
  all.get("/login", [](request&) -> task<response> {
    auto answer = response::empty(http::status::see_other);
    answer.headers().add("set-cookie", "session=4711; HttpOnly");
    answer.headers().add("location", "/private");
    co_return answer;
  });
  all.get("/private", [](request& sent) -> task<response> {
    const bool is_known = sent.headers().get("cookie") == "session=4711";
    co_return response::text(is_known ? "welcome back" : "who are you");
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
    http::server server(site());
    home = &loop;
    stop.server = &server;
    leat::run(loop, serve(server, where));
  });

  const std::string base_url = url.get();
  greet_blocking(base_url);
  http::client_options options;
  options.base_url = base_url;
  http::client api(std::move(options));
  ask_within_a_second(api);
  log_in(api);
  show_credentials(api);
  show_token(api);
  show_steps(api);
  leat::run(ask_async(base_url));

  home->post(stop);
  other.join();
}
