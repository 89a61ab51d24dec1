// SPDX-License-Identifier: MIT
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "leat/coro/move_on_after.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/async_client.hpp"
#include "leat/io/error.hpp"
#include "leat/pool/error.hpp"
#include "leat/proto/http2/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/failures.hpp"
#include "leat/testing/memory_network.hpp"

#include "support/async_test.hpp"
#include "support/certificates.hpp"
#include "support/http2_site.hpp"
#include "support/still_world.hpp"

// The client against scripted HTTP/2 peers, which do what real servers do on their bad days.

using namespace leat;
using connection = http2_site::connection;
using proto_errc = proto::http2::errc;

namespace {

const io::endpoint h2_test = io::endpoint::tcp("h2.test", 80);

// Codes of errors and settings (RFC 9113, sections 7 and 6.5.2).
constexpr std::uint32_t protocol_error_code = 1;
constexpr std::uint32_t refused_stream_code = 7;
constexpr std::uint32_t cancel_code = 8;
constexpr std::uint16_t initial_window = 4;
constexpr std::uint16_t max_frame_size = 5;

std::string frame(char type, char flags, char stream, std::string_view payload) {
  std::string text{'\0',
                   static_cast<char>(payload.size() >> 8),
                   static_cast<char>(payload.size()),
                   type,
                   flags,
                   '\0',
                   '\0',
                   '\0',
                   stream};
  return text.append(payload);
}
const std::string ping_frame = frame(6, 0, 0, "12345678");
const std::string empty_settings = frame(4, 0, 0, "");

struct scene {
  explicit scene(const http2_peer::settings& wanted = {}, http::async_client_options options = {})
      : site(net, h2_test, wanted), client(with_network(std::move(options), net)) {}

  static http::async_client_options with_network(http::async_client_options options,
                                                 io::network& net) {
    options.network = &net;
    options.http2_prior_knowledge = true;
    if (options.base_url.empty()) options.base_url = "http://h2.test";
    return options;
  }

  /// Plays `body` beside the site, and sees that it has left nothing with the client.
  task<void> play(std::function<task<void>()> body) {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
      co_await body();
      const auto left = client.statistics();
      CHECK(left.active == 0);
      CHECK(left.waiting == 0);
      client.close();
      co_await some_turns();
      group.cancel();
    });
    for (const auto& each : site.connections) CHECK(each->keeps_rules);
  }

  connection& first() { return *site.connections.at(0); }

  testing::memory_network net;
  http2_site site;
  http::async_client client;
};

/// What became of a request.
struct result {
  int status = 0;
  std::string body;
  std::exception_ptr failure;

  [[nodiscard]] bool is_quietly(std::string_view expected) const {
    return failure == nullptr && status == 200 && body == expected;
  }
  [[nodiscard]] bool is(std::string_view expected) const {
    if (failure == nullptr) return is_quietly(expected);
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      MESSAGE("it failed: " << std::string(e.what()));
    }
    return false;
  }
  template <class Error>
  [[nodiscard]] bool failed_with(std::error_code cause = {}) const {
    if (failure == nullptr) return false;
    try {
      std::rethrow_exception(failure);
    } catch (const Error& e) {
      if (!cause || e.cause() == cause) return true;
      MESSAGE("it failed for another reason: " << std::string(e.what()));
    } catch (const std::exception& e) {
      MESSAGE("it failed with another error: " << std::string(e.what()));
    }
    return false;
  }
};

task<void> ask(http::async_client& client, result& into, std::string path,
               std::string method = "GET", http::async_request_options options = {}) {
  try {
    const auto answer =
        co_await client.request(std::move(method), std::move(path), std::move(options));
    into.status = answer.status();
    into.body = answer.content();
  } catch (const leat::error&) {
    into.failure = std::current_exception();
  }
}

task<result> get(http::async_client& client, std::string path) {
  result made;
  co_await ask(client, made, std::move(path));
  co_return made;
}

http::async_request_options body_of(std::size_t size) {
  return http::request_options().content(std::string(size, 'b'), "text/plain");
}

stream<std::string> pieces(std::size_t count, std::size_t size) {
  for (std::size_t i = 0; i < count; ++i) co_yield std::string(size, 'p');
}

/// Takes requests down and answers none.
void answer_nothing(connection& made) {
  made.peer.on_request = [](std::int32_t) {};
}

}  // namespace

LEAT_ASYNC_TEST("http2: a limit of streams that is lowered holds for new requests only") {
  scene all({.max_streams = 10});
  all.site.on_connection = answer_nothing;
  std::vector<result> results(9);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      const auto spawn = [&](int i) {
        group.spawn(&ask, std::ref(all.client), std::ref(results[static_cast<std::size_t>(i)]),
                    "/" + std::to_string(i), "GET", http::async_request_options());
      };
      for (int i = 0; i < 5; ++i) spawn(i);
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.open_streams() == 5);
      talk.peer.set_max_streams(2);
      co_await talk.say();
      co_await some_turns();
      for (int i = 5; i < 9; ++i) spawn(i);
      co_await some_turns();
      CHECK(talk.open_streams() == 5);
      for (int i = 0; i < 9; ++i) {
        const std::string path = "/" + std::to_string(i);
        REQUIRE(talk.id_of(path) != 0);
        talk.peer.respond(talk.id_of(path), path);
        co_await talk.say();
        co_await some_turns();
        CHECK(talk.open_streams() ==
              (i < 3 ? std::size_t(4 - i) : std::size_t(std::min(2, 8 - i))));
      }
    });
  });
  for (int i = 0; i < 9; ++i) {
    CHECK(results[static_cast<std::size_t>(i)].is("/" + std::to_string(i)));
  }
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: a peer that takes no streams is a pool_timeout, until it takes some") {
  scene all;
  co_await all.play([&]() -> task<void> {
    const auto before = co_await get(all.client, "/before");
    CHECK(before.is("/before"));
    auto& talk = all.first();
    talk.peer.set_max_streams(0);
    co_await talk.say();
    const auto none = co_await get(all.client, "/none");
    CHECK(none.failed_with<pool::pool_timeout>());
    CHECK(loop.elapsed() == 5s);
    CHECK(all.client.statistics().idle == 1);
    talk.peer.set_max_streams(1);
    co_await talk.say();
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
  });
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: windows that become negative hold a body up, and let it go on") {
  scene all({.takes_credit = false, .connection_window = 1 << 20});
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(sent), "/up", "PUT", body_of(200'000));
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.peer.requests[1].body.size() == 65'535);
      talk.peer.set(initial_window, 1'000);  // the stream has -64,535 left
      co_await talk.say();
      co_await some_turns();
      talk.peer.set(initial_window, 65'535);  // none
      co_await talk.say();
      co_await some_turns();
      CHECK(talk.peer.requests[1].body.size() == 65'535);
      talk.peer.set(initial_window, 65'536);
      co_await talk.say();
      co_await some_turns();
      CHECK(talk.peer.requests[1].body.size() == 65'536);
      talk.peer.set(initial_window, 300'000);
      co_await talk.say();
    });
  });
  CHECK(sent.is("/up"));
  CHECK(all.first().peer.requests[1].body == std::string(200'000, 'b'));
}

LEAT_ASYNC_TEST("http2: the size of frames may be raised and lowered under way") {
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  std::vector<result> sent(3);
  co_await all.play([&]() -> task<void> {
    const std::uint32_t sizes[] = {1 << 20, 16'384, 20'000};
    for (std::size_t i = 0; i < 3; ++i) {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(&ask, std::ref(all.client), std::ref(sent[i]), "/up", "PUT", body_of(300'000));
        while (all.site.connections.empty()) co_await yield_now();
        all.first().peer.set(max_frame_size, sizes[i]);
        co_await all.first().say();
      });
    }
  });
  for (const auto& each : sent) CHECK(each.is("/up"));
}

LEAT_ASYNC_TEST(
    "http2: a setting that is not allowed costs the connection, and the peer hears why") {
  scene all;
  all.site.on_connection = answer_nothing;
  result asked;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(asked), "/", "GET",
                  http::async_request_options());
      co_await some_turns();
      co_await all.first().say(frame(4, 0, 0, std::string("\0\5\0\0\0\x64", 6)));
    });
    co_await some_turns();
    CHECK(all.first().peer.goaway_code == protocol_error_code);
    CHECK(all.client.statistics().idle == 0);
  });
  CHECK(asked.failed_with<http::remote_protocol_error>(proto_errc::connection_error));
}

LEAT_ASYNC_TEST("http2: of a GOAWAY the streams below go on, and those above go elsewhere") {
  scene all;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&made, is_first = all.site.connections.size() == 1](std::int32_t id) {
      if (!is_first) made.peer.respond(id, "second " + made.peer.requests[id].body);
    };
  };
  std::vector<result> results(4);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (auto& each : results) {
        group.spawn(&ask, std::ref(all.client), std::ref(each), "/", "POST", body_of(3));
      }
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.open_streams() == 4);
      talk.peer.go_away(3);
      co_await talk.say();
      co_await some_turns();
      REQUIRE(all.site.connections.size() == 2);
      CHECK(all.site.connections[1]->peer.requests.size() == 2);
      talk.peer.respond(1, "first");
      talk.peer.respond(3, "first");
      co_await talk.say();
    });
    CHECK(all.client.statistics().idle == 1);  // the second
  });
  CHECK(results[0].is("first"));
  CHECK(results[1].is("first"));
  CHECK(results[2].is("second bbb"));
  CHECK(results[3].is("second bbb"));
}

LEAT_ASYNC_TEST("http2: a line of requests outlasts connections that take a few each") {
  // As nginx does with keepalive_requests.
  constexpr std::size_t most = 4;
  scene all({.max_streams = 2});
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      made.peer.respond(id, made.peer.requests[id].get(":path"));
      if (made.peer.requests.size() == most) made.peer.go_away(id);
    };
  };
  std::vector<result> results(30);
  co_await all.play([&]() -> task<void> {
    const auto before = co_await get(all.client, "/before");
    CHECK(before.is("/before"));
    co_await with_task_group([&](task_group& group) -> task<void> {
      for (std::size_t i = 0; i < results.size(); ++i) {
        group.spawn(&ask, std::ref(all.client), std::ref(results[i]), "/" + std::to_string(i),
                    "GET", http::async_request_options());
      }
      co_return;
    });
  });
  for (std::size_t i = 0; i < results.size(); ++i) {
    CAPTURE(i);
    CHECK(results[i].is("/" + std::to_string(i)));
  }
  CHECK(all.site.connections.size() >= results.size() / most);
}

LEAT_ASYNC_TEST("http2: a server that always goes away is asked twice") {
  scene all;
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t) { made.peer.go_away(0); };
  };
  co_await all.play([&]() -> task<void> {
    const auto asked = co_await get(all.client, "/");
    CHECK(asked.failed_with<http::no_response>(proto_errc::refused_stream));
    CHECK(all.client.statistics().idle == 0);
  });
  CHECK(all.site.connections.size() == 2);
}

LEAT_ASYNC_TEST("http2: a stream that was refused is tried once more") {
  scene all;
  int refusals = 1;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&](std::int32_t id) {
      if (refusals-- > 0) {
        made.peer.reset(id, refused_stream_code);
      } else {
        made.peer.respond(id, made.peer.requests[id].body);
      }
    };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await ask(all.client, sent, "/", "POST", body_of(5));
    refusals = 2;
    const auto refused = co_await get(all.client, "/");
    CHECK(refused.failed_with<http::no_response>(proto_errc::refused_stream));
    CHECK(all.client.statistics().idle == 1);
  });
  CHECK(sent.is("bbbbb"));
  CHECK(all.site.connections.size() == 1);
}

namespace {

/// Fifty tasks at once, each of which asks once.
task<void> crowd(http::async_client& client, std::vector<result>& results) {
  results.resize(50);
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t i = 0; i < results.size(); ++i) {
      group.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i), "POST",
                  body_of(10));
    }
    co_return;
  });
}

void check_crowd(const std::vector<result>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    CAPTURE(i);
    CHECK(results[i].is("/" + std::to_string(i)));
  }
}

/// Refuses what comes above `most` at once, whatever it has said.
void refuse_above(connection& made, const std::uint32_t& most) {
  made.peer.on_head = [&made, &most](std::int32_t id) {
    if (made.open_streams() > most) made.peer.reset(id, refused_stream_code);
  };
  made.peer.on_request = [&made](std::int32_t id) {
    if (made.peer.requests[id].get(":path") == "/held") return;
    made.peer.respond(id, made.peer.requests[id].get(":path"));
  };
}

}  // namespace

LEAT_ASYNC_TEST("http2: a crowd on a new connection is answered, however few streams it allows") {
  for (const std::uint32_t most : {1U, 2U}) {
    CAPTURE(most);
    scene all({.max_streams = most});
    std::vector<result> results;
    co_await all.play([&]() -> task<void> { co_await crowd(all.client, results); });
    check_crowd(results);
    CHECK(all.site.connections.size() == 1);
    CHECK(all.first().peer.most_open <= most);
    CHECK(all.first().peer.requests.size() == results.size());  // none was refused
  }
}

LEAT_ASYNC_TEST(
    "http2: a server that takes fewer streams than it says refuses, and all are answered") {
  for (const std::uint32_t most : {1U, 2U}) {
    CAPTURE(most);
    scene all;
    all.site.on_connection = [&](connection& made) { refuse_above(made, most); };
    std::vector<result> results;
    co_await all.play([&]() -> task<void> { co_await crowd(all.client, results); });
    check_crowd(results);
    CHECK(all.site.connections.size() == 1);
    CHECK(all.first().peer.requests.size() < 3 * results.size());
  }
}

LEAT_ASYNC_TEST(
    "http2: a server that lowers what it takes under way refuses, and all are answered") {
  std::uint32_t most = 100;
  scene all;
  all.site.on_connection = [&](connection& made) { refuse_above(made, most); };
  std::vector<result> results;
  result held;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(held), "/held", "GET",
                  http::async_request_options());
      co_await some_turns();
      auto& talk = all.first();
      most = 2;
      talk.peer.set_max_streams(2);  // is on its way while they are sent
      co_await crowd(all.client, results);
      talk.peer.respond(talk.id_of("/held"), "/held");
      co_await talk.say();
    });
  });
  check_crowd(results);
  CHECK(held.is("/held"));
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST(
    "http2: who was crowded out waits no longer than for a stream, and may be stopped") {
  const std::uint32_t most = 1;
  scene all;
  all.site.on_connection = [&](connection& made) { refuse_above(made, most); };
  result held;
  result late;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      http::async_request_options patient;
      patient.timeouts.read = 20s;
      group.spawn(&ask, std::ref(all.client), std::ref(held), "/held", "GET", patient);
      co_await some_turns();
      result gone;
      const bool is_over =
          co_await move_on_after(1s, ask(all.client, gone, "/gone", "POST", body_of(10)));
      CHECK_FALSE(is_over);
      co_await ask(all.client, late, "/late", "POST", body_of(10));
      CHECK(loop.elapsed() == 6s);
      auto& talk = all.first();
      talk.peer.respond(talk.id_of("/held"), "/held");
      co_await talk.say();
    });
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
  });
  CHECK(held.is("/held"));
  CHECK(late.failed_with<pool::pool_timeout>());
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: a peer that answers neither requests nor PING gets nothing new") {
  scene all;
  co_await all.play([&]() -> task<void> {
    const auto before = co_await get(all.client, "/before");
    CHECK(before.is("/before"));
    all.first().may_read.reset();
    const auto lost = co_await get(all.client, "/lost");
    CHECK(lost.failed_with<io::read_timeout>());
    CHECK(loop.elapsed() == 5s);
    CHECK(all.client.statistics().idle == 0);
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
    CHECK(loop.elapsed() == 5s);
  });
  CHECK(all.site.connections.size() == 2);
}

LEAT_ASYNC_TEST("http2: while it is asked for a sign of life others go elsewhere") {
  scene all;
  all.site.on_connection = answer_nothing;
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      http::async_request_options patient;
      patient.timeouts.read = 20s;
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/patient", "GET", patient);
      group.spawn(&ask, std::ref(all.client), std::ref(results[1]), "/hasty", "GET",
                  http::async_request_options());
      co_await sleep_for(1s);
      auto& talk = all.first();
      talk.may_read.reset();
      co_await sleep_for(5s);
      CHECK(results[1].failed_with<io::read_timeout>());
      all.site.on_connection = [](connection& made) {
        made.peer.on_request = [&made](std::int32_t id) { made.peer.respond(id, "new"); };
      };
      const auto elsewhere = co_await get(all.client, "/elsewhere");
      CHECK(elsewhere.is("new"));
      // It lives after all.
      talk.may_read.set();
      co_await some_turns();
      CHECK(talk.peer.requests[3].reset_code == cancel_code);
      talk.peer.respond(1, "late");
      co_await talk.say();
    });
    CHECK(results[0].is("late"));
    CHECK(all.client.statistics().idle == 2);
  });
}

LEAT_ASYNC_TEST("http2: a stop resets its stream at once, and the connection goes on") {
  scene all;
  all.site.on_connection = answer_nothing;
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/stays", "GET",
                  http::async_request_options());
      co_await some_turns();
      const bool is_over = co_await move_on_after(1s, ask(all.client, results[1], "/gone"));
      CHECK_FALSE(is_over);
      co_await some_turns();
      auto& talk = all.first();
      CHECK(talk.peer.requests[3].reset_code == cancel_code);
      CHECK(talk.open_streams() == 1);
      talk.peer.respond(1, "stayed");
      co_await talk.say();
    });
    // The last one, too: nobody waits on the connection afterwards.
    const bool is_over = co_await move_on_after(1s, ask(all.client, results[1], "/alone"));
    CHECK_FALSE(is_over);
    co_await some_turns();
    CHECK(all.first().peer.requests[5].reset_code == cancel_code);
    CHECK(all.client.statistics().idle == 1);
  });
  CHECK(results[0].is("stayed"));
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: over TLS, too, the peer hears of a stop and of the end at once") {
  const test_authority authority;
  io::tls_server_options server;
  server.identity = authority.issue({});
  server.alpn = {"h2"};
  http::async_client_options options;
  options.base_url = "https://localhost";
  options.tls.trusted = authority.certificate();
  testing::memory_network net;
  http2_site site(net, io::endpoint::tcp("localhost", 443), {}, io::tls_context::server(server));
  site.on_connection = answer_nothing;
  http::async_client client(scene::with_network(std::move(options), net));
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
    result asked;
    const bool is_over = co_await move_on_after(1s, ask(client, asked, "/gone"));
    CHECK_FALSE(is_over);
    co_await some_turns();
    REQUIRE(site.connections.size() == 1);
    auto& talk = *site.connections[0];
    CHECK(talk.peer.requests[1].reset_code == cancel_code);
    CHECK(client.statistics().idle == 1);
    client.close();
    co_await some_turns();
    CHECK(talk.peer.goaways == 1);
    group.cancel();
  });
}

LEAT_ASYNC_TEST("http2: the end of a connection is a GOAWAY") {
  scene all;
  co_await all.play([&]() -> task<void> {
    const auto asked = co_await get(all.client, "/");
    CHECK(asked.is("/"));
  });
  CHECK(all.first().peer.goaways == 1);
  CHECK(all.first().peer.goaway_code == 0);
  CHECK(all.first().is_over);
}

LEAT_ASYNC_TEST("http2: a head without an end is refused, and so is its connection in the end") {
  scene all;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_request = [&made, is_first = all.site.connections.size() == 1](std::int32_t id) {
      if (!is_first) made.peer.respond(id, "ok");
    };
  };
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/", "GET",
                  http::async_request_options());
      co_await some_turns();
      group.spawn(
          [](connection& talk) -> task<void> {
            // A field that is in no table: "name: value".
            std::string fields;
            for (int i = 0; i < 100; ++i) fields += std::string("\0\4name\5value", 12);
            std::string bytes = frame(1, 0, 1, "\x88");  // :status: 200
            try {
              for (;;) {
                co_await talk.say(std::move(bytes));
                bytes = frame(9, 0, 1, fields);
              }
            } catch (const io::write_error&) {  // the client has had enough
            }
          },
          std::ref(all.first()));
      while (results[0].failure == nullptr) co_await yield_now();
      co_await ask(all.client, results[1], "/");
    });
    const auto after = co_await get(all.client, "/");
    CHECK(after.is("ok"));
  });
  CHECK(results[0].failed_with<http::remote_protocol_error>(proto_errc::too_many_fields));
  CHECK(results[1].failed_with<http::remote_protocol_error>(proto_errc::connection_error));
}

LEAT_ASYNC_TEST("http2: a peer that asks for answers and does not read them is given up") {
  for (const auto& each : {ping_frame, empty_settings}) {
    scene all;
    all.site.on_connection = answer_nothing;
    result asked;
    co_await all.play([&]() -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(&ask, std::ref(all.client), std::ref(asked), "/", "GET",
                    http::async_request_options());
        co_await some_turns();
        auto& talk = all.first();
        talk.may_read.reset();
        try {
          std::string much;
          for (int i = 0; i < 1000; ++i) much += each;
          for (;;) co_await talk.say(much);
        } catch (const io::write_error&) {
        }
      });
      all.first().may_read.set();
    });
    CHECK(asked.failed_with<http::remote_protocol_error>(proto_errc::flooded));
    CHECK(loop.elapsed() == 0s);
  }
}

LEAT_ASYNC_TEST(
    "http2: a peer that asks without end, and answers nothing, meets the read timeout") {
  for (const auto& each : {ping_frame, empty_settings, frame(0x55, 0, 0, "unknown")}) {
    scene all;
    all.site.on_connection = answer_nothing;
    const auto began = loop.elapsed();
    co_await all.play([&]() -> task<void> {
      co_await with_task_group([&](task_group& group) -> task<void> {
        group.spawn(
            [](scene& with, std::string asks) -> task<void> {
              while (with.site.connections.empty()) co_await yield_now();
              for (;;) {
                for (int i = 0; i < 10; ++i) co_await with.first().say(asks);
                co_await sleep_for(10ms);
              }
            },
            std::ref(all), each);
        const auto asked = co_await get(all.client, "/");
        CHECK(asked.failed_with<io::read_timeout>());
        CHECK(loop.elapsed() - began == 5s);
        group.cancel();
      });
    });
  }
}

LEAT_ASYNC_TEST("http2: a peer that gives no credit meets the write timeout") {
  scene all({.takes_credit = false});
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await ask(all.client, sent, "/up", "PUT", body_of(200'000));
    CHECK(loop.elapsed() == 5s);
    co_await some_turns();
    CHECK(all.first().peer.requests[1].reset_code == cancel_code);
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("/after"));
  });
  CHECK(sent.failed_with<io::write_timeout>());
}

LEAT_ASYNC_TEST("http2: an answer that comes early ends the upload, and the connection is kept") {
  scene all;
  all.site.on_connection = [](connection& made) {
    made.peer.on_head = [&made](std::int32_t id) {
      made.peer.respond(id, {{":status", "413"}}, "too much");
    };
    made.peer.on_request = [&made](std::int32_t id) { made.peer.respond(id, "ok"); };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    http::async_request_options options;
    options.stream(http::stream_body(pieces(1000, 10'000)));
    co_await ask(all.client, sent, "/up", "POST", std::move(options));
    const auto after = co_await get(all.client, "/after");
    CHECK(after.is("ok"));
  });
  CHECK(sent.failure == nullptr);
  CHECK(sent.status == 413);
  CHECK(sent.body == "too much");
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST("http2: a body that is held back goes when the server agrees, not before") {
  scene all;
  result sent;
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      auto options = body_of(100'000);
      options.expect_continue();
      group.spawn(&ask, std::ref(all.client), std::ref(sent), "/up", "PUT", std::move(options));
      co_await some_turns();
      auto& talk = all.first();
      REQUIRE(talk.id_of("/up") == 1);
      CHECK(talk.peer.requests[1].get("expect") == "100-continue");
      talk.peer.informational(1, 103);
      co_await talk.say();
      co_await some_turns();
      CHECK(talk.peer.requests[1].body.empty());
      const auto beside = co_await get(all.client, "/beside");
      CHECK(beside.is("/beside"));
      talk.peer.informational(1, 100);
      talk.peer.informational(1, 103);
      co_await talk.say();
    });
  });
  CHECK(sent.is("/up"));
  CHECK(all.first().peer.requests[1].body == std::string(100'000, 'b'));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: a body that is held back is not sent to a server that answers at once") {
  for (const char* const status : {"417", "200"}) {
    CAPTURE(status);
    scene all;
    all.site.on_connection = [&](connection& made) {
      made.peer.on_head = [&made, status](std::int32_t id) {
        made.peer.respond(id, {{":status", status}}, "no need");
      };
      made.peer.on_request = [&made](std::int32_t id) { made.peer.respond(id, "ok"); };
    };
    result sent;
    bool is_touched = false;
    co_await all.play([&]() -> task<void> {
      http::async_request_options options;
      options.expect_continue();
      options.stream(http::stream_body([](bool& touched) -> stream<std::string> {
        touched = true;
        co_yield "body";
      }(is_touched)));
      co_await ask(all.client, sent, "/up", "POST", std::move(options));
      const auto after = co_await get(all.client, "/after");
      CHECK(after.is("ok"));
    });
    CHECK(sent.failure == nullptr);
    CHECK(std::to_string(sent.status) == status);
    CHECK(sent.body == "no need");
    CHECK_FALSE(is_touched);
    CHECK(all.first().peer.requests[1].body.empty());
    CHECK(all.first().peer.requests[1].reset_code == cancel_code);
    CHECK(all.site.connections.size() == 1);
    CHECK(loop.elapsed() == 0s);
  }
}

LEAT_ASYNC_TEST("http2: a body that is held back goes without consent in the end") {
  scene all;
  result sent;
  result empty;
  co_await all.play([&]() -> task<void> {
    auto options = body_of(10);
    options.expect_continue(2s);
    co_await ask(all.client, sent, "/up", "PUT", std::move(options));
    CHECK(loop.elapsed() == 2s);
    http::async_request_options nothing;
    nothing.expect_continue(2s);
    co_await ask(all.client, empty, "/empty", "PUT", std::move(nothing));
    CHECK(loop.elapsed() == 2s);
  });
  CHECK(sent.is("/up"));
  CHECK(empty.is("/empty"));
}

LEAT_ASYNC_TEST("http2: a body that is held back outlasts a refusal") {
  scene all;
  int refusals = 1;
  all.site.on_connection = [&](connection& made) {
    made.peer.on_head = [&](std::int32_t id) {
      if (refusals-- > 0) {
        made.peer.reset(id, refused_stream_code);
      } else {
        made.peer.informational(id, 100);
      }
    };
    made.peer.on_request = [&](std::int32_t id) {
      made.peer.respond(id, made.peer.requests[id].body);
    };
  };
  result sent;
  co_await all.play([&]() -> task<void> {
    http::async_request_options options;
    options.expect_continue();
    options.stream(http::stream_body(pieces(2, 3)));  // can be sent only once
    co_await ask(all.client, sent, "/up", "POST", std::move(options));
  });
  CHECK(sent.is("pppppp"));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: an upload does not wait for a peer that waits for its reader") {
  // More than the network holds, both ways at once; there is nobody else who could read.
  const std::string large(std::size_t{1} << 20, 'a');
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  all.site.on_connection = [&](connection& made) {
    made.peer.on_head = [&made, &large](std::int32_t id) { made.peer.respond(id, large); };
  };
  result sent;
  co_await all.play(
      [&]() -> task<void> { co_await ask(all.client, sent, "/", "POST", body_of(500'000)); });
  CHECK(sent.is(large));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: an upload goes on when another request has written for it") {
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  all.site.on_connection = [](connection& made) {
    made.peer.on_request = [&made](std::int32_t id) {
      if (made.peer.requests[id].get(":path") != "/last") return;
      for (const auto& [each, asked] : made.peer.requests) made.peer.respond(each, "ok");
    };
  };
  std::vector<result> results(4);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      // One reads, one waits, and one writes for all, with difficulty.
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/reads", "GET",
                  http::async_request_options());
      group.spawn(&ask, std::ref(all.client), std::ref(results[1]), "/waits", "GET",
                  http::async_request_options());
      co_await some_turns();
      all.first().may_read.reset();
      group.spawn(&ask, std::ref(all.client), std::ref(results[2]), "/writes", "PUT",
                  body_of(120'000));
      co_await some_turns();
      group.spawn(&ask, std::ref(all.client), std::ref(results[3]), "/last", "PUT",
                  body_of(150'000));
      co_await some_turns();
      all.first().may_read.set();
    });
  });
  for (const auto& each : results) CHECK(each.is("ok"));
  CHECK(loop.elapsed() == 0s);
}

LEAT_ASYNC_TEST("http2: one request's limit does not cut off what others write") {
  scene all({.window = 1 << 20, .connection_window = 1 << 20});
  all.site.on_connection = answer_nothing;
  std::vector<result> results(2);
  co_await all.play([&]() -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(&ask, std::ref(all.client), std::ref(results[0]), "/patient", "GET",
                  http::async_request_options());
      co_await some_turns();
      auto& talk = all.first();
      talk.may_read.reset();
      http::async_request_options hasty = body_of(500'000);
      hasty.timeouts.write = 1s;
      group.spawn(&ask, std::ref(all.client), std::ref(results[1]), "/hasty", "PUT",
                  std::move(hasty));
      co_await sleep_for(1500ms);
      talk.may_read.set();
      co_await some_turns();
      talk.peer.respond(1, "patient");
      talk.peer.respond(3, "hasty");
      co_await talk.say();
    });
  });
  CHECK(results[0].is("patient"));
  CHECK(results[1].is("hasty"));  // the frame that others needed whole took its server too long
  CHECK(all.site.connections.size() == 1);
}

LEAT_ASYNC_TEST(
    "http2: who waits for another's connection waits no longer than for one of its own") {
  // Nobody takes the connection: the listener's network connects, and no SETTINGS ever come; the
  // connection itself is what is waited for on a network where connecting takes for ever.
  class slow_network final : public io::network {
   public:
    task<std::unique_ptr<io::async_stream>> connect(io::endpoint to, deadline until) override {
      ++attempts;
      co_await sleep_until(until.at());
      throw io::connect_timeout("connect timed out: " + to.to_string());
    }
    std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options) override {
      throw io::listen_error("listen failed: " + at.to_string());
    }
    int attempts = 0;
  } net;
  http::async_client client(scene::with_network({}, net));
  std::vector<result> results(3);
  std::vector<duration> ends(3);
  co_await with_task_group([&](task_group& group) -> task<void> {
    const duration limits[] = {10s, 2s, 20s};
    for (std::size_t i = 0; i < 3; ++i) {
      http::async_request_options options;
      options.timeouts.connect = limits[i];
      options.timeouts.pool = 1s;
      group.spawn(
          [](http::async_client& with, result& into, duration& end, testing::test_loop& on,
             http::async_request_options given) -> task<void> {
            co_await ask(with, into, "/", "GET", std::move(given));
            end = on.elapsed();
          },
          std::ref(client), std::ref(results[i]), std::ref(ends[i]), std::ref(loop),
          std::move(options));
    }
    co_return;
  });
  CHECK(results[0].failed_with<io::connect_timeout>());
  CHECK(ends[0] == 10s);
  CHECK(results[1].failed_with<pool::pool_timeout>());
  CHECK(ends[1] == 3s);
  // It would have waited longer, so the first one's failure is not its own.
  CHECK(results[2].failed_with<io::connect_timeout>());
  CHECK(ends[2] == 30s);
  CHECK(net.attempts == 2);
}

TEST_CASE("http2: a peer that always has something to say, but no answer, meets the read timeout") {
  // Whose bytes come faster than they are read: each read finds some, a millisecond later.
  testing::virtual_clock time;
  class babbling_stream final : public io::async_stream {
   public:
    explicit babbling_stream(testing::virtual_clock& moves) : time_(moves) {}
    task<std::size_t> read_some(std::span<std::byte> into, deadline) override {
      co_await yield_now();
      time_.move_to(time_.now() + 1ms);
      const std::string& said = std::exchange(is_begun_, true) ? ping_frame : empty_settings;
      std::copy(said.begin(), said.end(), reinterpret_cast<char*>(into.data()));
      co_return said.size();
    }
    task<void> write_all(std::span<const std::byte>, deadline) override { co_return; }
    task<void> shut_down_write(deadline) override { co_return; }
    task<void> close(deadline) override { co_return; }
    bool is_idle_and_open() noexcept override { return true; }
    const std::string& peer_name() const noexcept override {
      static const std::string name = "babbler";
      return name;
    }

   private:
    testing::virtual_clock& time_;
    bool is_begun_ = false;
  };
  class babbling_network final : public io::network {
   public:
    explicit babbling_network(testing::virtual_clock& moves) : time_(moves) {}
    task<std::unique_ptr<io::async_stream>> connect(io::endpoint, deadline) override {
      co_return std::make_unique<babbling_stream>(time_);
    }
    std::unique_ptr<io::listener> listen(const io::endpoint& at, io::listen_options) override {
      throw io::listen_error("listen failed: " + at.to_string());
    }

   private:
    testing::virtual_clock& time_;
  } net(time);
  http::async_client client(scene::with_network({}, net));
  io::loop loop(std::make_unique<still_world>(time), time);
  result asked;
  run(loop, ask(client, asked, "/"));
  CHECK(asked.failed_with<io::read_timeout>());
}

namespace {

/// What a client may do on one connection: requests of every kind, alone and together.
task<void> everything(http::async_client& client) {
  result first;
  co_await ask(client, first, "/first");
  CHECK(first.is("/first"));
  result sent;
  co_await ask(client, sent, "/sent", "PUT", body_of(150'000));
  CHECK(sent.is("/sent"));
  std::vector<result> results(4);
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t i = 0; i < results.size(); ++i) {
      group.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i),
                  i % 2 == 0 ? "GET" : "POST",
                  i % 2 == 0 ? http::async_request_options() : body_of(70'000));
    }
    co_return;
  });
  for (std::size_t i = 0; i < results.size(); ++i) CHECK(results[i].is("/" + std::to_string(i)));
  auto answer = co_await client.stream("GET", "/stream");
  CHECK_FALSE((co_await answer.read_some()).empty());
  answer.close();
}

}  // namespace

TEST_CASE("http2: cancelled at every point, no slot and no stream is lost") {
  std::unique_ptr<scene> all;
  const auto report = testing::for_each_cancellation(
      [&all] {
        all = std::make_unique<scene>(http2_peer::settings{.max_streams = 2});
        return [](scene& with) -> task<void> {
          co_await with_task_group([&](task_group& group) -> task<void> {
            group.spawn([](http2_site& which) { return which.run(); }, std::ref(with.site));
            co_await everything(with.client);
            with.client.close();
            group.cancel();
          });
        }(*all);
      },
      [&all](const outcome<void>&) {
        CHECK(all->client.statistics().active == 0);
        CHECK(all->client.statistics().waiting == 0);
        CHECK(all->client.statistics().idle <= 1);
        for (const auto& each : all->site.connections) CHECK(each->keeps_rules);
        all.reset();
      });
  CHECK(report.suspensions > 20);
  CHECK(report.stopped > 20);
}

TEST_CASE("http2: one of several requests is stopped at any time, and the others do not notice") {
  for (int turns = 0; turns < 60; ++turns) {
    CAPTURE(turns);
    testing::test_loop loop;
    loop.run([](int after) -> task<void> {
      scene all({.max_streams = 3});
      std::vector<result> results(4);
      co_await all.play([&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
          for (std::size_t i = 0; i < results.size(); ++i) {
            group.spawn(&ask, std::ref(all.client), std::ref(results[i]), "/" + std::to_string(i),
                        "PUT", body_of(100'000));
          }
          co_await with_task_group([&](task_group& stopped) -> task<void> {
            result gone;
            stopped.spawn(&ask, std::ref(all.client), std::ref(gone), "/gone", "PUT",
                          body_of(100'000));
            for (int i = 0; i < after; ++i) co_await yield_now();
            stopped.cancel();
          });
        });
        const auto last = co_await get(all.client, "/last");
        CHECK(last.is("/last"));
        co_await some_turns();
        CHECK(all.client.statistics().idle == 1);
        CHECK(all.first().open_streams() == 0);
      });
      CHECK(all.site.connections.size() == 1);
      for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(results[i].is("/" + std::to_string(i)));
      }
    }(turns));
  }
}

TEST_CASE("http2: whichever operation of the network fails, no slot and no stream is lost") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    http2_site site(net, h2_test, {.max_streams = 2});
    http::async_client client(scene::with_network({}, net));
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn([](http2_site& which) { return which.run(); }, std::ref(site));
      int failed = 0;
      const auto note = [&failed](const result& seen, std::string_view expected) {
        if (seen.is_quietly(expected)) return;
        CHECK(seen.failure != nullptr);  // never a wrong answer
        ++failed;
      };
      const auto first = co_await get(client, "/first");
      note(first, "/first");
      result sent;
      co_await ask(client, sent, "/sent", "PUT", body_of(150'000));
      note(sent, "/sent");
      std::vector<result> results(4);
      co_await with_task_group([&](task_group& together) -> task<void> {
        for (std::size_t i = 0; i < results.size(); ++i) {
          together.spawn(&ask, std::ref(client), std::ref(results[i]), "/" + std::to_string(i),
                         "GET", http::async_request_options());
        }
        co_return;
      });
      for (std::size_t i = 0; i < results.size(); ++i) {
        note(results[i], "/" + std::to_string(i));
      }
      const auto last = co_await get(client, "/last");
      note(last, "/last");
      CHECK(failed <= 4);
      CHECK(client.statistics().active == 0);
      CHECK(client.statistics().waiting == 0);
      client.close();
      group.cancel();
    });
  });
  MESSAGE(report.operations << " operations, " << report.failed << " runs failed, "
                            << report.survived << " survived");
  CHECK(report.operations > 15);
  CHECK(report.survived > 30);
}
