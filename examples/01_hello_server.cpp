// SPDX-License-Identifier: MIT
// A server with one route. Try: curl localhost:8080/hello/world

// region program
#include <leat/http/server.hpp>
#include <leat/io/loop.hpp>

using namespace leat;

task<http::server_response> hello(http::server_request& request) {
  co_return http::server_response::text("hello, " + request.path_parameter("name") + "\n");
}

task<void> serve() {
  http::router routes;
  routes.get("/hello/{name}", hello);
  http::server server(std::move(routes));
  server.listen(io::endpoint::tcp("127.0.0.1", 8080));
  co_await server.run();
}

int main() {
  leat::run(serve());
}
// endregion program
