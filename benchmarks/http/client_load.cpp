// SPDX-License-Identifier: MIT
// What does the HTTP client cost for a GET? 64 tasks share one client and ask a server for one
// path, as often as they are told:
//
//     http_client_load --port N --requests 100000
//
// peers/raw_epoll_client asks the same way with bare sockets.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/io/loop.hpp"

#include "support.hpp"

using namespace leat;

namespace {

task<void> ask(http::async_client& client, long& left) {
  while (left > 0) {
    --left;
    const auto answer = co_await client.get("/hello");
    answer.raise_for_status();
  }
}

task<void> ask_all(std::string base_url, long requests) {
  constexpr int tasks = 64;
  http::async_client_options chosen;
  chosen.base_url = std::move(base_url);
  chosen.limits.max_idle = tasks;  // every connection is used again
  http::async_client client(chosen);
  long left = requests;
  const double begin = leat_bench::now_ns();
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (int i = 0; i < tasks; ++i) group.spawn(ask, std::ref(client), std::ref(left));
    co_return;
  });
  std::printf("{\"requests\": %ld, \"seconds\": %.6f}\n", requests,
              (leat_bench::now_ns() - begin) / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 || std::string_view(argv[1]) != "--port" ||
      std::string_view(argv[3]) != "--requests") {
    std::fputs("usage: http_client_load --port N --requests N\n", stderr);
    return 2;
  }
  leat::run(ask_all("http://127.0.0.1:" + std::string(argv[2]), std::atol(argv[4])));
}
