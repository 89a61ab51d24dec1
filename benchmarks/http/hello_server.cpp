// SPDX-License-Identifier: MIT
// What does one request cost a server that has nothing to do? Serve `hello` on one core:
//
//     hello_server --port 8080
//     wrk -t1 -c64 http://127.0.0.1:8080/hello
//
// `/json` answers with a described struct, written anew for each request.
// `--metrics` measures every request, and shows that at `/metrics`.
// SIGINT and SIGTERM end it in order, so that callgrind and heap profilers see a whole run.

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include "leat/coro/task_group.hpp"
#include "leat/http/metrics_page.hpp"
#include "leat/http/server.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/signals.hpp"
#include "leat/metrics/registry.hpp"

using namespace leat;

namespace {

task<http::server_response> hello(http::server_request&) {
  co_return http::server_response::text("Hello, World!");
}

struct order {
  std::uint64_t id = 0;
  std::string customer;
  double price = 0;
  bool is_paid = false;
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(order, (), (id, customer, price, is_paid, tags))

task<http::server_response> show_order(http::server_request&) {
  static const order sample{48'211, "Tamar Valley Water Company", 1249.95, true, {"pump", "valve"}};
  co_return http::server_response::json(sample);
}

task<void> stop_on_signal(http::server& server) {
  io::signal_receiver signals({SIGINT, SIGTERM});
  co_await signals.next();
  server.shut_down();
}

task<void> serve(std::uint16_t port, bool measures) {
  metrics::registry registry;
  http::router routes;
  routes.get("/hello", hello);
  routes.get("/json", show_order);
  http::server_options options;
  if (measures) {
    routes.get("/metrics", http::metrics_page(registry));
    options.metrics.into = &registry;
  }
  http::server server(std::move(routes), std::move(options));
  const auto& at = server.listen(io::endpoint::tcp("127.0.0.1", port));
  std::printf("http://%s/hello\n", at.to_string().c_str());
  std::fflush(stdout);
  co_await with_task_group([&server](task_group& group) -> task<void> {
    group.spawn(stop_on_signal, std::ref(server));
    co_await server.run();
    group.cancel();
  });
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 8080;
  bool measures = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--metrics") {
      measures = true;
    } else if (std::string_view(argv[i]) == "--port" && i + 1 < argc) {
      port = static_cast<std::uint16_t>(std::atoi(argv[++i]));
    } else {
      std::fputs("usage: hello_server [--port N] [--metrics]\n", stderr);
      return 2;
    }
  }
  leat::run(serve(port, measures));
}
