// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/coro/task_group.hpp"
#include "leat/http/error.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/proto/http2/client_session.hpp"

#include "http/surfaces.hpp"
#include "http/trace_notes.hpp"
#include "support/certificates.hpp"
#include "support/nghttpd.hpp"

// Both clients against nghttpd, asked by ALPN and by prior knowledge. It speaks HTTP/2 only, so
// whatever it answers came that way.

using namespace leat;

namespace {

const test_authority& authority() {
  static const test_authority made;
  return made;
}

/// How the client learns that the server speaks HTTP/2.
enum class way { alpn, prior_knowledge };

template <class SurfaceOf, way By>
struct asked {
  using surface = SurfaceOf;

  [[nodiscard]] static nghttpd::wishes wishes() {
    nghttpd::wishes wanted;
    if (By == way::alpn) {
      const auto identity = authority().issue();
      wanted.certificate = identity.certificate_chain;
      wanted.key = identity.key;
    }
    return wanted;
  }
  [[nodiscard]] static typename surface::options options() {
    typename surface::options made;
    made.http2_prior_knowledge = By == way::prior_knowledge;
    made.tls.trusted = authority().certificate();
    return made;
  }
};

using async_by_alpn = asked<async_surface, way::alpn>;
using blocking_by_alpn = asked<blocking_surface, way::alpn>;
using async_at_once = asked<async_surface, way::prior_knowledge>;
using blocking_at_once = asked<blocking_surface, way::prior_knowledge>;

#define LEAT_EACH_WAY(name)                                                               \
  TEST_CASE_TEMPLATE("client and nghttpd: " name, Asked, async_by_alpn, blocking_by_alpn, \
                     async_at_once, blocking_at_once)

}  // namespace

LEAT_EACH_WAY("a file is got, again and again over one connection") {
  const nghttpd server(Asked::wishes());
  server.write("page.txt", "written by a test");
  typename Asked::surface api(Asked::options());
  for (int i = 0; i < 3; ++i) {
    const auto answer = api.get(server.url("/page.txt"));
    CHECK(answer.status() == 200);
    CHECK(answer.content() == "written by a test");
    CHECK(answer.http_version() == "HTTP/2");
  }
  CHECK(api.client().statistics().idle == 1);
  CHECK(api.client().statistics().active == 0);
}

LEAT_EACH_WAY("what is posted comes back") {
  const nghttpd server(Asked::wishes());
  typename Asked::surface api(Asked::options());
  std::string much;
  for (int i = 0; i < 100'000; ++i) much += std::to_string(i) + "\n";
  const auto answer = api.post(server.url("/echo"), http::request_options().content(much, "a/b"));
  CHECK(answer.status() == 200);
  CHECK(answer.content() == much);
}

LEAT_EACH_WAY("what is posted in pieces comes back") {
  const nghttpd server(Asked::wishes());
  typename Asked::surface api(Asked::options());
  const auto answer = api.post(
      server.url("/echo"), typename Asked::surface::request_options().stream(
                               Asked::surface::pieces({"one ", "two ", "three"}), "text/plain"));
  CHECK(answer.content() == "one two three");
}

LEAT_EACH_WAY("a body that waits for consent is sent when it has come") {
  const nghttpd server(Asked::wishes());
  typename Asked::surface api(Asked::options());
  auto options = http::request_options().content("agreed", "text/plain");
  // Without consent it would wait until the total.
  options.expect_continue(no_timeout);
  options.timeouts.total = std::chrono::seconds(20);
  CHECK(api.post(server.url("/echo"), options).content() == "agreed");
}

LEAT_EACH_WAY("a page that is not there is an answer") {
  const nghttpd server(Asked::wishes());
  typename Asked::surface api(Asked::options());
  const auto answer = api.get(server.url("/none"));
  CHECK(answer.status() == 404);
  CHECK_THROWS_AS(answer.raise_for_status(), http::status_error);
  CHECK(api.client().statistics().idle == 1);
}

LEAT_EACH_WAY("a large file comes whole") {
  const nghttpd server(Asked::wishes());
  std::string much;
  for (int i = 0; i < 1'000'000; ++i) much += std::to_string(i) + "\n";
  server.write("large.txt", much);
  typename Asked::surface api(Asked::options());
  CHECK(api.get(server.url("/large.txt")).content() == much);
}

LEAT_EACH_WAY("a file that is given up leaves the connection for the next") {
  const nghttpd server(Asked::wishes());
  server.write("large.txt", std::string(8'000'000, 'x'));
  server.write("page.txt", "small");
  typename Asked::surface api(Asked::options());
  {
    auto answer = api.stream("GET", server.url("/large.txt"));
    CHECK_FALSE(api.read_some(answer).empty());
  }
  CHECK(api.client().statistics().active == 0);
  CHECK(api.get(server.url("/page.txt")).content() == "small");
}

LEAT_EACH_WAY("trailers and padding do not get into a body") {
  auto wishes = Asked::wishes();
  wishes.more = {"--trailer", "x-checksum: 42", "--padding", "200"};
  const nghttpd server(wishes);
  server.write("page.txt", "with a trailer");
  typename Asked::surface api(Asked::options());
  for (int i = 0; i < 3; ++i) {
    CHECK(api.get(server.url("/page.txt")).content() == "with a trailer");
  }
  CHECK(api.client().statistics().idle == 1);
}

LEAT_EACH_WAY("small windows only take longer") {
  auto wishes = Asked::wishes();
  wishes.more = {"--window-bits", "10", "--connection-window-bits", "16"};
  const nghttpd server(wishes);
  typename Asked::surface api(Asked::options());
  const std::string much(200'000, 'z');
  CHECK(api.post(server.url("/echo"), http::request_options().content(much, "a/b")).content() ==
        much);
  CHECK(api.client().statistics().idle == 1);
}

LEAT_EACH_WAY("small windows are no reason to lose the first body of a connection") {
  auto wishes = Asked::wishes();
  wishes.more = {"--window-bits", "10", "--connection-window-bits", "16"};
  const nghttpd server(wishes);
  for (const std::size_t size : {1'000U, 32'767U, 32'768U, 36'000U, 40'000U, 65'535U, 300'000U}) {
    CAPTURE(size);
    typename Asked::surface api(Asked::options());
    const std::string much(size, 'z');
    CHECK(api.post(server.url("/echo"), http::request_options().content(much, "a/b")).content() ==
          much);
  }
}

LEAT_EACH_WAY("a trace has the steps that it has over HTTP/1.1") {
  const nghttpd server(Asked::wishes());
  trace_notes notes;
  auto options = Asked::options();
  options.trace = notes.callback();
  typename Asked::surface api(std::move(options));
  const std::string much(100'000, 'z');
  const auto sent = http::request_options().content(much, "a/b");
  const std::string tls = server.url().starts_with("https") ? "tls_started tls_finished " : "";
  CHECK(api.post(server.url("/echo"), sent).content() == much);
  CHECK(notes.steps() == "pool_wait_started connect_started connect_finished " + tls +
                             "request_headers_sent request_body_sent response_headers_received "
                             "response_body_finished connection_returned");
  using http::trace_step;
  CHECK(notes.last(trace_step::request_body_sent).body_bytes == 100'000);
  CHECK(notes.last(trace_step::response_headers_received).http_version == "HTTP/2");
  CHECK(notes.last(trace_step::response_body_finished).body_bytes == 100'000);
  if (!tls.empty()) {
    CHECK(notes.last(trace_step::tls_finished).alpn == "h2");
    CHECK(notes.last(trace_step::tls_finished).tls_version.starts_with("TLSv1."));
  }
  CHECK(api.get(server.url("/none")).status() == 404);
  CHECK(notes.steps() ==
        "pool_wait_started connection_reused request_headers_sent response_headers_received "
        "response_body_finished connection_returned");
}

LEAT_EACH_WAY("what a trace callback throws ends its request, and costs no slot") {
  const nghttpd server(Asked::wishes());
  using http::trace_step;
  for (const auto step :
       {trace_step::pool_wait_started, trace_step::connect_finished,
        trace_step::request_headers_sent, trace_step::request_body_sent,
        trace_step::response_headers_received, trace_step::response_body_finished}) {
    CAPTURE(std::string(to_string(step)));
    trace_notes notes;
    notes.then = [step](const http::trace_event& told) {
      if (told.step == step) throw std::runtime_error("no more");
    };
    typename Asked::surface api(Asked::options());
    const auto options = http::request_options().content("body", "a/b").trace(notes.callback());
    CHECK_THROWS_WITH_AS(static_cast<void>(api.post(server.url("/echo"), options)), "no more",
                         std::runtime_error);
    CHECK(notes.last(trace_step::failed).failed_after == step);
    CHECK(notes.count(trace_step::connection_closed) +
              notes.count(trace_step::connection_returned) ==
          notes.count(trace_step::connect_finished));
    CHECK(api.client().statistics().active == 0);
    CHECK(api.post(server.url("/echo"), http::request_options().content("x", "a/b")).content() ==
          "x");
  }
}

LEAT_EACH_WAY("an answer may come before the body has been sent") {
  auto wishes = Asked::wishes();
  wishes.more = {"--early-response"};
  const nghttpd server(wishes);
  typename Asked::surface api(Asked::options());
  const auto answer = api.post(server.url("/none"),
                               http::request_options().content(std::string(500'000, 'z'), "a/b"));
  CHECK((answer.status() == 200 || answer.status() == 404));
  CHECK(api.client().statistics().active == 0);
}

TEST_CASE_TEMPLATE("client and nghttpd: many requests share the streams of one connection", Asked,
                   async_by_alpn, async_at_once) {
  auto wishes = Asked::wishes();
  wishes.more = {"--max-concurrent-streams", "8"};
  const nghttpd server(wishes);
  server.write("page.txt", "shared");
  http::async_client client(Asked::options());
  int right = 0;
  std::size_t most = 0;
  io::loop loop;
  run(loop, [&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (int i = 0; i < 200; ++i) {
        group.spawn(
            [](http::async_client& with, std::string url, int& good,
               std::size_t& connections) -> task<void> {
              const auto answer = co_await with.get(std::move(url));
              connections =
                  std::max(connections, with.statistics().active + with.statistics().idle);
              if (answer.content() == "shared") ++good;
            },
            std::ref(client), server.url("/page.txt"), std::ref(right), std::ref(most));
      }
      co_return;
    });
  }());
  CHECK(right == 200);
  CHECK(most == 1);
  CHECK(client.statistics().idle == 1);
}

TEST_CASE("client and nghttpd: a window that shrinks under a body that is on its way is no reset") {
  // What a client sends before it has read anything, and behind it in the same packet what it says
  // to the SETTINGS of the server: so late they come to a real one by chance.
  nghttpd::wishes wishes;
  wishes.more = {"--window-bits", "10", "--connection-window-bits", "16"};
  const nghttpd server(wishes);
  const auto port = static_cast<std::uint16_t>(
      std::stoi(server.url("").substr(std::string("http://127.0.0.1:").size())));
  const std::string sent(100'000, 'z');
  for (const std::size_t first : {1'000U, 30'000U, 36'000U, 40'000U, 65'535U}) {
    CAPTURE(first);
    const proto::fields host{{"Host", "a.test"}};
    proto::http2::client_session client;
    proto::http2::stream_id id = 0;
    REQUIRE_FALSE(client.open({.method = "POST",
                               .scheme = "http",
                               .target = "/echo",
                               .fields = host,
                               .has_body = true,
                               .body_bytes = sent.size()},
                              id));
    REQUIRE_FALSE(client.send_data(id, std::string_view(sent).substr(0, first)));
    byte_buffer out;
    REQUIRE_FALSE(client.write(out));

    const auto stream =
        io::system_blocking_network().connect(io::endpoint::tcp("127.0.0.1", port), soon());
    std::string room(65536, '\0');
    std::string answer;
    bool has_rest = false;
    while (!client.is_complete(id) && !client.error(id)) {
      const std::size_t came = stream->read_some(std::as_writable_bytes(std::span(room)), soon());
      REQUIRE(came != 0);
      REQUIRE_FALSE(client.receive(std::string_view(room).substr(0, came)));
      answer += client.data(id);
      client.consume(id, client.data(id).size());
      REQUIRE_FALSE(client.write(out));
      stream->write_all(out.bytes(), soon());
      out.clear();
      if (std::exchange(has_rest, true)) continue;
      REQUIRE_FALSE(client.send_data(id, std::string_view(sent).substr(first)));
      REQUIRE_FALSE(client.end_body(id));
    }
    CHECK_FALSE(client.error(id));
    CHECK(answer == sent);
  }
}
