// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/client.hpp"
#include "leat/io/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/pool/error.hpp"
#include "leat/proto/coding/coding.hpp"
#include "leat/proto/fields/ascii.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/failures.hpp"
#include "leat/testing/simulated_network.hpp"

#include "support/async_test.hpp"
#include "support/blocking_site.hpp"
#include "support/http1_script.hpp"
#include "support/http2_peer.hpp"
#include "support/http2_site.hpp"

// What a client does in several rounds (redirects, authentication, cookies), with bodies that are
// streamed, and with connections that the server closes: on both surfaces, and with every operation
// of the network failing, or cancelled at every point.

using namespace leat;

namespace {

using answer = http1_script::answer;

const io::endpoint server_test = io::endpoint::tcp("server.test", 80);
const std::string packed_content(100'000, 'z');

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

answer serve(const http1_script::request& asked) {
  if (asked.target == "/moved") return answer("", "Location: /here\r\n", "302 Found");
  if (asked.target == "/moved-put") {
    return answer("moved", "Location: /echo\r\n", "307 Temporary Redirect");
  }
  if (asked.target == "/here") return answer("here");
  if (asked.target == "/echo") return answer(asked.body);
  if (asked.target == "/secret") {
    if (asked.get("authorization").starts_with("Digest username=\"user\"")) return answer("secret");
    return answer("who?", "WWW-Authenticate: Digest realm=\"r\", qop=\"auth\", nonce=\"n\"\r\n",
                  "401 Unauthorized");
  }
  if (asked.target == "/login") return answer("", "Set-Cookie: session=s1\r\n");
  if (asked.target == "/whoami") return answer(asked.get("cookie"));
  if (asked.target == "/packed") {
    static const std::string coded = proto::encode(proto::content_coding::gzip, packed_content);
    return answer(coded, "Content-Encoding: gzip\r\n");
  }
  if (asked.target == "/last") return answer("last", "", "200 OK", true);
  return answer("unknown", "", "404 Not Found");
}

/// Serves that on a network of tasks until it is stopped.
task<void> serve_connection(std::unique_ptr<io::async_stream> stream) {
  http1_script script(serve);
  std::string room(20'000, '\0');
  try {
    while (!script.is_over()) {
      const auto size =
          co_await stream->read_some(std::as_writable_bytes(std::span(room)), deadline_after(1h));
      if (size == 0) break;
      script.receive(std::string_view(room).substr(0, size));
      const std::string said = script.take_output();
      if (!said.empty()) co_await stream->write_all(as_bytes(said), deadline_after(1h));
    }
  } catch (const io_error&) {
  } catch (const timeout_error&) {
  }
  co_await stream->close(deadline_after(1s));
}

task<void> serve_all(std::unique_ptr<io::listener> on) {
  co_await with_task_group([&on](task_group& group) -> task<void> {
    for (;;) {
      try {
        auto stream = co_await on->accept();
        group.spawn(&serve_connection, std::move(stream));
      } catch (const io::accept_error&) {
      }
    }
  });
}

/// Says over HTTP/2 what `serve` says.
void answer_over_http2(http2_peer& peer, std::int32_t id) {
  const auto& asked = peer.requests[id];
  http1_script::request plain{
      .method = asked.get(":method"), .target = asked.get(":path"), .head = {}, .body = asked.body};
  for (const auto& [name, value] : asked.fields) plain.head += "\r\n" + name + ": " + value;
  plain.head += "\r\n";
  const answer said = serve(plain);

  std::vector<http2_peer::field> fields{{":status", said.line.substr(0, 3)}};
  for (std::size_t at = 0; at < said.fields.size();) {
    const std::size_t end = said.fields.find("\r\n", at);
    const std::size_t colon = said.fields.find(": ", at);
    std::string name = said.fields.substr(at, colon - at);
    std::ranges::transform(name, name.begin(), proto::ascii_lower);
    fields.emplace_back(std::move(name), said.fields.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
  peer.respond(id, std::move(fields), said.content);
  if (said.closes) peer.go_away(id);
}

/// A body in pieces that can be sent again.
template <class Io>
class pieces final : public http::basic_body_source<Io> {
 public:
  typename Io::template result<std::optional<std::string>> next() override {
    return Io::expose(give());
  }
  bool rewind() override {
    given_ = 0;
    return true;
  }
  static std::string whole() { return std::string(std::size_t{30'000} * 3, 'p'); }

 private:
  typename Io::template task<std::optional<std::string>> give() {
    if (given_ == 3) co_return std::nullopt;
    ++given_;
    co_return std::string(30'000, 'p');
  }
  int given_ = 0;
};

template <class Io>
struct surface_of {
  using client = http::async_client;
  using options = http::async_client_options;
};
template <>
struct surface_of<io::blocking> {
  using client = http::client;
  using options = http::client_options;
};

template <class Io>
using content_task = typename Io::template task<std::string>;

template <class Io>
content_task<Io> redirected(typename surface_of<Io>::client& client) {
  const auto found = co_await Io::await(
      client.request("GET", "/moved", http::request_options().follow_redirects()));
  co_return found.content();
}

template <class Io>
content_task<Io> redirected_upload(typename surface_of<Io>::client& client) {
  http::basic_request_options<Io> options;
  options.stream(std::make_shared<pieces<Io>>());
  options.follow_redirects();
  const auto found = co_await Io::await(client.request("PUT", "/moved-put", std::move(options)));
  co_return found.content();
}

template <class Io>
content_task<Io> authenticated(typename surface_of<Io>::client& client) {
  const auto found = co_await Io::await(
      client.request("GET", "/secret",
                     http::request_options().authenticate(http::digest_auth("user", "password"))));
  co_return found.content();
}

template <class Io>
content_task<Io> with_cookie(typename surface_of<Io>::client& client) {
  static_cast<void>(co_await Io::await(client.request("GET", "/login")));
  const auto found = co_await Io::await(client.request("GET", "/whoami"));
  co_return found.content();
}

template <class Io>
content_task<Io> uploaded(typename surface_of<Io>::client& client) {
  http::basic_request_options<Io> options;
  options.stream(std::make_shared<pieces<Io>>());
  const auto found = co_await Io::await(client.request("PUT", "/echo", std::move(options)));
  co_return found.content();
}

template <class Io>
content_task<Io> unpacked(typename surface_of<Io>::client& client) {
  auto coming = co_await Io::await(client.stream("GET", "/packed"));
  std::string content;
  for (;;) {
    const std::string_view piece = co_await Io::await(coming.read_some());
    if (piece.empty()) co_return content;
    content += piece;
  }
}

/// The server closes behind the first answer, which the second request may not have seen yet.
template <class Io>
content_task<Io> behind_the_last(typename surface_of<Io>::client& client) {
  static_cast<void>(co_await Io::await(client.request("GET", "/last")));
  const auto found = co_await Io::await(client.request("GET", "/here"));
  co_return found.content();
}

template <class Io>
struct operation {
  const char* name;
  content_task<Io> (*run)(typename surface_of<Io>::client&);
  std::string expected;
};

template <class Io>
std::vector<operation<Io>> operations() {
  return {{"a redirect", redirected<Io>, "here"},
          {"a redirected upload", redirected_upload<Io>, pieces<Io>::whole()},
          {"authentication", authenticated<Io>, "secret"},
          {"a cookie", with_cookie<Io>, "session=s1"},
          {"a streamed upload", uploaded<Io>, pieces<Io>::whole()},
          {"a coded answer", unpacked<Io>, packed_content},
          {"a lost connection", behind_the_last<Io>, "here"}};
}

/// Whether it succeeds. Otherwise with an error of the network, never with a wrong answer.
template <class Io>
typename Io::template task<bool> succeeds(const operation<Io>& which,
                                          typename surface_of<Io>::client& client) {
  try {
    const std::string content = co_await which.run(client);
    require(content == which.expected, which.name);
    co_return true;
  } catch (const io_error&) {
  } catch (const timeout_error&) {
  } catch (const http::remote_protocol_error&) {
  }
  co_return false;
}

template <class Io>
typename Io::template task<void> all_operations(typename surface_of<Io>::client& client,
                                                bool may_fail) {
  int failed = 0;
  for (const auto& each : operations<Io>()) {
    if (!co_await succeeds<Io>(each, client)) ++failed;
    const auto now = client.statistics();
    require(now.active == 0 && now.waiting == 0, "a slot was lost");
    require(now.idle <= 1, "a connection more than was needed is kept");
  }
  require(failed <= (may_fail ? 1 : 0), "one failure costs more than one operation");
  client.close();
  require(client.statistics().idle == 0, "a closed client keeps a connection");
}

template <class Io>
typename surface_of<Io>::options on(typename Io::network& net) {
  typename surface_of<Io>::options options;
  options.network = &net;
  options.base_url = "http://server.test";
  options.limits.max_connections = 2;
  return options;
}

task<void> with_server(io::network& net, std::function<task<void>(http::async_client&)> body) {
  http::async_client client(on<io::async>(net));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn(&serve_all, net.listen(server_test));
    co_await body(client);
    client.close();
    group.cancel();
  });
}

task<void> with_http2_server(io::network& net,
                             std::function<task<void>(http::async_client&)> body) {
  auto options = on<io::async>(net);
  options.http2_prior_knowledge = true;
  http::async_client client(std::move(options));
  http2_site site(net, server_test);
  site.on_connection = [](http2_site::connection& made) {
    made.peer.on_request = [&made](std::int32_t id) { answer_over_http2(made.peer, id); };
  };
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
    co_await body(client);
    client.close();
    group.cancel();
  });
  for (const auto& each : site.connections) {
    require(each->keeps_rules, "the client breaks the rules of HTTP/2");
  }
}

/// More tasks than there are connections.
task<void> queued(http::async_client& client) {
  std::vector<int> right(5);
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (auto& each : right) {
      group.spawn(
          [](http::async_client& with, int& good) -> task<void> {
            operation<io::async> plain{"a queued request", redirected<io::async>, "here"};
            good = co_await succeeds<io::async>(plain, with) ? 1 : 0;
          },
          std::ref(client), std::ref(each));
    }
    co_return;
  });
  int failed = 0;
  for (const int each : right) failed += 1 - each;
  require(failed <= 1, "one failure costs more than one request in line");
  const auto now = client.statistics();
  require(now.active == 0 && now.waiting == 0 && now.idle <= 2, "a slot was lost");
}

}  // namespace

TEST_CASE("client: what takes several rounds can be cancelled anywhere") {
  std::unique_ptr<testing::simulated_network> net;
  const auto report = testing::for_each_cancellation([&net]() -> task<void> {
    net = std::make_unique<testing::simulated_network>(
        1,
        testing::link_profile{.latency = 1ms, .bytes_per_second = 10'000'000, .short_read = 0.2});
    return with_server(
        *net, [](http::async_client& client) { return all_operations<io::async>(client, false); });
  });
  CHECK(report.suspensions > 100);
  CHECK(report.stopped > 100);
}

TEST_CASE("client: requests in line for redirects can be cancelled anywhere") {
  std::unique_ptr<testing::simulated_network> net;
  const auto report = testing::for_each_cancellation([&net]() -> task<void> {
    net = std::make_unique<testing::simulated_network>(1, testing::link_profile{.latency = 1ms});
    return with_server(*net, [](http::async_client& client) { return queued(client); });
  });
  CHECK(report.stopped > 20);
}

TEST_CASE("client: whichever operation fails, it costs one of what takes several rounds") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    return with_server(
        net, [](http::async_client& client) { return all_operations<io::async>(client, true); });
  });
  MESSAGE(report.operations << " operations, " << report.survived << " runs survived");
  CHECK(report.failed <= 1);  // that to listen
  CHECK(report.survived > 60);
}

TEST_CASE("client: whichever operation fails, the others in line get their answers") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    return with_server(net, [](http::async_client& client) { return queued(client); });
  });
  CHECK(report.failed <= 1);
  CHECK(report.survived > 30);
}

TEST_CASE("client and HTTP/2: what takes several rounds can be cancelled anywhere") {
  std::unique_ptr<testing::simulated_network> net;
  const auto report = testing::for_each_cancellation([&net]() -> task<void> {
    net = std::make_unique<testing::simulated_network>(
        1,
        testing::link_profile{.latency = 1ms, .bytes_per_second = 10'000'000, .short_read = 0.2});
    return with_http2_server(
        *net, [](http::async_client& client) { return all_operations<io::async>(client, false); });
  });
  CHECK(report.suspensions > 50);  // one connection for all, and fewer reads
  CHECK(report.stopped > 100);
}

TEST_CASE("client and HTTP/2: requests side by side for redirects can be cancelled anywhere") {
  std::unique_ptr<testing::simulated_network> net;
  const auto report = testing::for_each_cancellation([&net]() -> task<void> {
    net = std::make_unique<testing::simulated_network>(1, testing::link_profile{.latency = 1ms});
    return with_http2_server(*net, [](http::async_client& client) { return queued(client); });
  });
  CHECK(report.stopped > 20);
}

TEST_CASE("client and HTTP/2: whichever operation fails, it costs one of several rounds") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    return with_http2_server(
        net, [](http::async_client& client) { return all_operations<io::async>(client, true); });
  });
  MESSAGE(report.operations << " operations, " << report.survived << " runs survived");
  CHECK(report.failed <= 1);  // that to listen
  CHECK(report.survived > 60);
}

TEST_CASE("client: whichever operation fails, the blocking client loses no more than the other") {
  const auto report = for_each_blocking_failure<http1_script>(
      [] { return std::make_unique<http1_script>(serve); },
      [](io::blocking_network& net, blocking_failure& plan) {
        http::client client(on<io::blocking>(net));
        run_blocking(all_operations<io::blocking>(client, plan.fails_at != 0));
      });
  MESSAGE(report.operations << " operations, " << report.runs << " runs");
  CHECK(report.operations > 20);
  CHECK(report.runs > 60);
}

namespace {

/// A scripted HTTP/2 peer for one thread.
class http2_script {
 public:
  http2_script() {
    peer.on_request = [this](std::int32_t id) {
      const auto& asked = peer.requests[id];
      if (asked.get(":path") == "/endless") {
        peer.begin(id);
        peer.add(id, "some");
      } else {
        peer.respond(id, asked.get(":path") + asked.body);
      }
    };
  }
  void receive(std::string_view bytes) {
    require(peer.receive(bytes), "the client breaks the rules of HTTP/2");
    out_ += peer.take_output();
  }
  std::string take_output() {
    out_ += peer.take_output();
    return std::exchange(out_, {});
  }
  [[nodiscard]] bool has_output() { return !(out_ += peer.take_output()).empty(); }
  [[nodiscard]] static bool is_over() { return false; }

  http2_peer peer;

 private:
  std::string out_;
};

http::client_options with_http2(io::blocking_network& net) {
  auto options = on<io::blocking>(net);
  options.http2_prior_knowledge = true;
  return options;
}

}  // namespace

TEST_CASE("client and HTTP/2: whichever operation fails, the blocking client loses one request") {
  const auto report = for_each_blocking_failure<http2_script>(
      [] { return std::make_unique<http2_script>(); },
      [](io::blocking_network& net, blocking_failure& plan) {
        http::client client(with_http2(net));
        int failed = 0;
        const auto ask = [&](const char* method, std::size_t size) {
          try {
            const auto found = client.request(
                method, "/x", http::request_options().content(std::string(size, 'b'), "a/b"));
            require(found.content() == "/x" + std::string(size, 'b'), "an answer is not ours");
          } catch (const io_error&) {
            ++failed;
          } catch (const timeout_error&) {
            ++failed;
          } catch (const http::remote_protocol_error&) {
            ++failed;
          }
          require(client.statistics().active == 0, "a slot was lost");
        };
        ask("GET", 0);
        ask("PUT", 200'000);
        ask("POST", 10);
        ask("GET", 0);
        require(failed <= (plan.fails_at == 0 ? 0 : 1), "one failure costs more than one request");
        client.close();
        require(client.statistics().idle == 0, "a closed client keeps a connection");
      });
  CHECK(report.operations > 10);
  CHECK(report.runs > 30);
}

TEST_CASE("client and HTTP/2: the blocking client says at once that it gives an answer up") {
  blocking_failure none;
  http2_script* script = nullptr;
  blocking_site<http2_script> net(
      [&script] {
        auto made = std::make_unique<http2_script>();
        script = made.get();
        return made;
      },
      none);
  {
    http::client client(with_http2(net));
    auto coming = client.stream("GET", "/endless");
    CHECK(coming.read_some() == "some");
    coming.close();
    REQUIRE(script != nullptr);
    CHECK(script->peer.requests[1].reset_code == 8);
    CHECK(client.statistics().idle == 1);
    CHECK(client.get("/again").content() == "/again");
    CHECK(net.connections == 1);
  }
}
