// SPDX-License-Identifier: MIT
#include <utility>

#include <leat/app/program.hpp>
#include <leat/coro/task.hpp>
#include <leat/http/server_request.hpp>
#include <leat/http/server_response.hpp>
#include <leat/service/serve.hpp>

int main() {
  leat::app::program_options options;
  options.prepare.application = leat::app::application("consumer");
  options.prepare.source = leat::app::configuration_source::text("");
  return leat::app::run_program(
      std::move(options), [](leat::app::program& self) -> leat::task<void> {
        leat::http::router routes;
        routes.get("/", [](leat::http::server_request&) -> leat::task<leat::http::server_response> {
          co_return leat::http::server_response::text("here\n");
        });
        leat::service::serve_options where{.at = leat::io::endpoint::tcp("127.0.0.1", 0)};
        where.on_serving = [&self](const leat::io::endpoint&) { self.lifecycle().request_stop(); };
        co_await leat::service::serve(self, std::move(routes), std::move(where));
      });
}
