// SPDX-License-Identifier: MIT
#include <string>

#include "leat/coro/when_all.hpp"
#include "leat/http/async_client.hpp"
#include "leat/http/auth.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/memory_network.hpp"
#include "leat/testing/scripted_peer.hpp"

#include "support/async_test.hpp"

// Bodies that are read for their connection's sake only: of redirects, and of answers that ask for
// credentials. What comes of them must not hold up what comes next.

using namespace leat;
using http::request_options;
using testing::memory_network;
using testing::scripted_peer;

namespace {

constexpr const char* moved =
    "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 1000000\r\n\r\n";
constexpr const char* ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct scene {
  scene() : peer(net, io::endpoint::tcp("a.test", 80)), client(on(net)) {}

  static http::async_client_options on(memory_network& net) {
    http::async_client_options options;
    options.network = &net;
    return options;
  }

  /// Plays the script beside one request, which has to succeed.
  task<void> get(request_options options) {
    co_await when_all(peer.play(), [](scene& all, request_options more) -> task<void> {
      const auto answer = co_await all.client.get("http://a.test/", std::move(more));
      CHECK(answer.content() == "hello");
      CHECK(all.client.statistics().active == 0);
      all.client.close();
    }(*this, std::move(options)));
  }

  memory_network net;
  scripted_peer peer;
  http::async_client client;
};

}  // namespace

LEAT_ASYNC_TEST("client: a redirect whose body does not come is followed all the same") {
  scene all;
  all.peer.accept().expect_until("\r\n\r\n").answer(moved).expect_close();
  all.peer.accept().expect_until("\r\n\r\n").answer(ok).expect_close();

  co_await all.get(request_options().follow_redirects());

  CHECK(loop.elapsed() == 5s);  // timeouts::read
  CHECK(all.net.connections() == 2);
}

LEAT_ASYNC_TEST("client: a redirect whose body drips is followed within the read timeout") {
  scene all;
  all.peer.accept().expect_until("\r\n\r\n").answer(moved).answer_slowly("xx", 2s).expect_close();
  all.peer.accept().expect_until("\r\n\r\n").answer(ok).expect_close();

  co_await all.get(request_options().follow_redirects());

  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("client: a challenge whose body drips is met within the read timeout") {
  scene all;
  all.peer.accept()
      .expect_until("\r\n\r\n")
      .answer(
          "HTTP/1.1 401 Who\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth\"\r\n"
          "Content-Length: 1000000\r\n\r\n")
      .answer_slowly("xx", 2s)
      .expect_close();
  all.peer.accept().expect_until("username=\"ada\"").expect_until("\r\n\r\n").answer(ok);
  all.peer.expect_close();

  co_await all.get(request_options().authenticate(http::digest_auth("ada", "s3cret")));

  CHECK(loop.elapsed() == 5s);
}

LEAT_ASYNC_TEST("client: a body of a redirect that is there costs neither time nor a connection") {
  scene all;
  all.peer.accept()
      .expect_until("\r\n\r\n")
      .answer("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 40000\r\n\r\n" +
              std::string(40'000, 'x'))
      .expect_until("\r\n\r\n")
      .answer(ok)
      .expect_close();

  co_await all.get(request_options().follow_redirects());

  CHECK(loop.elapsed() == 0s);
  CHECK(all.net.connections() == 1);
}

LEAT_ASYNC_TEST("client: the total timeout ends a redirect whose body drips") {
  scene all;
  all.peer.accept().expect_until("\r\n\r\n").answer(moved).answer_slowly("x", 2s).expect_close();
  auto options = request_options().follow_redirects();
  options.timeouts.total = 3s;

  co_await when_all(all.peer.play(), [](scene& in, request_options more) -> task<void> {
    CHECK_THROWS_AS(static_cast<void>(co_await in.client.get("http://a.test/", std::move(more))),
                    deadline_exceeded);
  }(all, std::move(options)));

  CHECK(loop.elapsed() == 3s);
  CHECK(all.client.statistics().active == 0);
}
