// SPDX-License-Identifier: MIT
#include "leat/proto/ws/handshake.hpp"

#include <string>
#include <vector>

#include "leat/base/error.hpp"

#include "support/test.hpp"

using namespace leat::proto;
using namespace leat::proto::ws;

namespace {

// The example of RFC 6455, section 1.3.
const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept_text = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const std::vector<std::string> chat{"chat", "superchat"};

fields good_answer() {
  return {
      {"Upgrade", "WebSocket"}, {"Connection", "upgrade"}, {"Sec-WebSocket-Accept", accept_text}};
}

std::error_code check(const fields& answer, agreement& into, bool deflate = true) {
  return check_response(101, answer, {.key = key, .subprotocols = chat, .deflate = deflate}, into);
}

std::error_code serve(const fields& head, fields& answer, agreement& into) {
  const http1::request_head request{
      .method = "GET", .target = "/", .http_version = http1::version::http_1_1, .fields = head};
  return accept_request(request, {.subprotocols = chat}, answer, into);
}

}  // namespace

TEST_CASE("handshake: answers the key of the RFC") {
  CHECK(accept_for(key) == accept_text);
}

TEST_CASE("handshake: only tokens can be offered as subprotocols, and each once") {
  CHECK(can_be_offered({}));
  CHECK(can_be_offered(chat));
  for (const char* wrong : {"", "a b", "a,b", "a\r\nb: c", "\xC3\xA4", "chat"}) {
    CAPTURE(wrong);
    CHECK_FALSE(can_be_offered(std::vector<std::string>{"chat", wrong}));
  }
}

TEST_CASE("handshake: accepts an answer that is right") {
  agreement found;
  CHECK_FALSE(check(good_answer(), found));
  CHECK(found.subprotocol.empty());
  CHECK_FALSE(found.deflate);
}

TEST_CASE("handshake: refuses answers that are wrong") {
  agreement found;
  CHECK(check_response(200, good_answer(), {.key = key}, found) == ws::errc::not_switched);
  for (const char* missing : {"Upgrade", "Connection"}) {
    fields answer = good_answer();
    answer.remove(missing);
    CHECK(check(answer, found) == ws::errc::upgrade_missing);
  }
  fields answer = good_answer();
  answer.set("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOO=");
  CHECK(check(answer, found) == ws::errc::bad_accept);
  answer = good_answer();
  answer.add("Sec-WebSocket-Accept", accept_text);
  CHECK(check(answer, found) == ws::errc::bad_accept);
  answer = good_answer();
  answer.add("Sec-WebSocket-Protocol", "other");
  CHECK(check(answer, found) == ws::errc::unknown_subprotocol);
  CHECK(check(answer, found) == leat::failure::peer_fault);
}

TEST_CASE("handshake: refuses extensions that were not offered or make no sense") {
  for (const char* text :
       {"x-other", "permessage-deflate; what", "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits", "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate, permessage-deflate"}) {
    CAPTURE(text);
    fields answer = good_answer();
    answer.add("Sec-WebSocket-Extensions", text);
    agreement found;
    CHECK(check(answer, found) == ws::errc::bad_extension);
  }
  fields answer = good_answer();
  answer.add("Sec-WebSocket-Extensions", "permessage-deflate");
  agreement found;
  CHECK(check(answer, found, false) == ws::errc::bad_extension);
}

TEST_CASE("handshake: both sides agree on the same") {
  fields request{{"Host", "a.test"}};
  add_request_fields(request, {.key = key, .subprotocols = chat});
  fields answer;
  agreement server;
  REQUIRE_FALSE(serve(request, answer, server));

  agreement client;
  CHECK_FALSE(check(answer, client));
  CHECK(client.subprotocol == "chat");
  CHECK(server.subprotocol == "chat");
  REQUIRE(client.deflate);
  CHECK(client.deflate == server.deflate);
}

TEST_CASE("handshake: a server takes the first compression that it can") {
  fields request{{"Host", "a.test"}};
  add_request_fields(request, {.key = key});
  request.set("Sec-WebSocket-Extensions",
              "x, permessage-deflate; server_max_window_bits=8, "
              "permessage-deflate; client_max_window_bits=10; server_no_context_takeover");
  fields answer;
  agreement server;
  REQUIRE_FALSE(serve(request, answer, server));
  REQUIRE(server.deflate);
  CHECK(server.deflate->server_no_context_takeover);
  CHECK(server.deflate->client_max_window_bits == 10);
  CHECK(answer.get("Sec-WebSocket-Extensions") ==
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=10");
}

TEST_CASE("handshake: a server refuses what is no request for a WebSocket") {
  for (const char* broken :
       {"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
    fields request{{"Host", "a.test"}};
    add_request_fields(request, {.key = key});
    request.set(broken, "1");
    fields answer;
    agreement server;
    CHECK(serve(request, answer, server) == ws::errc::bad_request);
    CHECK(answer.is_empty());
  }
}
