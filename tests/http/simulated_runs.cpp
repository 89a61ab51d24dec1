// SPDX-License-Identifier: MIT
#include "http/simulated_runs.hpp"

#include <array>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/with_cancel_scope.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/server.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"

using namespace leat;
using namespace std::chrono_literals;
using testing::random_source;
using testing::simulated_network;
using testing::simulation;

namespace {

class broken_promise : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

void require(bool holds, const std::string& what) {
  if (!holds) throw broken_promise(what);
}

constexpr std::size_t most_connections = 4;
constexpr std::size_t most_body = 150'000;

// Requests are over before the server loses its patience, so that what the server answers by
// itself does not depend on who came first.
constexpr duration longest_request = 300ms;
constexpr duration patience_of_server = 1s;

/// What a resource with this name holds: it shows in every part whose it is.
std::string content_of(const std::string& nonce, std::size_t size) {
  std::string text;
  text.reserve(size + nonce.size() + 1);
  do {
    text += nonce + ',';
  } while (text.size() < size);
  return text;
}

/// The server's side: it answers with what was asked for, and counts.
class application {
 public:
  explicit application(random_source random) : random_(random) {}

  http::router routes() {
    using http::server_request;
    using http::server_response;
    http::router made;
    made.get("/content/{nonce}/{size}", [this](server_request& request) -> task<server_response> {
      co_await think();
      const auto size = std::stoul(request.path_parameter("size"));
      co_return server_response::text(content_of(request.path_parameter("nonce"), size));
    });
    made.put("/echo/{nonce}", [this](server_request& request) -> task<server_response> {
      co_await think();
      co_return server_response::text(request.path_parameter("nonce") + ":" +
                                      std::string(request.body()));
    });
    made.post("/once/{nonce}", [this](server_request& request) -> task<server_response> {
      const auto nonce = request.path_parameter("nonce");
      ++posts[nonce];
      co_await think();
      co_return server_response::text(nonce + ":" + std::to_string(request.body().size()));
    });
    made.get("/refused/{nonce}", [](server_request& request) -> task<server_response> {
      co_return server_response::text(request.path_parameter("nonce"), http::status::conflict);
    });
    return made;
  }

  std::map<std::string, int> posts;

 private:
  task<void> think() { co_await sleep_for(random_.up_to(4ms)); }

  random_source random_;
};

/// Fails unless `failure` is one that `http::async_client` documents for requests that are in
/// order.
void require_documented(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const pool::pool_timeout&) {
  } catch (const io::resolve_error&) {
  } catch (const io::connect_error&) {
  } catch (const io::connect_timeout&) {
  } catch (const io::write_error&) {
  } catch (const io::write_timeout&) {
  } catch (const io::read_error&) {
  } catch (const io::read_timeout&) {
  } catch (const deadline_exceeded&) {
  } catch (const http::no_response&) {
  } catch (const broken_promise&) {
    throw;
  } catch (...) {
    throw broken_promise("an error that nobody announced: " + describe(failure));
  }
}

struct question {
  std::string method;
  std::string path;
  std::string body;
  int expected_status = 200;
  std::string expected;
};

question draw_question(random_source& random, const std::string& nonce) {
  // Some are larger than what the network holds at a time.
  const std::size_t size = random.below(random.chance(0.1) ? 100'000 : 2'000);
  switch (random.below(6)) {
    case 5: {
      if (!random.chance(0.2)) break;
      // Refused while it is still being sent.
      std::string body = content_of(nonce, most_body + 1 + size);
      return {"PUT", "/echo/" + nonce, std::move(body), 413,
              R"({"error":{"status":413,"message":"body is larger than the limit"}})"};
    }
    case 0: {
      std::string body = content_of(nonce, size);
      return {"PUT", "/echo/" + nonce, body, 200, nonce + ":" + body};
    }
    case 1: {
      std::string body = content_of(nonce, size);
      std::string expected = nonce + ":" + std::to_string(body.size());
      return {"POST", "/once/" + nonce, std::move(body), 200, std::move(expected)};
    }
    case 2: return {"GET", "/refused/" + nonce, "", 409, nonce};
    default: break;
  }
  return {"GET", "/content/" + nonce + "/" + std::to_string(size), "", 200,
          content_of(nonce, size)};
}

task<void> ask(http::async_client& client, question what, duration limit, run_tally& count) {
  http::request_options options;
  if (!what.body.empty()) options.content(what.body, "text/plain");
  options.timeouts.total = limit;
  const time_point began = executor::current().now();
  const auto answer =
      co_await as_outcome(client.request(what.method, what.path, std::move(options)));
  require(executor::current().now() - began <= limit, what.path + " outlived its limit");
  if (answer.has_error()) {
    ++count.failed;
    co_return require_documented(answer.error());
  }
  ++count.answered;
  require(answer.value().status() == what.expected_status,
          what.path + " was answered with " + std::to_string(answer.value().status()));
  require(answer.value().content() == what.expected,
          what.path + " was answered with " + std::to_string(answer.value().content().size()) +
              " bytes that begin with " + answer.value().content().substr(0, 40));
}

/// The same, stopped after a while.
task<void> ask_until_stopped(http::async_client& client, question what, duration limit,
                             duration until_stop, run_tally& count) {
  const auto ended = co_await with_cancel_scope([&](cancel_scope& scope) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(
          [](cancel_scope& stops, duration after) -> task<void> {
            co_await sleep_for(after);
            stops.cancel();
          },
          std::ref(scope), until_stop);
      co_await ask(client, std::move(what), limit, count);
      group.cancel();
    });
  });
  if (ended.is_cancelled()) ++count.stopped;
}

task<void> be_a_user(http::async_client& client, random_source random, std::string name,
                     run_tally& count) {
  const auto requests = 1 + random.below(5);
  for (std::uint64_t i = 0; i < requests; ++i) {
    const auto what = draw_question(random, name + "." + std::to_string(i));
    const duration limit = 1ms + random.up_to(longest_request - 1ms);
    if (random.chance(0.3)) {
      co_await ask_until_stopped(client, what, limit, random.up_to(20ms), count);
    } else {
      co_await ask(client, what, limit, count);
    }
    co_await sleep_for(random.up_to(3ms));
  }
}

testing::link_profile draw_links(random_source& random) {
  const auto sometimes = [&random](double likelihood) {
    return random.chance(0.3) ? likelihood : 0.0;
  };
  testing::link_profile links;
  links.latency = random.up_to(2ms);
  links.jitter = random.up_to(2ms);
  if (random.chance(0.3)) links.bytes_per_second = 100'000 + random.below(10'000'000);
  links.capacity = 1'000 + static_cast<std::size_t>(random.below(100'000));
  links.accept_delay = random.up_to(1ms);
  links.lookup_failure = sometimes(0.05);
  links.refusal = sometimes(0.1);
  links.black_hole = sometimes(0.1);
  links.reset = sometimes(0.3);
  links.vanishing = sometimes(0.3);
  links.dripping = sometimes(0.02);
  links.short_read = sometimes(0.3);
  links.short_write = sometimes(0.3);
  links.fault_within_bytes = 1 + random.below(20'000);
  links.fault_within = random.up_to(50ms);
  return links;
}

/// Faults at chosen moments, besides those that are drawn for each connection.
task<void> break_things(simulated_network& net, random_source random) {
  for (;;) {
    co_await sleep_for(1ms + random.up_to(20ms));
    if (random.chance(0.5)) {
      net.partition("client", "server");
      co_await sleep_for(random.up_to(20ms));
      net.heal("client", "server");
    } else if (auto open = net.connections(); !open.empty()) {
      open[random.below(open.size())].reset();
    }
  }
}

/// Lets the server drain, and holds it to its word. Requests may still be under way.
task<void> end_server(http::server& server, duration after) {
  co_await sleep_for(after);
  const time_point began = executor::current().now();
  server.shut_down();
  // What is left when its patience ends is stopped at that time, and gone a step later.
  while (server.connections() != 0) {
    require(executor::current().now() - began <= patience_of_server, "the server does not drain");
    co_await sleep_for(10ms);
  }
}

task<void> use(simulation& run, http::async_client& client, application& served, run_tally& count) {
  auto& random = run.random;
  const bool has_breaker = random.chance(0.4);
  co_await with_task_group([&](task_group& group) -> task<void> {
    if (has_breaker) group.spawn(&break_things, std::ref(run.net), random.split());
    co_await with_task_group([&](task_group& users) -> task<void> {
      const auto people = 2 + random.below(6);
      for (std::uint64_t i = 0; i < people; ++i) {
        users.spawn(&be_a_user, std::ref(client), random.split(), "u" + std::to_string(i),
                    std::ref(count));
      }
      co_return;
    });
    group.cancel();
  });
  for (const auto& [nonce, times] : served.posts) {
    require(times == 1,
            "the POST of " + nonce + " was handled " + std::to_string(times) + " times");
  }
  const auto now = client.statistics();
  require(now.active == 0, std::to_string(now.active) + " slots are lent to nobody");
  require(now.waiting == 0, std::to_string(now.waiting) + " requests wait that are none");
  require(now.idle <= most_connections, "more connections are kept than are allowed");
}

/// What broke is repaired, what is old is thrown away: from here on everything has to work.
task<void> use_when_all_is_well(simulation& run, http::async_client& client) {
  run.net.heal("client", "server");
  run.net.set_links({});
  co_await sleep_for(10s);
  require(client.statistics().idle == 0, "old connections are kept");
  for (int i = 0; i < 5; ++i) {
    const auto what = draw_question(run.random, "last." + std::to_string(i));
    auto options = http::request_options();
    if (!what.body.empty()) options.content(what.body, "text/plain");
    const auto answer = co_await client.request(what.method, what.path, std::move(options));
    require(answer.content() == what.expected, "a request fails although all is well");
  }
}

}  // namespace

task<void> client_against_server(simulation& run, run_tally& count) {
  // Drawn in this order, one statement each: the order of arguments is the compiler's.
  const auto links = draw_links(run.random);
  application served(run.random.split());
  run.net.set_links(links);

  http::server_options server_options;
  server_options.network = &run.net.host("server");
  server_options.max_body_bytes = most_body;
  server_options.timeouts = {.head = patience_of_server,
                             .body = patience_of_server,
                             .idle = 2s,
                             .write = patience_of_server,
                             .handler = patience_of_server,
                             .drain_grace = patience_of_server};
  http::server server(served.routes(), server_options);
  server.listen(io::endpoint::tcp("server", 80));

  http::async_client_options client_options;
  client_options.network = &run.net.host("client");
  client_options.base_url = "http://server";
  client_options.limits.max_connections = most_connections;
  http::async_client client(client_options);

  const auto script = [](simulation& all, http::async_client& asking, application& answering,
                         http::server& stopping, run_tally& tally) -> task<void> {
    const bool ends_early = all.random.chance(0.2);
    if (ends_early) {
      const duration after = all.random.up_to(50ms);
      co_await when_all(end_server(stopping, after), use(all, asking, answering, tally));
      asking.close();
    } else {
      co_await use(all, asking, answering, tally);
      co_await use_when_all_is_well(all, asking);
      asking.close();
      co_await end_server(stopping, 0s);
    }
  };
  co_await when_all(server.run(), script(run, client, served, server, count));
}
