// SPDX-License-Identifier: MIT
// A service that counts its orders, measures its server, and shows both to whoever scrapes it.

#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

#include <leat/http/async_client.hpp>
#include <leat/http/metrics_page.hpp>
#include <leat/http/server.hpp>
#include <leat/http/server_transport.hpp>
#include <leat/io/loop.hpp>
#include <leat/io/loop_meter.hpp>
#include <leat/metrics/process_metrics.hpp>
#include <leat/metrics/registry.hpp>

using namespace leat;

namespace {

// region instruments
class order_desk {
 public:
  explicit order_desk(metrics::registry& into)
      : paid_(into.add_counter("orders_total", "Orders taken.", {{"kind", "paid"}})),
        free_(into.add_counter("orders_total", "Orders taken.", {{"kind", "free"}})) {}

  void take(double price) noexcept { (price > 0 ? paid_ : free_).increment(); }

 private:
  metrics::counter paid_;  // looked up once: an increment is then some nanoseconds
  metrics::counter free_;
};
// endregion instruments

// region collector
class stock {
 public:
  explicit stock(metrics::registry& into)
      : level_(into.add_gauge("stock_items", "Items in stock.")),
        update_(into.before_reading([this] { level_.set(items_); })) {}

 private:
  double items_ = 12;
  metrics::gauge level_;
  metrics::collector update_;
};
// endregion collector

// region server
http::router make_routes(order_desk& desk, const metrics::registry& registry) {
  http::router routes;
  routes.post("/orders/{price}",
              [&desk](http::server_request& request) -> task<http::server_response> {
                desk.take(std::stod(request.path_parameter("price")));
                co_return http::server_response::empty();
              });
  routes.get("/metrics", http::metrics_page(registry));
  return routes;
}

http::server_options measured(metrics::registry& into) {
  http::server_options options;
  options.metrics.into = &into;
  return options;
}
// endregion server

/// The lines that are the same on every run.
void print(const std::string& page) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    for (const auto* name : {"app_info", "orders_total", "stock_items", "http_requests_total"}) {
      if (line.starts_with(name)) std::printf("%s\n", line.c_str());
    }
  }
}

// region all
task<void> serve() {
  metrics::registry registry;
  metrics::add_app_info(registry, "shop", "1.4.0");
  const metrics::process_metrics process(registry);
  const io::loop_meter loop(registry);
  order_desk desk(registry);
  const stock items(registry);

  http::async_client_options options;  // a server without a network, to be asked here
  options.transport = std::make_shared<http::async_server_transport>(make_routes(desk, registry),
                                                                     measured(registry));
  http::async_client client(options);
  for (const auto* path : {"/orders/20", "/orders/35", "/orders/0", "/secret"}) {
    static_cast<void>(co_await client.post(std::string("http://shop.test") + path));
  }
  print((co_await client.get("http://shop.test/metrics")).content());
}
// endregion all

}  // namespace

int main() {
  run(serve());
}
