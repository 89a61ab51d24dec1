// SPDX-License-Identifier: MIT

// The two machines wired to each other: what one writes, the other reads. After every exchange
// both must agree whether another may follow.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/http1/server_connection.hpp"

#include "support/test.hpp"

using namespace leat::proto::http1;
using leat::byte_buffer;
using leat::proto::fields;

namespace {

const fields host{{"Host", "h"}};

/// One message as its reader saw it.
struct received {
  std::string body;
  fields trailers;
  bool has_head = false;
  bool is_complete = false;
};

/// A client and a server with a wire between them that carries `piece` bytes at a time.
class pair {
 public:
  client_connection client;
  server_connection server;
  received request;
  received response;

  explicit pair(std::size_t piece) : piece_(piece) {}

  void send_request(const outgoing_request& head, std::string_view body = {},
                    const fields& trailers = {}) {
    byte_buffer wire;
    request = {};
    REQUIRE_FALSE(client.send_head(wire, head));
    REQUIRE_FALSE(client.send_data(wire, body));
    REQUIRE_FALSE(client.send_end(wire, trailers));
    deliver(wire, server, to_server_, request);
  }

  void send_response(const outgoing_response& head, std::string_view body = {},
                     const fields& trailers = {}) {
    byte_buffer wire;
    response = {};
    REQUIRE_FALSE(server.send_head(wire, head));
    if (server.response_has_body()) REQUIRE_FALSE(server.send_data(wire, body));
    REQUIRE_FALSE(server.send_end(wire, trailers));
    deliver(wire, client, to_client_, response);
    if (server.must_close()) {
      client.end_of_input();
      read(client, to_client_, response);
    }
  }

  /// Whether another exchange may follow, on which both must agree.
  bool next_cycle() {
    const bool client_goes_on = client.is_reusable();
    CHECK(client_goes_on == !server.must_close());
    return client_goes_on && !client.start_next_cycle() && !server.start_next_cycle();
  }

 private:
  template <class Machine>
  void deliver(byte_buffer& wire, Machine& machine, byte_buffer& input, received& into) {
    while (!wire.is_empty()) {
      const std::string_view part = wire.text().substr(0, piece_);
      input.append(part);
      wire.consume(part.size());
      read(machine, input, into);
    }
  }

  template <class Machine>
  static void read(Machine& machine, byte_buffer& input, received& into) {
    for (;;) {
      std::string_view rest = input.text();
      const event found = machine.next(rest);
      if (found.kind == event_kind::data) into.body += found.data;
      input.consume(input.size() - rest.size());
      switch (found.kind) {
        case event_kind::head: into.has_head = true; break;
        case event_kind::end:
          into.is_complete = true;
          into.trailers = fields(machine.trailers());
          break;
        case event_kind::failed: FAIL(make_error_code(found.error).message()); return;
        case event_kind::data:
        case event_kind::informational: break;
        default: return;
      }
    }
  }

  std::size_t piece_;
  byte_buffer to_server_;
  byte_buffer to_client_;
};

/// Runs a conversation over wires that carry one byte, some bytes, and everything at a time.
template <class Conversation>
void over_every_wire(Conversation talk) {
  for (const std::size_t piece : std::array<std::size_t, 4>{1, 2, 7, 100'000}) {
    CAPTURE(piece);
    pair peers(piece);
    talk(peers);
  }
}

}  // namespace

TEST_CASE("conversation: two exchanges on one connection") {
  over_every_wire([](pair& peers) {
    peers.send_request({.method = "GET", .target = "/", .fields = host});
    CHECK(peers.request.is_complete);
    peers.send_response({.body = body_size::exactly(5)}, "hello");
    CHECK(peers.response.body == "hello");
    REQUIRE(peers.next_cycle());

    peers.send_request(
        {.method = "POST", .target = "/", .fields = host, .body = body_size::exactly(3)}, "abc");
    CHECK(peers.request.body == "abc");
    peers.send_response({.status = 204});
    CHECK(peers.response.is_complete);
    CHECK(peers.next_cycle());
  });
}

TEST_CASE("conversation: chunks both ways, with trailers") {
  over_every_wire([](pair& peers) {
    const fields trailers{{"Digest", "x"}};

    peers.send_request(
        {.method = "POST", .target = "/", .fields = host, .body = body_size::unknown()}, "request",
        trailers);
    CHECK(peers.request.body == "request");
    CHECK(peers.request.trailers == trailers);

    peers.send_response({.body = body_size::unknown()}, "response", trailers);
    CHECK(peers.response.body == "response");
    CHECK(peers.response.trailers == trailers);
    CHECK(peers.next_cycle());
  });
}

TEST_CASE("conversation: an answer to HEAD with the length of a body") {
  over_every_wire([](pair& peers) {
    peers.send_request({.method = "HEAD", .target = "/", .fields = host});
    peers.send_response({.body = body_size::exactly(5)});

    CHECK(peers.response.is_complete);
    CHECK(peers.next_cycle());
  });
}

TEST_CASE("conversation: the server ends the connection") {
  over_every_wire([](pair& peers) {
    peers.send_request({.method = "GET", .target = "/", .fields = host});
    peers.server.disable_keep_alive();
    peers.send_response({.body = body_size::unknown()}, "last");

    CHECK(peers.response.body == "last");
    CHECK_FALSE(peers.next_cycle());
  });
}

TEST_CASE("conversation: the client ends the connection") {
  over_every_wire([](pair& peers) {
    peers.client.disable_keep_alive();
    peers.send_request({.method = "GET", .target = "/", .fields = host});
    peers.send_response({.body = body_size::exactly(4)}, "last");

    CHECK(peers.response.body == "last");
    CHECK_FALSE(peers.next_cycle());
  });
}

TEST_CASE("conversation: every status agrees on its body") {
  over_every_wire([](pair& peers) {
    for (int status = 200; status <= 599; ++status) {
      CAPTURE(status);
      const bool has_body = status != 204 && status != 304;
      peers.send_request({.method = "GET", .target = "/", .fields = host});
      peers.send_response(
          {.status = status, .body = has_body ? body_size::exactly(1) : body_size::none()},
          has_body ? "x" : "");
      CHECK(peers.response.is_complete);
      CHECK(peers.response.body == (has_body ? "x" : ""));
      REQUIRE(peers.next_cycle());
    }
  });
}

TEST_CASE("conversation: a thousand exchanges on one connection") {
  pair peers(4096);
  for (int i = 0; i < 1000; ++i) {
    peers.send_request(
        {.method = "PUT", .target = "/", .fields = host, .body = body_size::unknown()}, "ping");
    peers.send_response({.body = body_size::exactly(4)}, "pong");
    CHECK(peers.response.body == "pong");
    REQUIRE(peers.next_cycle());
  }
}
