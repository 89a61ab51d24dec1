#include "service.hpp"

#include <utility>

#include <leat/http/http_error.hpp>
#include <leat/http/server_request.hpp>
#include <leat/http/server_response.hpp>
#include <leat/service/serve.hpp>

namespace sample_service {
namespace {

/// What a greeting is as JSON.
struct greeting {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(greeting, (), (text))

}  // namespace

greeter::greeter(greeting_settings how, leat::metrics::registry& metrics, leat::log::logger log)
    : how_(std::move(how)),
      greetings_(metrics.add_counter("greetings_total", "Greetings that were given.")),
      log_(std::move(log)) {}

leat::http::router greeter::routes() {
  leat::http::router made;
  made.get("/greetings/{name}",
           [this](leat::http::server_request& request) { return greet(request); });
  return made;
}

leat::task<leat::http::server_response> greeter::greet(leat::http::server_request& request) {
  constexpr std::size_t longest = 100;
  const std::string name = request.path_parameter("name");
  if (name.size() > longest) {
    throw leat::http::http_error(leat::http::status::bad_request, "nobody has such a long name");
  }
  greetings_.increment();
  log_.debug("greeting", {{"name", name}});
  co_return leat::http::server_response::json(greeting{how_.word + ", " + name + "!"});
}

leat::app::prepare_options prepare_options() {
  leat::app::prepare_options options;
  options.application = leat::app::application("sample-service");
  options.checks = {leat::app::fits<settings>()};
  return options;
}

leat::task<void> serve(leat::app::program& self) {
  const auto all = co_await self.settings<settings>();
  greeter greets(all.greeting, self.metrics(), self.logger());

  leat::service::serve_options options;
  options.at = leat::io::endpoint::tcp(all.server.host, all.server.port);
  // A dependency, such as a database, would be checked here: self.health().add(...).
  co_await leat::service::serve(self, greets.routes(), std::move(options));
}

}  // namespace sample_service
