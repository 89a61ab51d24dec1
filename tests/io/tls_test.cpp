// SPDX-License-Identifier: MIT
#include "leat/io/tls.hpp"

#include <algorithm>
#include <string>

#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/stream_contract.hpp"

#include "io/tls/engine.hpp"
#include "support/async_test.hpp"
#include "support/certificates.hpp"

using namespace leat;

namespace {

const test_authority& authority() {
  static const test_authority made;
  return made;
}

io::tls_client_options trusting() {
  io::tls_client_options options;
  options.trusted = authority().certificate();
  return options;
}

io::tls_context server_context(const test_authority::wish& wanted = {},
                               std::vector<std::string> alpn = {}) {
  io::tls_server_options options;
  options.identity = authority().issue(wanted);
  options.alpn = std::move(alpn);
  return io::tls_context::server(options);
}

deadline soon() {
  return deadline_after(1min);
}

struct secure_pair {
  std::unique_ptr<io::async_tls_stream> near;
  std::unique_ptr<io::async_tls_stream> far;
};

/// A client and a server that shake hands. What either throws is thrown.
task<secure_pair> shake_hands(io::tls_client_options client, io::tls_context server,
                              std::string host = "localhost") {
  auto [near, far] = io::make_stream_pair();
  auto [left, right] = co_await when_all(
      io::connect_tls(std::move(near), io::tls_context::client(client), std::move(host), soon()),
      io::accept_tls(std::move(far), std::move(server), soon()));
  co_return secure_pair{std::move(left), std::move(right)};
}

task<std::string> read_text(io::async_stream& from) {
  std::string text(100, '\0');
  text.resize(co_await from.read_some(std::as_writable_bytes(std::span(text)), soon()));
  co_return text;
}

/// What the client says of a server, which may not mind.
task<std::string> refusal_by_client(io::tls_client_options client, io::tls_context server,
                                    std::string host = "localhost") {
  auto [near, far] = io::make_stream_pair();
  std::string why = "none";
  co_await when_all(
      [](std::unique_ptr<io::async_stream> over, io::tls_context context, std::string to,
         std::string& reason) -> task<void> {
        try {
          static_cast<void>(
              co_await io::connect_tls(std::move(over), std::move(context), std::move(to), soon()));
        } catch (const io::tls_error& e) {
          reason = e.what();
        }
      }(std::move(near), io::tls_context::client(client), std::move(host), why),
      [](std::unique_ptr<io::async_stream> over, io::tls_context context) -> task<void> {
        try {
          static_cast<void>(co_await io::accept_tls(std::move(over), std::move(context), soon()));
        } catch (const io_error&) {
          // The client has gone away.
        }
      }(std::move(far), std::move(server)));
  co_return why;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

LEAT_ASYNC_TEST("tls: carries bytes both ways, with version 1.3") {
  const auto pair = co_await shake_hands(trusting(), server_context());
  CHECK(pair.near->tls().version == "TLSv1.3");
  co_await pair.near->write_all(as_bytes("there"), soon());
  co_await pair.far->write_all(as_bytes("back"), soon());
  const auto there = co_await read_text(*pair.far);
  const auto back = co_await read_text(*pair.near);
  CHECK(there == "there");
  CHECK(back == "back");
}

LEAT_ASYNC_TEST("tls: keeps the contract of streams") {
  // Two ends in memory, each inside of TLS.
  co_await testing::check_stream_contract([]() -> task<testing::stream_pair> {
    auto pair = co_await shake_hands(trusting(), server_context());
    co_return testing::stream_pair{std::move(pair.near), std::move(pair.far)};
  });
}

LEAT_ASYNC_TEST("tls: agrees on a protocol that both know") {
  auto options = trusting();
  options.alpn = {"h2", "http/1.1"};
  const auto pair = co_await shake_hands(options, server_context({}, {"http/1.1"}));
  CHECK(pair.near->tls().alpn == "http/1.1");
  const auto without = co_await shake_hands(options, server_context());
  CHECK(without.near->tls().alpn.empty());
}

LEAT_ASYNC_TEST("tls: accepts a numeric host that the certificate names") {
  const auto pair = co_await shake_hands(trusting(), server_context(), "127.0.0.1");
  CHECK_FALSE(pair.near->tls().cipher.empty());
}

LEAT_ASYNC_TEST("tls: refuses the certificate of another host") {
  const auto why = co_await refusal_by_client(trusting(), server_context(), "other.test");
  CHECK(has(why, "certificate is refused"));
  const auto address = co_await refusal_by_client(trusting(), server_context(), "127.0.0.2");
  CHECK(has(address, "certificate is refused"));
}

LEAT_ASYNC_TEST("tls: refuses a certificate that nobody trusted has signed") {
  const auto own = co_await refusal_by_client(trusting(), server_context({.is_self_signed = true}));
  CHECK(has(own, "certificate is refused"));
  const auto unknown = co_await refusal_by_client({}, server_context());
  CHECK(has(unknown, "certificate is refused"));
}

LEAT_ASYNC_TEST("tls: refuses a certificate that has expired or is not valid yet") {
  const auto old =
      co_await refusal_by_client(trusting(), server_context({.days_from = -3, .days_until = -1}));
  CHECK(has(old, "expired"));
  const auto early =
      co_await refusal_by_client(trusting(), server_context({.days_from = 1, .days_until = 2}));
  CHECK(has(early, "not yet valid"));
}

LEAT_ASYNC_TEST("tls: what is not verified has to be spelt out") {
  io::tls_client_options any;
  any.verification = io::tls_verification::none;
  co_await shake_hands(any, server_context({.is_self_signed = true}), "other.test");
  auto chain = trusting();
  chain.verification = io::tls_verification::chain_only;
  co_await shake_hands(chain, server_context(), "other.test");
  const auto why =
      co_await refusal_by_client(chain, server_context({.is_self_signed = true}), "other.test");
  CHECK(has(why, "certificate is refused"));
}

LEAT_ASYNC_TEST("tls: a pinned key is accepted, and no other") {
  io::tls_server_options server;
  server.identity = authority().issue();
  auto options = trusting();
  options.pinned_keys = {pin_of(server.identity.certificate_chain)};
  co_await shake_hands(options, io::tls_context::server(server));
  const auto why = co_await refusal_by_client(options, server_context());
  CHECK(has(why, "pinned"));
}

LEAT_ASYNC_TEST("tls: a client shows its certificate where it is asked for") {
  io::tls_server_options server;
  server.identity = authority().issue();
  server.client_authorities = authority().certificate();
  const auto context = io::tls_context::server(server);
  auto options = trusting();
  options.identity = authority().issue();
  const auto pair = co_await shake_hands(options, context);
  co_await pair.far->write_all(as_bytes("welcome"), soon());
  const auto said = co_await read_text(*pair.near);
  CHECK(said == "welcome");

  bool is_refused = false;
  try {
    co_await shake_hands(trusting(), context);
  } catch (const io_error&) {
    is_refused = true;
  }
  CHECK(is_refused);
}

LEAT_ASYNC_TEST("tls: a peer that speaks something else is a tls_error") {
  auto [near, far] = io::make_stream_pair();
  co_await far->write_all(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), soon());
  std::string why;
  try {
    static_cast<void>(co_await io::connect_tls(std::move(near), io::tls_context::client(trusting()),
                                               "localhost", soon()));
  } catch (const io::tls_error& e) {
    why = e.what();
  }
  CHECK(has(why, "TLS with memory failed: "));
}

LEAT_ASYNC_TEST("tls: a peer that says nothing meets the connect timeout") {
  auto [near, far] = io::make_stream_pair();
  bool is_late = false;
  try {
    static_cast<void>(co_await io::connect_tls(std::move(near), io::tls_context::client(trusting()),
                                               "localhost", deadline_after(3s)));
  } catch (const io::connect_timeout&) {
    is_late = true;
  }
  CHECK(is_late);
  CHECK(loop.elapsed() == 3s);
}

LEAT_ASYNC_TEST("tls: the end that the peer has said is an end, and one that was cut is an error") {
  {
    const auto pair = co_await shake_hands(trusting(), server_context());
    co_await pair.far->write_all(as_bytes("all"), soon());
    co_await pair.far->close(soon());
    const auto all = co_await read_text(*pair.near);
    CHECK(all == "all");
    const auto end = co_await read_text(*pair.near);
    CHECK(end.empty());
  }
  auto pair = co_await shake_hands(trusting(), server_context());
  co_await pair.far->write_all(as_bytes("half"), soon());
  pair.far.reset();
  const auto half = co_await read_text(*pair.near);
  CHECK(half == "half");
  bool was_cut = false;
  try {
    co_await read_text(*pair.near);
  } catch (const io::read_error&) {
    was_cut = true;
  }
  CHECK(was_cut);
}

LEAT_ASYNC_TEST("tls: tickets that come while it is idle are no reason to give it up") {
  const auto pair = co_await shake_hands(trusting(), server_context());
  // Version 1.3 sends its tickets behind the handshake; nobody has read them yet.
  co_await some_turns();
  CHECK(pair.near->is_idle_and_open());
  co_await pair.far->write_all(as_bytes("!"), soon());
  CHECK_FALSE(pair.near->is_idle_and_open());
  const auto said = co_await read_text(*pair.near);
  CHECK(said == "!");
  CHECK(pair.near->is_idle_and_open());
  co_await pair.far->close(soon());
  CHECK_FALSE(pair.near->is_idle_and_open());
}

LEAT_ASYNC_TEST("tls: large writes arrive whole, whichever way they are cut") {
  const auto pair = co_await shake_hands(trusting(), server_context());
  const std::string much(std::size_t{1} << 20, 'x');
  std::string arrived;
  co_await when_all(
      [](io::async_stream& to, const std::string& text) -> task<void> {
        co_await to.write_all(as_bytes(text), soon());
        co_await to.shut_down_write(soon());
      }(*pair.near, much),
      [](io::async_stream& from, std::string& text) -> task<void> {
        for (;;) {
          const auto part = co_await read_text(from);
          if (part.empty()) break;
          text += part;
        }
      }(*pair.far, arrived));
  CHECK(arrived == much);
}

TEST_CASE("tls: can be stopped at every point of a conversation") {
  const auto client = io::tls_context::client(trusting());
  const auto server = server_context();
  const auto report = testing::for_each_cancellation(
      [&]() -> task<void> {
        auto [near, far] = io::make_stream_pair();
        auto [left, right] =
            co_await when_all(io::connect_tls(std::move(near), client, "localhost", soon()),
                              io::accept_tls(std::move(far), server, soon()));
        co_await left->write_all(as_bytes("hello"), soon());
        co_await read_text(*right);
        co_await when_all(left->close(soon()), right->close(soon()));
      },
      [](const outcome<void>&) {});
  CHECK(report.stopped >= 5);
}

TEST_CASE("tls: what cannot be used is refused when the context is made") {
  io::tls_client_options options;
  options.trusted = "no certificate";
  CHECK_THROWS_AS(static_cast<void>(io::tls_context::client(options)), io::tls_error);
  io::tls_server_options server;
  CHECK_THROWS_AS(static_cast<void>(io::tls_context::server(server)), io::tls_error);
  server.identity = authority().issue();
  server.identity.key = authority().issue().key;
  CHECK_THROWS_WITH_AS(static_cast<void>(io::tls_context::server(server)),
                       doctest::Contains("does not belong to the certificate"), io::tls_error);
  server.identity.key = "no key";
  CHECK_THROWS_AS(static_cast<void>(io::tls_context::server(server)), io::tls_error);
  options = {};
  options.alpn = {""};
  CHECK_THROWS_AS(static_cast<void>(io::tls_context::client(options)), io::tls_error);
}

TEST_CASE("tls: an engine works whichever way its input is cut") {
  for (const std::size_t cut : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    CAPTURE(cut);
    io::tls_engine client(io::tls_context::client(trusting()), "localhost");
    io::tls_engine server(server_context(), {});
    const auto carry = [cut](io::tls_engine& from, io::tls_engine& to) {
      byte_buffer moved;
      from.take_output(moved);
      for (auto rest = moved.bytes(); !rest.empty();) {
        const auto piece = rest.first(std::min(cut, rest.size()));
        to.feed(piece);
        rest = rest.subspan(piece.size());
        static_cast<void>(to.shake_hands());
      }
    };
    using step = io::tls_engine::step;
    step reached = client.shake_hands();
    for (int rounds = 0; reached == step::needs_input && rounds < 10; ++rounds) {
      carry(client, server);
      carry(server, client);
      reached = client.shake_hands();
    }
    REQUIRE(reached == step::done);
    carry(client, server);
    std::size_t size = 0;
    REQUIRE(client.write(as_bytes("text"), size) == step::done);
    byte_buffer moved;
    client.take_output(moved);
    server.feed(moved.bytes());
    std::array<std::byte, 10> text{};
    REQUIRE(server.read(text, size) == step::done);
    CHECK(as_text(std::span(text).first(size)) == "text");
    server.end_of_input();
    CHECK(server.read(text, size) == step::truncated);
  }
}
