#include "../src/service.hpp"

#include <cstddef>
#include <memory>
#include <string>

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
#include <leat/app/error.hpp>
#include <leat/http/async_client.hpp>
#include <leat/http/server_transport.hpp>
#include <leat/testing/async_test.hpp>

using namespace sample_service;

namespace {

/// A client of these routes, without a socket in between.
leat::http::async_client client_of(leat::http::router routes) {
  leat::http::async_client_options options;
  options.base_url = "http://service.test";
  options.transport = std::make_shared<leat::http::async_server_transport>(std::move(routes));
  return leat::http::async_client(std::move(options));
}

}  // namespace

LEAT_ASYNC_TEST("greetings: have the word of the configuration, and are counted") {
  leat::metrics::registry metrics;
  greeter greets({.word = "Moin"}, metrics, {});
  auto client = client_of(greets.routes());
  const auto answer = co_await client.get("/greetings/Ann");
  CHECK(answer.status() == 200);
  CHECK(answer.content() == R"({"text":"Moin, Ann!"})");
  CHECK(metrics.to_text().find("greetings_total 1") != std::string::npos);
}

LEAT_ASYNC_TEST("greetings: are refused to whoever has too long a name") {
  leat::metrics::registry metrics;
  greeter greets({}, metrics, {});
  auto client = client_of(greets.routes());
  const auto answer = co_await client.get("/greetings/" + std::string(101, 'a'));
  CHECK(answer.status() == 400);
}

LEAT_ASYNC_TEST("configuration: everything that is wrong is told at once") {
  auto options = prepare_options();
  options.variables = leat::app::environment({{"HOME", "/home/ann"}});
  options.source =
      leat::app::configuration_source::text("[server]\nprot = 1\n[greeting]\nword = \"\"\n");
  leat::exit_stack exits;
  std::size_t problems = 0;
  try {
    static_cast<void>(co_await leat::app::prepare(exits, std::move(options)));
  } catch (const leat::app::invalid_configuration& e) {
    problems = e.problems().size();
  }
  co_await exits.close();
  CHECK(problems == 2);
}
