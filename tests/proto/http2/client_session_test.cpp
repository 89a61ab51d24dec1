// SPDX-License-Identifier: MIT
#include "leat/proto/http2/client_session.hpp"

#include <optional>
#include <string>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/proto/fields/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/http2_peer.hpp"
#include "support/test.hpp"

// The client's machine against a server's session of nghttp2, in memory.

using namespace leat;
using namespace leat::proto::http2;
using proto::fields;

namespace {

struct conversation {
  explicit conversation(const http2_peer::settings& wanted = {}, const limits& bounds = {})
      : peer(wanted), client(assuming_many(bounds)) {}

  /// Most cases begin before the peer has said how many streams it takes.
  static limits assuming_many(limits bounds) {
    bounds.assumed_peer_streams = 100;
    return bounds;
  }

  stream_id open(const outgoing_request& request) {
    stream_id id = 0;
    const auto refused = client.open(request, id);
    REQUIRE_MESSAGE(!refused, refused.message());
    return id;
  }
  stream_id get(std::string_view target = "/") {
    const fields host{{"Host", "a.test"}};
    return open({.method = "GET", .target = target, .fields = host});
  }
  stream_id post(std::optional<std::uint64_t> size = std::nullopt) {
    const fields host{{"Host", "a.test"}};
    return open(
        {.method = "POST", .target = "/", .fields = host, .has_body = true, .body_bytes = size});
  }
  /// What the client has to say.
  std::string output() {
    byte_buffer out;
    static_cast<void>(client.write(out));
    return std::string(out.text());
  }
  /// Carries bytes between the two until neither has any more.
  void talk() {
    for (;;) {
      const std::string asked = output();
      CHECK(peer.receive(asked));
      const std::string answered = peer.take_output();
      if (asked.empty() && answered.empty()) return;
      if (!answered.empty()) static_cast<void>(client.receive(answered));
    }
  }
  std::string read(stream_id id) {
    std::string text(client.data(id));
    client.consume(id, text.size());
    return text;
  }

  http2_peer peer;
  client_session client;
};

std::string frame(char type, char flags, char stream, std::string_view payload) {
  std::string text{'\0', '\0',  static_cast<char>(payload.size()), type, flags, '\0', '\0',
                   '\0', stream};
  return text.append(payload);
}

const std::string empty_settings = frame(4, 0, 0, "");

}  // namespace

TEST_CASE("client_session: a request goes out and its answer comes back") {
  conversation both;
  const auto id = both.get("/x?y");
  both.talk();
  const auto& asked = both.peer.requests.at(id);
  CHECK(asked.is_complete);
  CHECK(asked.fields ==
        std::vector<http2_peer::field>{
            {":method", "GET"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/x?y"}});
  CHECK_FALSE(both.client.has_head(id));
  both.peer.respond(id, {{":status", "203"}, {"x-a", "1"}, {"x-a", "2"}}, "hello",
                    {{"x-sum", "5"}});
  both.talk();
  REQUIRE(both.client.has_head(id));
  CHECK(both.client.head(id).status == 203);
  CHECK(both.client.head(id).fields.get_all("x-a").size() == 2);
  CHECK(both.client.head(id).fields.size() == 2);
  CHECK(both.client.is_complete(id));
  CHECK(both.client.data(id) == "hello");
  CHECK(both.read(id) == "hello");
  CHECK(both.client.data(id).empty());
  CHECK(both.client.trailers(id).get("x-sum") == "5");
  CHECK_FALSE(both.client.error(id));
  CHECK(both.client.open_streams() == 0);
  both.client.release(id);
  CHECK_FALSE(both.client.has_output());
}

TEST_CASE("client_session: fields of the connection stay behind, names become lower case") {
  conversation both;
  const fields sent{{"HOST", "a.test"},
                    {"Connection", "close, X-Hop"},
                    {"X-Hop", "1"},
                    {"Keep-Alive", "5"},
                    {"Proxy-Connection", "x"},
                    {"Upgrade", "h2c"},
                    {"Transfer-Encoding", "x"},
                    {"TE", "gzip"},
                    {"X-Kept", " v "},
                    {"TE", "trailers"},
                    {"Cookie", "a=b"}};
  const auto id = both.open({.method = "GET", .scheme = "http", .target = "/", .fields = sent});
  both.talk();
  CHECK(both.peer.requests.at(id).fields == std::vector<http2_peer::field>{{":method", "GET"},
                                                                           {":scheme", "http"},
                                                                           {":authority", "a.test"},
                                                                           {":path", "/"},
                                                                           {"x-kept", "v"},
                                                                           {"te", "trailers"},
                                                                           {"cookie", "a=b"}});
}

TEST_CASE("client_session: what HTTP/2 does not allow is refused and leaves no trace") {
  conversation both;
  stream_id id = 0;
  const auto refusal = [&](std::string_view method, std::string_view target, const fields& list,
                           bool has_body = false,
                           std::optional<std::uint64_t> size = std::nullopt) {
    const auto refused = both.client.open({.method = method,
                                           .target = target,
                                           .fields = list,
                                           .has_body = has_body,
                                           .body_bytes = size},
                                          id);
    CHECK(refused == failure::caller_fault);
    return refused;
  };
  const fields host{{"Host", "a"}};
  CHECK(refusal("GET", "/", {}) == proto::http2::errc::host_required);
  CHECK(refusal("GET", "/", {{"Host", ""}}) == proto::http2::errc::host_required);
  CHECK(refusal("GET", "/", {{"Host", "a"}, {"host", "a"}}) == proto::http2::errc::host_required);
  CHECK(refusal("CONNECT", "a:1", host) == proto::http2::errc::connect_not_supported);
  CHECK(refusal("GE T", "/", host) == proto::fields_errc::invalid_method);
  CHECK(refusal("GET", "/a b", host) == proto::fields_errc::invalid_target);
  CHECK(refusal("GET", "/", {{"Host", "a"}, {":path", "/x"}}) ==
        proto::fields_errc::invalid_field_name);
  CHECK(refusal("GET", "/", {{"Host", "a"}, {"X", "a\r\nb"}}) ==
        proto::fields_errc::invalid_field_value);
  CHECK(refusal("POST", "/", {{"Host", "a"}, {"Content-Length", "5"}}, true, 4) ==
        proto::http2::errc::invalid_framing);
  CHECK(refusal("GET", "/", {{"Host", "a"}, {"Content-Length", "5"}}) ==
        proto::http2::errc::invalid_framing);
  CHECK(refusal("POST", "/", {{"Host", "a"}, {"Content-Length", "5x"}}, true) ==
        proto::http2::errc::invalid_framing);
  CHECK(both.client.open_streams() == 0);
  both.talk();
  CHECK(both.peer.requests.empty());
}

TEST_CASE("client_session: a body goes out, with its length or with trailers") {
  conversation both;
  SUBCASE("of a known size") {
    const auto id = both.post(6);
    CHECK_FALSE(both.client.send_data(id, "abc"));
    CHECK(both.client.end_body(id) == proto::http2::errc::body_too_short);
    CHECK(both.client.send_data(id, "defg") == proto::http2::errc::body_too_long);
    CHECK_FALSE(both.client.send_data(id, "def"));
    CHECK_FALSE(both.client.end_body(id));
    CHECK(both.client.end_body(id) == proto::http2::errc::wrong_phase);
    both.talk();
    CHECK(both.peer.requests.at(id).get("content-length") == "6");
    CHECK(both.peer.requests.at(id).body == "abcdef");
    CHECK(both.peer.requests.at(id).is_complete);
  }
  SUBCASE("of an unknown size") {
    const auto id = both.post();
    both.talk();
    CHECK_FALSE(both.client.send_data(id, "abc"));
    both.talk();
    CHECK(both.peer.requests.at(id).body == "abc");
    const fields forbidden{{"Transfer-Encoding", "x"}};
    CHECK(both.client.end_body(id, forbidden) == proto::http2::errc::forbidden_field);
    const fields trailers{{"X-Sum", "7"}};
    CHECK_FALSE(both.client.end_body(id, trailers));
    CHECK(both.client.send_data(id, "more") == proto::http2::errc::wrong_phase);
    both.talk();
    CHECK(both.peer.requests.at(id).get("content-length").empty());
    CHECK(both.peer.requests.at(id).trailers == std::vector<http2_peer::field>{{"x-sum", "7"}});
    CHECK(both.peer.requests.at(id).is_complete);
  }
  SUBCASE("that is empty") {
    const auto id = both.post(0);
    CHECK_FALSE(both.client.end_body(id));
    both.talk();
    CHECK(both.peer.requests.at(id).get("content-length") == "0");
    CHECK(both.peer.requests.at(id).is_complete);
  }
  SUBCASE("of nothing at all") {
    const auto id = both.open({.method = "POST", .target = "/", .fields = fields{{"Host", "a"}}});
    both.talk();
    CHECK(both.peer.requests.at(id).get("content-length") == "0");
    CHECK(both.peer.requests.at(id).is_complete);
  }
}

TEST_CASE("client_session: a body waits for the peer's credit") {
  conversation both({.takes_credit = false});
  const auto id = both.post();
  CHECK_FALSE(both.client.send_data(id, std::string(100'000, 'x')));
  CHECK_FALSE(both.client.end_body(id));
  both.talk();
  CHECK(both.peer.requests.at(id).body.size() == 65535);
  CHECK(both.client.unsent(id) == 100'000 - 65535);
  CHECK_FALSE(both.client.has_output());
  // The answer does not wait for the request.
  both.peer.respond(id, {{":status", "413"}}, "no");
  both.talk();
  CHECK(both.client.is_complete(id));
  CHECK(both.client.head(id).status == 413);
  both.client.release(id);
  both.talk();
  CHECK(both.peer.requests.at(id).reset_code == 8);  // CANCEL
  CHECK(both.client.open_streams() == 0);
}

TEST_CASE("client_session: of a body less than half a window goes before the peer's SETTINGS") {
  for (const std::uint32_t window : {0U, 1023U, 65535U, 1'000'000U}) {
    CAPTURE(window);
    conversation both({.window = window});
    const auto small = both.post(32'767);
    const auto large = both.post(100'000);
    CHECK_FALSE(both.client.send_data(small, std::string(32'767, 's')));
    CHECK_FALSE(both.client.send_data(large, std::string(100'000, 'l')));
    // More is not sent because more is said of the body.
    std::string first = both.output() + both.output();
    CHECK_FALSE(both.client.end_body(small));
    CHECK_FALSE(both.client.end_body(large));
    first += both.output();
    CHECK_FALSE(both.client.has_output());
    CHECK(both.client.unsent(small) == 0);
    CHECK(both.client.unsent(large) == 100'000 - 32'767);
    CHECK(both.peer.receive(first));
    CHECK(both.peer.requests.at(small).is_complete);
    CHECK(both.peer.requests.at(large).body.size() == 32'767);
    if (window == 0) continue;  // no credit will come
    both.talk();
    CHECK(both.peer.requests.at(large).is_complete);
    CHECK(both.peer.requests.at(large).body == std::string(100'000, 'l'));
    CHECK(both.client.unsent(large) == 0);
  }
}

TEST_CASE("client_session: a reader that is slow holds up its own stream only") {
  limits bounds;
  bounds.stream_window = 1000;
  bounds.connection_window = 65535;
  conversation both({}, bounds);
  const auto slow = both.get("/slow");
  const auto fast = both.get("/fast");
  both.talk();
  both.peer.respond(slow, std::string(200'000, 's'));
  both.peer.respond(fast, std::string(200'000, 'f'));
  std::size_t fast_bytes = 0;
  while (!both.client.is_complete(fast) || !both.client.data(fast).empty()) {
    both.talk();
    CHECK(both.client.data(slow).size() <= 1000);
    CHECK(both.client.data(fast).size() <= 1000);
    fast_bytes += both.read(fast).size();
  }
  CHECK(fast_bytes == 200'000);
  CHECK(both.client.data(slow).size() == 1000);
  std::size_t slow_bytes = 0;
  while (!both.client.is_complete(slow) || !both.client.data(slow).empty()) {
    slow_bytes += both.read(slow).size();
    both.talk();
  }
  CHECK(slow_bytes == 200'000);
}

TEST_CASE("client_session: a stream that is released is reset, and the others go on") {
  conversation both;
  const auto gone = both.get("/gone");
  const auto stays = both.get("/stays");
  both.talk();
  both.peer.begin(gone);
  both.peer.add(gone, "some");
  both.talk();
  CHECK(both.client.data(gone) == "some");
  both.client.release(gone);
  CHECK(both.client.open_streams() == 1);
  both.peer.add(gone, "more that nobody wants");
  static_cast<void>(both.client.receive(both.peer.take_output()));
  both.peer.respond(stays, "here");
  both.talk();
  CHECK(both.peer.requests.at(gone).reset_code == 8);
  CHECK(both.read(stays) == "here");
  CHECK_FALSE(both.client.error());
}

TEST_CASE("client_session: a stream that was released before it was written does no harm") {
  conversation both;
  const auto gone = both.get("/gone");
  both.client.release(gone);
  const auto stays = both.get("/stays");
  both.talk();
  both.peer.respond(stays, "here");
  both.talk();
  CHECK(both.read(stays) == "here");
  CHECK_FALSE(both.client.error());
}

TEST_CASE("client_session: the peer's limit of streams is kept, also when it is lowered") {
  conversation both({.max_streams = 3});
  CHECK(both.client.peer_max_streams() == 100);  // until it has spoken
  both.talk();
  CHECK(both.client.peer_max_streams() == 3);
  std::vector<stream_id> open;
  for (int i = 0; i < 3; ++i) open.push_back(both.get());
  CHECK_FALSE(both.client.can_open());
  stream_id refused = 0;
  const fields host{{"Host", "a"}};
  CHECK(both.client.open({.method = "GET", .target = "/", .fields = host}, refused) ==
        proto::http2::errc::no_slot);
  both.talk();
  both.peer.set_max_streams(1);
  both.talk();
  CHECK(both.client.peer_max_streams() == 1);
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(both.client.can_open());
    both.peer.respond(open[static_cast<std::size_t>(i)], "x");
    both.talk();
    CHECK(both.client.is_complete(open[static_cast<std::size_t>(i)]));
  }
  CHECK(both.client.can_open());
  both.peer.set_max_streams(0);
  both.talk();
  CHECK_FALSE(both.client.can_open());
  CHECK_FALSE(both.client.is_going_away());
  CHECK(both.peer.most_open == 3);
}

TEST_CASE("client_session: more than the peer turns out to take waits, and nothing is lost") {
  conversation both({.max_streams = 2});
  std::vector<stream_id> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(both.get());  // before it has said that it takes 2
  CHECK_FALSE(both.client.is_sent(ids[0]));
  static_cast<void>(both.client.receive(both.peer.take_output()));
  both.peer.on_request = [&](stream_id id) { both.peer.respond(id, "x"); };
  both.talk();
  for (const auto id : ids) {
    CHECK(both.client.is_sent(id));
    CHECK(both.client.is_complete(id));
    CHECK(both.read(id) == "x");
  }
}

TEST_CASE("client_session: until the peer has said what it takes, that is one stream") {
  for (const bool says_it : {true, false}) {
    CAPTURE(says_it);
    client_session client;
    http2_peer peer({.max_streams = 2});
    const fields host{{"Host", "a.test"}};
    const outgoing_request request{.method = "GET", .target = "/", .fields = host};
    stream_id id = 0;
    CHECK_FALSE(client.open(request, id));
    CHECK_FALSE(client.can_open());
    CHECK(client.open(request, id) == proto::http2::errc::no_slot);
    CHECK_FALSE(client.receive(says_it ? peer.take_output() : empty_settings));
    CHECK(client.can_open());
    CHECK_FALSE(client.open(request, id));
    CHECK(client.can_open() == !says_it);  // without a number there is no limit of the peer's
  }
}

TEST_CASE("client_session: a peer that refuses a stream beside others is taken at its deeds") {
  constexpr std::uint32_t refused_code = 7;
  conversation both;
  both.talk();
  const auto first = both.get();
  const auto second = both.get();
  const auto third = both.get();
  both.talk();
  both.peer.reset(third, refused_code);
  both.talk();
  CHECK(both.client.is_unprocessed(third));
  CHECK(both.client.is_crowded_out(third));
  CHECK_FALSE(both.client.can_open());
  both.peer.respond(second, "x");
  both.talk();
  CHECK(both.client.can_open());
  SUBCASE("alone, it has not been crowded out") {
    both.peer.respond(first, "x");
    both.talk();
    const auto alone = both.get();
    both.talk();
    both.peer.reset(alone, refused_code);
    both.talk();
    CHECK(both.client.is_unprocessed(alone));
    CHECK_FALSE(both.client.is_crowded_out(alone));
    CHECK(both.client.can_open());
  }
  SUBCASE("until it says anew what it takes") {
    both.peer.set_max_streams(4);
    both.talk();
    for (int i = 0; i < 3; ++i) {
      CHECK(both.client.can_open());
      both.get();
    }
    CHECK_FALSE(both.client.can_open());
  }
  SUBCASE("until it has answered a hundred") {
    for (int i = 1; i < 100; ++i) {  // one was answered above
      const auto each = both.get();
      CHECK_FALSE(both.client.can_open());
      both.talk();
      both.peer.respond(each, "x");
      both.talk();
      both.client.release(each);
    }
    both.get();
    CHECK(both.client.can_open());
    both.get();
    CHECK_FALSE(both.client.can_open());
  }
}

TEST_CASE("client_session: a GOAWAY says which requests may be repeated") {
  conversation both;
  const auto first = both.get();
  const auto second = both.get();
  both.talk();
  both.peer.go_away(first);
  both.talk();
  CHECK(both.client.is_going_away());
  CHECK_FALSE(both.client.can_open());
  CHECK(both.client.error(second) == proto::http2::errc::refused_stream);
  CHECK(both.client.error(second) == failure::transient);
  CHECK(both.client.is_unprocessed(second));
  CHECK_FALSE(both.client.error(first));
  SUBCASE("the one before it is answered") {
    both.peer.respond(first, "x");
    both.talk();
    CHECK(both.read(first) == "x");
  }
  SUBCASE("the one before it is not, and may have been acted on") {
    both.client.end_of_input();
    CHECK(both.client.error(first) == proto::http2::errc::no_response);
    CHECK_FALSE(both.client.is_unprocessed(first));
  }
}

TEST_CASE("client_session: a GOAWAY with an error is told by its code") {
  conversation both;
  const auto id = both.get();
  both.talk();
  both.peer.go_away(id, 11);
  both.talk();
  both.client.end_of_input();
  CHECK(both.client.error(id) == proto::http2::errc::going_away);
  CHECK(code_name(both.client.peer_code(id)) == "ENHANCE_YOUR_CALM");
}

TEST_CASE("client_session: a reset fails its stream only") {
  conversation both;
  const auto refused = both.get();
  const auto broken = both.get();
  const auto old = both.get();
  const auto fine = both.get();
  both.talk();
  both.peer.reset(refused, 7);
  both.peer.reset(broken, 2);
  both.peer.reset(old, 13);
  both.peer.respond(fine, "x");
  both.talk();
  CHECK(both.client.error(refused) == proto::http2::errc::refused_stream);
  CHECK(both.client.is_unprocessed(refused));
  CHECK(both.client.error(broken) == proto::http2::errc::stream_reset);
  CHECK(both.client.peer_code(broken) == 2);
  CHECK_FALSE(both.client.is_unprocessed(broken));
  CHECK(both.client.error(old) == proto::http2::errc::http_1_1_required);
  CHECK(both.client.is_complete(fine));
  CHECK(both.client.can_open());
  CHECK(both.client.open_streams() == 0);
}

TEST_CASE("client_session: a peer that began an answer cannot say that it looked at nothing") {
  conversation both;
  const auto by_reset = both.post();
  const auto by_goodbye = both.post();
  both.talk();
  both.peer.begin(by_reset);
  both.peer.begin(by_goodbye);
  both.talk();
  both.peer.reset(by_reset, 7);
  both.peer.go_away(by_reset);
  both.talk();
  CHECK(both.client.error(by_reset) == proto::http2::errc::stream_reset);
  CHECK_FALSE(both.client.is_unprocessed(by_reset));
  CHECK(both.client.error(by_goodbye));
  CHECK_FALSE(both.client.is_unprocessed(by_goodbye));
}

TEST_CASE("client_session: an answer that is complete stays so, whatever its end is reset with") {
  conversation both;
  const auto id = both.post();
  both.talk();
  both.peer.respond(id, "early");
  both.talk();
  both.peer.reset(id, 0);
  both.talk();
  CHECK(both.client.is_complete(id));
  CHECK_FALSE(both.client.error(id));
  CHECK(both.read(id) == "early");
  CHECK_FALSE(both.client.send_data(id, "too late"));  // is dropped
  CHECK(both.client.unsent(id) == 0);
}

TEST_CASE("client_session: the end of the input says how far each answer had come") {
  conversation both;
  const auto silent = both.get();
  const auto half = both.get();
  const auto whole = both.get();
  both.talk();
  both.peer.begin(half);
  both.peer.add(half, "part");
  both.peer.respond(whole, "all");
  both.talk();
  const auto unsent = both.get();
  both.client.end_of_input();
  CHECK(both.client.error(silent) == proto::http2::errc::no_response);
  CHECK(both.client.error(silent) == failure::transient);
  CHECK(both.client.error(half) == proto::http2::errc::truncated);
  CHECK(both.client.data(half) == "part");
  CHECK_FALSE(both.client.error(whole));
  CHECK(both.client.error(unsent) == proto::http2::errc::refused_stream);
  CHECK(both.client.is_unprocessed(unsent));
  CHECK_FALSE(both.client.can_open());
}

TEST_CASE("client_session: informational answers come first, and not for ever") {
  limits bounds;
  bounds.max_informational = 2;
  conversation both({}, bounds);
  const auto id = both.post();
  both.talk();
  both.peer.informational(id, 103);
  both.talk();
  CHECK(both.client.informational(id).status == 103);
  CHECK_FALSE(both.client.may_continue(id));
  both.peer.informational(id, 100);
  both.talk();
  CHECK(both.client.may_continue(id));
  CHECK(both.client.informational_count(id) == 2);
  CHECK_FALSE(both.client.has_head(id));
  SUBCASE("then the final one") {
    both.peer.respond(id);
    both.talk();
    CHECK(both.client.has_head(id));
  }
  SUBCASE("one more is too many") {
    both.peer.informational(id, 102);
    both.talk();
    CHECK(both.client.error(id) == proto::http2::errc::too_many_informational);
    CHECK_FALSE(both.client.error());
  }
}

TEST_CASE("client_session: each limit ends its stream only") {
  limits bounds;
  bounds.max_field_section_bytes = 400;
  bounds.max_fields = 5;
  bounds.max_body_bytes = 10;
  conversation both({}, bounds);
  const auto large = both.get();
  const auto many = both.get();
  const auto body = both.get();
  const auto fine = both.get();
  both.talk();
  both.peer.respond(large, {{":status", "200"}, {"x", std::string(400, 'x')}});
  both.peer.respond(
      many, {{":status", "200"}, {"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}, {"f", ""}});
  both.peer.respond(body, std::string(11, 'x'));
  both.peer.respond(fine, std::string(10, 'x'));
  both.talk();
  CHECK(both.client.error(large) == proto::http2::errc::field_section_too_large);
  CHECK(both.client.error(many) == proto::http2::errc::too_many_fields);
  CHECK(both.client.error(body) == proto::http2::errc::body_too_large);
  CHECK(both.client.error(body) == failure::peer_fault);
  CHECK(both.read(fine) == std::string(10, 'x'));
  CHECK_FALSE(both.client.error());
  CHECK(both.client.open_streams() == 0);
}

TEST_CASE("client_session: a request may raise and lower the limits of its answer's head") {
  limits bounds;
  bounds.max_fields = 5;
  conversation both({}, bounds);
  const fields host{{"Host", "a.test"}};
  outgoing_request request{.method = "GET", .target = "/", .fields = host};
  request.max_fields = 6;
  const auto many = both.open(request);
  request.max_fields = 4;
  const auto few = both.open(request);
  request = {.method = "GET", .target = "/", .fields = host};
  request.max_field_section_bytes = 200;
  const auto small = both.open(request);
  request.max_informational = 0;
  const auto quick = both.open(request);
  both.talk();
  const std::vector<http2_peer::field> six = {{":status", "200"}, {"a", ""}, {"b", ""}, {"c", ""},
                                              {"d", ""},          {"e", ""}, {"f", ""}};
  both.peer.respond(many, six);
  both.peer.respond(few,
                    {{":status", "200"}, {"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}});
  both.peer.respond(small, {{":status", "200"}, {"x", std::string(130, 'x')}});
  both.peer.informational(quick, 103);
  both.talk();
  CHECK(both.client.head(many).fields.size() == 6);
  CHECK(both.client.error(few) == proto::http2::errc::too_many_fields);
  CHECK(both.client.error(small) == proto::http2::errc::field_section_too_large);
  CHECK(both.client.error(quick) == proto::http2::errc::too_many_informational);
  CHECK_FALSE(both.client.error());
}

TEST_CASE("client_session: a body that is not as long as was declared is malformed") {
  conversation both;
  const auto id = both.get();
  both.talk();
  both.peer.respond(id, {{":status", "200"}, {"content-length", "5"}}, "four");
  both.talk();
  CHECK(both.client.error(id) == proto::http2::errc::malformed_message);
  CHECK_FALSE(both.client.is_complete(id));
  CHECK_FALSE(both.client.error());
}

TEST_CASE("client_session: an answer with a forbidden field is malformed") {
  conversation both;
  const auto id = both.get();
  both.talk();
  both.peer.respond(id, {{":status", "200"}, {"connection", "close"}}, "x");
  both.talk();
  CHECK(both.client.error(id) == proto::http2::errc::malformed_message);
  CHECK_FALSE(both.client.error());
}

TEST_CASE("client_session: a status that is none is malformed") {
  for (const char* status : {"000", "099"}) {
    CAPTURE(status);
    conversation both;
    const auto id = both.get();
    both.talk();
    both.peer.respond(id, {{":status", status}}, "x");
    both.talk();
    CHECK(both.client.error(id) == proto::http2::errc::malformed_message);
    CHECK_FALSE(both.client.has_head(id));
    CHECK_FALSE(both.client.error());
  }
}

TEST_CASE("client_session: a status above 599 is one") {
  conversation both;
  const auto id = both.get();
  both.talk();
  both.peer.respond(id, {{":status", "999"}}, "x");
  both.talk();
  CHECK_FALSE(both.client.error(id));
  CHECK(both.client.head(id).status == 999);
}

TEST_CASE("client_session: PING is answered, and asks") {
  conversation both;
  both.peer.ping();
  both.talk();
  CHECK(both.peer.answered_pings() == 1);
  both.client.send_ping();
  CHECK(both.client.unanswered_pings() == 1);
  both.talk();
  CHECK(both.client.unanswered_pings() == 0);
}

TEST_CASE("client_session: a good-bye lets go on what is open") {
  conversation both;
  const auto id = both.get();
  both.talk();
  both.client.send_goaway();
  CHECK_FALSE(both.client.can_open());
  both.talk();
  CHECK(both.peer.goaways == 1);
  CHECK(both.peer.goaway_code == 0);
  both.peer.respond(id, "x");
  both.talk();
  CHECK(both.read(id) == "x");
}

TEST_CASE("client_session: what breaks the connection is an error, and the peer is told") {
  conversation both;
  const auto id = both.get();
  both.talk();
  std::string bad;
  SUBCASE("no HTTP/2 at all") {
    bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  }
  SUBCASE("a push that was refused") {
    bad = http2_peer::push_promise(id);
  }
  SUBCASE("data on a stream that was never opened") {
    bad = frame(0, 0, 99, "x");
  }
  SUBCASE("settings of a wrong size") {
    bad = frame(4, 0, 0, "12345");
  }
  SUBCASE("settings for a stream") {
    bad = frame(4, 0, 1, "");
  }
  SUBCASE("a PING of a wrong size") {
    bad = frame(6, 0, 0, "short");
  }
  SUBCASE("credit of nothing") {
    bad = frame(8, 0, 0, std::string(4, '\0'));
  }
  SUBCASE("too much credit") {
    bad = frame(8, 0, 0, "\x7f\xff\xff\xff");
  }
  SUBCASE("a head that cannot be decoded") {
    bad = frame(1, 4, 1, "\xff\xff\xff\xff\xff\xff");
  }
  SUBCASE("a continuation of nothing") {
    bad = frame(9, 4, 1, "");
  }
  SUBCASE("a window of a stream that is too large") {
    bad = frame(4, 0, 0, std::string("\0\4\xff\xff\xff\xff", 6));
  }
  const auto lost = both.client.receive(bad);
  CHECK(lost == proto::http2::errc::connection_error);
  CHECK(lost == failure::peer_fault);
  CHECK(both.client.error(id) == proto::http2::errc::connection_error);
  CHECK_FALSE(both.client.is_unprocessed(id));
  CHECK(both.client.receive("more") == proto::http2::errc::connection_error);
  CHECK_FALSE(both.client.can_open());
  CHECK(both.peer.receive(both.output()));
  CHECK(both.peer.goaways == 1);
  CHECK(both.peer.goaway_code != 0);
  both.client.release(id);
}

TEST_CASE("client_session: a peer that does not begin with SETTINGS is refused") {
  client_session client;
  CHECK(client.receive(frame(6, 0, 0, "12345678")) == proto::http2::errc::connection_error);
}

TEST_CASE("client_session: a flood that asks for answers is bounded") {
  client_session client;
  std::error_code lost = client.receive(empty_settings);
  std::size_t sent = 0;
  for (; !lost && sent < 100'000; ++sent) lost = client.receive(frame(6, 0, 0, "12345678"));
  CHECK(lost == proto::http2::errc::flooded);
  CHECK(lost == failure::peer_fault);
}

TEST_CASE("client_session: news name every stream once, and none that is gone") {
  conversation both;
  const auto first = both.get();
  const auto second = both.get();
  both.talk();
  while (both.client.next_changed()) {
  }
  both.peer.respond(first, "x");
  both.peer.respond(second, "y");
  both.talk();
  both.client.release(first);
  CHECK(both.client.next_changed() == second);
  CHECK_FALSE(both.client.next_changed());
}

TEST_CASE("client_session: it tells the same however the bytes come") {
  // What a server says to three requests, recorded.
  const auto ask = [](client_session& client) {
    std::vector<stream_id> ids;
    const fields host{{"Host", "a.test"}};
    for (int i = 0; i < 3; ++i) {
      stream_id id = 0;
      REQUIRE_FALSE(client.open({.method = "GET", .target = "/", .fields = host}, id));
      ids.push_back(id);
    }
    return ids;
  };
  const auto say = [](client_session& client) {
    byte_buffer out;
    REQUIRE_FALSE(client.write(out));
    return std::string(out.text());
  };
  std::string answers;
  {
    http2_peer peer;
    client_session client(conversation::assuming_many({}));
    const auto ids = ask(client);
    REQUIRE(peer.receive(say(client)));
    peer.informational(ids[0], 103);
    peer.respond(ids[0], {{":status", "200"}, {"a", "b"}}, "first", {{"t", "1"}});
    peer.respond(ids[1], std::string(100, 'y'));
    answers = peer.take_output();
    peer.reset(ids[2], 2);
    peer.go_away(5, 0);
    answers += peer.take_output();
  }
  const auto tell = [&](client_session& client, const std::vector<stream_id>& ids) {
    std::string told;
    for (const auto id : ids) {
      told += std::to_string(client.informational_count(id)) + " ";
      if (client.has_head(id)) told += std::to_string(client.head(id).status) + " ";
      told += std::string(client.data(id)) + (client.is_complete(id) ? " end " : " ") +
              std::to_string(client.trailers(id).size()) + client.error(id).message() + "\n";
    }
    return told + std::to_string(client.is_going_away());
  };
  client_session whole(conversation::assuming_many({}));
  const auto ids = ask(whole);
  static_cast<void>(say(whole));
  REQUIRE_FALSE(whole.receive(answers));
  const std::string expected = tell(whole, ids);
  CHECK(expected.find("first end 1") != std::string::npos);
  testing::for_each_split(answers, [&](std::string_view head, std::string_view tail) {
    client_session client(conversation::assuming_many({}));
    CHECK(ask(client) == ids);
    static_cast<void>(say(client));
    REQUIRE_FALSE(client.receive(head));
    REQUIRE_FALSE(client.receive(tail));
    CHECK(tell(client, ids) == expected);
  });
  client_session bytewise(conversation::assuming_many({}));
  CHECK(ask(bytewise) == ids);
  static_cast<void>(say(bytewise));
  testing::in_pieces(answers, 1,
                     [&](std::string_view part) { REQUIRE_FALSE(bytewise.receive(part)); });
  CHECK(tell(bytewise, ids) == expected);
}
