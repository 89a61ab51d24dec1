// SPDX-License-Identifier: MIT
// What both clients send and read: forms with files, files, text, lines and values. It asks a small
// server of its own on another thread.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>

#include <leat/http/async_client.hpp>
#include <leat/http/client.hpp>
#include <leat/http/one_shot.hpp>
#include <leat/http/server.hpp>
#include <leat/io/loop.hpp>
#include <leat/model/describe.hpp>

using namespace leat;
using namespace std::chrono_literals;

namespace {

struct user {
  int id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(user, (), (id, name))

// region form_async
task<void> send_form_async(http::async_client& api, std::string path) {
  http::async_form_data form;
  form.field("title", "Ada").file("photo", path, "image/jpeg");
  http::async_request_options options;
  options.multipart(std::move(form));
  const auto answer = co_await api.post("/size", std::move(options));
  std::printf("a form of %s bytes\n", answer.text().c_str());
}
// endregion form_async

// region form_blocking
void send_form_blocking(http::client& api, const std::string& path) {
  http::form_data form;
  form.field("title", "Ada").file("photo", path, "image/jpeg");
  http::blocking_request_options options;
  options.multipart(std::move(form));
  const auto answer = api.post("/size", std::move(options));
  std::printf("a form of %s bytes\n", answer.text().c_str());
}
// endregion form_blocking

// region file
task<void> send_file(http::async_client& api, std::string path) {
  http::async_request_options options;
  options.stream(http::async_file_body(path), "image/jpeg").expect_continue();
  const auto answer = co_await api.put("/size", std::move(options));
  std::printf("a file of %s bytes\n", answer.text().c_str());
}
// endregion file

// region lines_async
task<int> count_lines_async(http::async_client& api) {
  auto answer = co_await api.stream("GET", "/lines");
  int count = 0;
  while (const auto line = co_await answer.read_line()) count += line->empty() ? 0 : 1;
  co_return count;
}
// endregion lines_async

// region lines_blocking
int count_lines_blocking(http::client& api) {
  auto answer = api.stream("GET", "/lines");
  int count = 0;
  while (const auto line = answer.read_line()) count += line->empty() ? 0 : 1;
  return count;
}
// endregion lines_blocking

// region value
task<void> show_user(http::async_client& api) {
  auto answer = co_await api.stream("GET", "/user");
  answer.raise_for_status();
  const auto found = co_await answer.read_json<user>();
  std::printf("%d is %s\n", found.id, found.name.c_str());
}
// endregion value

// region status
void show_refusal(http::client& api) {
  try {
    static_cast<void>(api.get("/nowhere").raise_for_status());
  } catch (const http::status_error& e) {
    std::printf("%d: %s\n", e.status(), e.body().c_str());
  }
}
// endregion status

// region pages
void follow_pages(http::client& api, std::string url) {
  while (!url.empty()) {
    const auto page = api.get(url).raise_for_status();
    std::printf("page: %s\n", page.text().c_str());
    url.clear();
    for (const auto& link : page.links()) {
      if (link.has_relation("next")) url = link.target;
    }
  }
}
// endregion pages

// region by_hand
void redirect_by_hand(http::client& api) {
  const auto sent = api.build_request("GET", "/moved");
  const auto answer = api.send(sent);
  if (const auto next = api.next_request(sent, answer)) {
    std::printf("leads to %s\n", std::string(next->url.path()).c_str());
  }
}
// endregion by_hand

// region one_shot
void ask_once(const std::string& base_url) {
  const auto page = http::get(base_url + "/user").raise_for_status();
  std::printf("%s\n", page.text().c_str());
}
// endregion one_shot

task<void> ask_async(std::string base_url, std::string path) {
  http::async_client_options options;
  options.base_url = std::move(base_url);
  http::async_client api(std::move(options));
  co_await send_form_async(api, path);
  co_await send_file(api, path);
  std::printf("%d lines\n", co_await count_lines_async(api));
  co_await show_user(api);
}

http::router site() {
  using request = http::server_request;
  using response = http::server_response;
  http::router all;
  const auto size = [](request& sent) -> task<response> {
    // The boundary of a form is never the same; its length is.
    co_return response::text(std::to_string(sent.body().size()));
  };
  all.post("/size", size);
  all.put("/size", size);
  all.get("/lines", [](request&) -> task<response> { co_return response::text("a\r\n\nb\nc"); });
  all.get("/user", [](request&) -> task<response> {
    co_return response::text("{\"id\":7,\"name\":\"Ada\"}");
  });
  all.get("/pages/{number}", [](request& sent) -> task<response> {
    const std::string number(sent.path_parameter("number"));
    auto answer = response::text(number);
    if (number == "1") answer.headers().add("link", "<2>; rel=\"next\"");
    co_return answer;
  });
  all.get("/moved", [](request&) -> task<response> {
    auto answer = response::empty(http::status::found);
    answer.headers().add("location", "/user");
    co_return answer;
  });
  return all;
}

task<void> serve(http::server& server, std::promise<std::string>& where) {
  where.set_value("http://" + server.listen(io::endpoint::tcp("127.0.0.1", 0)).to_string());
  co_await server.run();
}

}  // namespace

int main() {
  const std::string path =
      (std::filesystem::temp_directory_path() / "leat-example-15.jpg").string();
  std::ofstream(path) << "not really a photo";

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
  send_form_blocking(api, path);
  std::printf("%d lines\n", count_lines_blocking(api));
  show_refusal(api);
  follow_pages(api, base_url + "/pages/1");
  redirect_by_hand(api);
  ask_once(base_url);
  leat::run(ask_async(base_url, path));

  home->post(stop);
  other.join();
  std::filesystem::remove(path);
}
