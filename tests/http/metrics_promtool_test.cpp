// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <sys/wait.h>

#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/metrics_page.hpp"
#include "leat/http/server.hpp"
#include "leat/io/loop_meter.hpp"
#include "leat/metrics/process_metrics.hpp"
#include "leat/metrics/registry.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

using namespace leat;
using http::server_request;
using http::server_response;

namespace {

/// What promtool, which Prometheus comes with, has to say about a text: nothing, if all is well.
struct verdict {
  int status = 0;
  std::string words;
};

verdict promtool(const std::string& text) {
  const scratch_folder folder;
  const std::string page = folder / "page.txt";
  const std::string said = folder / "said.txt";
  std::ofstream(page) << text;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread waits for children here
  const int ended =
      std::system(("promtool check metrics < " + page + " > " + said + " 2>&1").c_str());
  std::ifstream in(said);
  return {WIFEXITED(ended) ? WEXITSTATUS(ended) : -1,
          {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}};
}

task<server_response> hello(server_request&) {
  co_return server_response::text("hello");
}

/// All that Leat measures by itself, as a client reads it from a server that has served others.
task<std::string> scraped(metrics::registry& all) {
  metrics::add_app_info(all, "demo \"quoted\"", "1.0\\2");
  const metrics::process_metrics process(all);
  const io::loop_meter meter(all);
  http::router routes;
  routes.get("/hello/{name}", hello);
  routes.get("/metrics", http::metrics_page(all));
  http::server_options options;
  options.metrics.into = &all;
  http::server server(std::move(routes), options);
  const std::string at = "http://" + server.listen(io::endpoint::tcp("127.0.0.1", 0)).to_string();
  std::string text;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http::server& one) { return one.run(); }, std::ref(server));
    http::async_client client;
    for (const auto* path : {"/hello/a", "/hello/b", "/nothing"}) {
      static_cast<void>(co_await client.get(at + path));
    }
    auto page = (co_await client.get(at + "/metrics")).raise_for_status();
    CHECK(page.headers().get("content-type") == metrics::text_content_type);
    text = page.content();
    client.close();
    server.shut_down();
  });
  co_return text;
}

}  // namespace

LEAT_LOOPBACK_TEST("metrics page: promtool has nothing to say against what a server shows") {
  metrics::registry all;
  all.add_counter("odd_total", "A \\ and\na second line.", {{"l", "a\"b\\c\n1 \xC3\xBC"}})
      .increment(1e18);
  all.add_gauge("extreme_ratio", "Not a number.").set(-1.0 / 0.0);

  const std::string text = co_await scraped(all);
  const auto said = promtool(text);

  CAPTURE(said.words);
  CAPTURE(text);
  CHECK(said.status == 0);
  CHECK(said.words.empty());
  for (const auto* name : {"app_info{", "process_cpu_seconds_total ", "loop_lag_seconds_count ",
                           "tasks_alive ", "http_requests_total{", "http_connections "}) {
    CAPTURE(name);
    CHECK(text.find(std::string("\n") + name) != std::string::npos);
  }
}

TEST_CASE("promtool: would say what is wrong with a page") {
  CHECK(promtool("a{l=\"x} 1\n").status != 0);
  CHECK(promtool("# HELP requests r\n# TYPE requests counter\nrequests 1\n").status != 0);
}
