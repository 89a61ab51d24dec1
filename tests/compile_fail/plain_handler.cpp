// SPDX-License-Identifier: MIT
#include "leat/http/router.hpp"
#include "leat/http/server_request.hpp"

using namespace leat;

#ifdef MISTAKE_lambda
// region mistake
void add_routes(http::router& routes) {
  routes.get("/hello", [](http::server_request&) { return http::server_response::text("hello"); });
}
// endregion mistake
#else
// region instead
void add_routes(http::router& routes) {
  routes.get("/hello", [](http::server_request&) -> task<http::server_response> {
    co_return http::server_response::text("hello");
  });
}
// endregion instead
#endif
