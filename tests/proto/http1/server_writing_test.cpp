// SPDX-License-Identifier: MIT
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/error.hpp"
#include "leat/proto/fields/error.hpp"
#include "leat/proto/http1/server_connection.hpp"

#include "support/test.hpp"

using namespace leat::proto::http1;
using leat::byte_buffer;
using leat::proto::field;
using leat::proto::fields;
using leat::proto::fields_errc;

namespace {

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view head = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view old = "GET / HTTP/1.0\r\n\r\n";
constexpr std::string_view upgrade =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n";
constexpr std::string_view connect = "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n";

/// A machine that has read one whole request, and what it writes.
struct answering {
  server_connection machine;
  byte_buffer out;

  explicit answering(std::string_view request = get) {
    while (machine.next(request).kind != event_kind::end) {
    }
  }

  std::error_code send_head(const outgoing_response& response) {
    return machine.send_head(out, response);
  }

  std::string_view text() const { return out.text(); }
};

std::string written(std::string_view request, const outgoing_response& response) {
  answering server(request);
  const std::error_code error = server.send_head(response);
  return error ? error.message() : std::string(server.text());
}

void check_refused(std::string_view request, const outgoing_response& response,
                   std::error_code why) {
  answering server(request);
  CHECK(server.send_head(response) == why);
  CHECK(why == leat::failure::caller_fault);
  CHECK(server.out.is_empty());
}

}  // namespace

TEST_CASE("response: has the usual phrase and no body unless told otherwise") {
  CHECK(written(get, {.status = 404}) == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("response: sent whole it is what head, body and end are one by one") {
  constexpr std::string_view closing = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  constexpr std::string_view old_staying = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  constexpr std::string_view post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab";
  constexpr std::array requests{get, head, old, old_staying, closing, post, connect, upgrade};
  const fields own{{"A", "1"}};
  const fields same_size{{"Content-Length", "5"}};
  const fields chunked{{"Transfer-Encoding", "chunked"}};
  const fields leaving{{"Connection", "close"}};
  const std::array<field, 1> more{field{"B", "2"}};
  const std::array<std::string_view, 3> lines{"Date: now\r\n", "", "C: 3\r\n"};
  const std::array<outgoing_response, 11> responses{
      outgoing_response{},
      outgoing_response{.ready_lines = lines},
      outgoing_response{.reason = "Fine"},
      outgoing_response{.fields = own, .ready_lines = lines},
      outgoing_response{.fields = same_size},
      outgoing_response{.fields = chunked},
      outgoing_response{.fields = leaving},
      outgoing_response{.more_fields = more},
      outgoing_response{.status = 204},
      outgoing_response{.status = 304},
      outgoing_response{.status = 404, .ready_lines = lines}};

  for (const auto request : requests) {
    for (const auto& response : responses) {
      for (const std::string_view body : {"", "seven", "and more than ten bytes of it"}) {
        CAPTURE(request);
        CAPTURE(response.status);
        CAPTURE(body);
        answering whole(request);
        const auto refused = whole.machine.send_whole(whole.out, response, body);

        answering parts(request);
        outgoing_response sized = response;
        sized.body = body.empty() ? body_size::none() : body_size::exactly(body.size());
        CHECK(parts.send_head(sized) == refused);
        if (!refused && parts.machine.response_has_body()) {
          CHECK_FALSE(parts.machine.send_data(parts.out, body));
        }
        if (!refused) (void)parts.machine.send_end(parts.out);

        CHECK(whole.text() == parts.text());
        CHECK(whole.machine.response_has_body() == parts.machine.response_has_body());
        CHECK(whole.machine.is_response_complete() == parts.machine.is_response_complete());
        CHECK(whole.machine.must_close() == parts.machine.must_close());
        CHECK(whole.machine.start_next_cycle() == parts.machine.start_next_cycle());
      }
    }
  }
}

TEST_CASE("response: is not sent whole twice, nor while the request is still coming") {
  answering server;
  REQUIRE_FALSE(server.machine.send_whole(server.out, {}, "x"));
  const std::string once(server.text());
  CHECK(server.machine.send_whole(server.out, {}, "x") == errc::wrong_phase);
  CHECK(server.text() == once);

  // It may be answered, but it is not over.
  std::string_view begun = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na";
  server_connection machine;
  byte_buffer out;
  REQUIRE(machine.next(begun).kind == event_kind::head);
  REQUIRE_FALSE(machine.send_whole(out, {}, "x"));
  CHECK(machine.is_response_complete());
  CHECK(machine.start_next_cycle() == errc::wrong_phase);
}

TEST_CASE("response: may have a phrase of its own") {
  CHECK(written(get, {.status = 200, .reason = "Fine"}) ==
        "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("response: a status without a phrase keeps the space") {
  CHECK(written(get, {.status = 599}) == "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("response: fields are written in order, the driver's behind the handler's") {
  const fields own{{"A", "1"}, {"b", ""}};
  const std::array<field, 1> more{field{"Date", "now"}};

  CHECK(written(get, {.fields = own, .more_fields = more}) ==
        "HTTP/1.1 200 OK\r\nA: 1\r\nb: \r\nDate: now\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("response: lines that are ready are written behind the fields as they are") {
  const fields own{{"A", "1"}};
  const std::array<field, 1> more{field{"b", "2"}};
  const std::array<std::string_view, 3> ready{"Date: now\r\n", "", "C: 3\r\n"};

  CHECK(written(get, {.fields = own, .more_fields = more, .ready_lines = ready}) ==
        "HTTP/1.1 200 OK\r\nA: 1\r\nb: 2\r\nDate: now\r\nC: 3\r\n"
        "Content-Length: 0\r\n\r\n");
}

TEST_CASE("response: a body of known length is declared and sent as it is") {
  answering server;

  CHECK_FALSE(server.send_head({.body = body_size::exactly(5)}));
  CHECK_FALSE(server.machine.send_data(server.out, "he"));
  CHECK_FALSE(server.machine.send_data(server.out, "llo"));
  CHECK_FALSE(server.machine.send_end(server.out));
  CHECK(server.text() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_CASE("response: a body of unknown length is sent in chunks") {
  answering server;

  CHECK_FALSE(server.send_head({.body = body_size::unknown()}));
  CHECK_FALSE(server.machine.send_data(server.out, "0123456789abcdef"));
  CHECK_FALSE(server.machine.send_data(server.out, ""));
  CHECK_FALSE(server.machine.send_end(server.out));
  CHECK(server.text() ==
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "10\r\n0123456789abcdef\r\n0\r\n\r\n");
}

TEST_CASE("response: a body can be written past the machine") {
  answering server;
  REQUIRE_FALSE(server.send_head({.body = body_size::unknown()}));
  server.out.clear();

  CHECK_FALSE(server.machine.begin_data(server.out, 0xabcdef0123456789));
  CHECK(server.text() == "abcdef0123456789\r\n");
  CHECK(server.machine.send_data(server.out, "x") == errc::wrong_phase);
  CHECK(server.machine.send_end(server.out) == errc::wrong_phase);
  CHECK_FALSE(server.machine.finish_data(server.out));
  CHECK(server.text() == "abcdef0123456789\r\n\r\n");
}

TEST_CASE("response: a body of unknown length ends with the connection in HTTP/1.0") {
  answering server("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  CHECK_FALSE(server.send_head({.body = body_size::unknown()}));
  CHECK_FALSE(server.machine.send_data(server.out, "hello"));
  CHECK_FALSE(server.machine.send_end(server.out));
  CHECK(server.text() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
  CHECK(server.machine.must_close());
}

TEST_CASE("response: trailers follow a body in chunks") {
  answering server;
  const fields trailers{{"Digest", "x"}};
  REQUIRE_FALSE(server.send_head({.body = body_size::unknown()}));
  server.out.clear();

  CHECK_FALSE(server.machine.send_end(server.out, trailers));
  CHECK(server.text() == "0\r\nDigest: x\r\n\r\n");
}

TEST_CASE("response: trailers cannot follow another body") {
  answering server;
  const fields trailers{{"Digest", "x"}};
  REQUIRE_FALSE(server.send_head({}));

  CHECK(server.machine.send_end(server.out, trailers) == errc::trailers_not_possible);
}

TEST_CASE("response: fields that belong into the head are no trailers") {
  answering server;
  REQUIRE_FALSE(server.send_head({.body = body_size::unknown()}));
  server.out.clear();

  for (const char* name : {"Content-Length", "transfer-encoding", "Host", "Set-Cookie"}) {
    CAPTURE(name);
    CHECK(server.machine.send_end(server.out, fields{{name, "1"}}) == errc::forbidden_trailer);
  }
  CHECK(server.machine.send_end(server.out, fields{{"a", "b\r\nc: d"}}) ==
        fields_errc::invalid_field_value);
  CHECK(server.out.is_empty());
}

TEST_CASE("response: Content-Length among the fields declares the body") {
  const fields declared{{"content-length", "5"}};

  CHECK(written(get, {.fields = declared, .body = body_size::unknown()}) ==
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
  CHECK(written(get, {.fields = declared, .body = body_size::exactly(5)}) ==
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
}

TEST_CASE("response: Transfer-Encoding among the fields is not repeated") {
  const fields declared{{"transfer-encoding", "chunked"}};

  CHECK(written(get, {.fields = declared, .body = body_size::unknown()}) ==
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
}

TEST_CASE("response: fields that contradict the body are refused") {
  const fields five{{"Content-Length", "5"}};
  const fields chunked{{"Transfer-Encoding", "chunked"}};
  const fields both{{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}};
  const fields twice{{"Content-Length", "5"}, {"Content-Length", "5"}};
  const fields malformed{{"Content-Length", "+5"}};
  const fields gzip{{"Transfer-Encoding", "gzip, chunked"}};

  check_refused(get, {.fields = five}, errc::invalid_framing);
  check_refused(get, {.fields = five, .body = body_size::exactly(4)}, errc::invalid_framing);
  check_refused(get, {.fields = chunked}, errc::invalid_framing);
  check_refused(get, {.fields = chunked, .body = body_size::exactly(4)}, errc::invalid_framing);
  check_refused(get, {.fields = both, .body = body_size::unknown()}, errc::invalid_framing);
  check_refused(get, {.fields = twice, .body = body_size::exactly(5)}, errc::invalid_framing);
  check_refused(get, {.fields = malformed, .body = body_size::unknown()}, errc::invalid_framing);
  check_refused(get, {.fields = gzip, .body = body_size::unknown()}, errc::invalid_framing);
  check_refused(old, {.fields = chunked, .body = body_size::unknown()}, errc::invalid_framing);
}

TEST_CASE("response: a body must not be longer than declared") {
  answering server;
  REQUIRE_FALSE(server.send_head({.body = body_size::exactly(3)}));
  server.out.clear();

  CHECK(server.machine.send_data(server.out, "four") == errc::body_too_long);
  CHECK(server.out.is_empty());
  CHECK_FALSE(server.machine.send_data(server.out, "abc"));
}

TEST_CASE("response: a body must not be shorter than declared") {
  answering server;
  REQUIRE_FALSE(server.send_head({.body = body_size::exactly(3)}));
  REQUIRE_FALSE(server.machine.send_data(server.out, "ab"));

  CHECK(server.machine.send_end(server.out) == errc::body_too_short);
  CHECK_FALSE(server.machine.is_response_complete());
}

TEST_CASE("response: to HEAD tells the size of the body it does not send") {
  CHECK(written(head, {.body = body_size::exactly(5)}) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  CHECK(written(head, {.body = body_size::unknown()}) == "HTTP/1.1 200 OK\r\n\r\n");
}

TEST_CASE("response: 304 tells a size only if it is given one") {
  CHECK(written(get, {.status = 304}) == "HTTP/1.1 304 Not Modified\r\n\r\n");
  CHECK(written(get, {.status = 304, .body = body_size::exactly(5)}) ==
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("response: 204 never tells a size") {
  CHECK(written(get, {.status = 204}) == "HTTP/1.1 204 No Content\r\n\r\n");
  const fields zero{{"Content-Length", "0"}};
  check_refused(get, {.status = 204, .fields = zero}, errc::invalid_framing);
  check_refused(get, {.status = 204, .body = body_size::exactly(1)}, errc::invalid_framing);
}

TEST_CASE("response: one without a body refuses data") {
  struct {
    std::string_view request;
    int status;
  } constexpr bodiless[] = {{head, 200}, {get, 204}, {get, 304}};

  for (const auto& [request, status] : bodiless) {
    CAPTURE(status);
    answering server(request);
    REQUIRE_FALSE(server.send_head({.status = status}));
    CHECK_FALSE(server.machine.response_has_body());
    CHECK(server.machine.send_data(server.out, "x") == errc::body_not_allowed);
    CHECK_FALSE(server.machine.send_end(server.out));
  }
}

TEST_CASE("response: injected lines are refused") {
  const fields name{{"a\r\nb", "c"}};
  const fields colon{{"a:", "c"}};
  const fields value{{"a", "b\r\nSet-Cookie: c"}};
  const fields feed{{"a", "b\nc"}};
  const std::array<field, 1> more{field{"a", std::string_view("\0", 1)}};

  check_refused(get, {.fields = name}, fields_errc::invalid_field_name);
  check_refused(get, {.fields = colon}, fields_errc::invalid_field_name);
  check_refused(get, {.fields = value}, fields_errc::invalid_field_value);
  check_refused(get, {.fields = feed}, fields_errc::invalid_field_value);
  check_refused(get, {.more_fields = more}, fields_errc::invalid_field_value);
  check_refused(get, {.reason = "OK\r\na: b"}, fields_errc::invalid_reason);
}

TEST_CASE("response: a status out of range is refused") {
  for (const int status : {0, 99, 100, 103, 199, 600, -200}) {
    CAPTURE(status);
    check_refused(get, {.status = status}, errc::invalid_status);
  }
}

TEST_CASE("response: has one head") {
  answering server;
  REQUIRE_FALSE(server.send_head({}));
  server.out.clear();

  CHECK(server.send_head({}) == errc::wrong_phase);
  CHECK(server.out.is_empty());
}

TEST_CASE("response: starts with the head") {
  answering server;

  CHECK(server.machine.send_data(server.out, "x") == errc::wrong_phase);
  CHECK(server.machine.send_end(server.out) == errc::wrong_phase);
}

TEST_CASE("response: can be written before any request") {
  server_connection machine;
  byte_buffer out;

  CHECK_FALSE(machine.send_head(out, {.status = 408}));
  CHECK_FALSE(machine.send_end(out));
  CHECK(out.text() ==
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(machine.must_close());
}

TEST_CASE("response: can be written to a request that was refused") {
  server_connection machine;
  byte_buffer out;
  std::string_view input = "nonsense\r\n";
  const event refused = machine.next(input);

  CHECK_FALSE(machine.send_head(out, {.status = suggested_status(refused.error)}));
  CHECK_FALSE(machine.send_end(out));
  CHECK(out.text() == "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(machine.must_close());
}

TEST_CASE("keep-alive: HTTP/1.0 is told that it is granted") {
  answering server("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE_FALSE(server.send_head({}));
  REQUIRE_FALSE(server.machine.send_end(server.out));

  CHECK(server.text() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  CHECK_FALSE(server.machine.must_close());
}

TEST_CASE("keep-alive: HTTP/1.0 is told that it is not") {
  CHECK(written(old, {}) == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("keep-alive: a server that drains says so") {
  answering server;
  server.machine.disable_keep_alive();
  REQUIRE_FALSE(server.send_head({}));
  REQUIRE_FALSE(server.machine.send_end(server.out));

  CHECK(server.text() == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  CHECK(server.machine.must_close());
  CHECK(server.machine.start_next_cycle() == errc::not_reusable);
}

TEST_CASE("keep-alive: Connection among the fields ends it") {
  answering server;
  const fields close{{"connection", "Close"}};
  REQUIRE_FALSE(server.send_head({.fields = close}));
  REQUIRE_FALSE(server.machine.send_end(server.out));

  CHECK(server.text() == "HTTP/1.1 200 OK\r\nconnection: Close\r\nContent-Length: 0\r\n\r\n");
  CHECK(server.machine.must_close());
}

TEST_CASE("keep-alive: the next cycle starts when both messages are over") {
  answering server;
  CHECK(server.machine.start_next_cycle() == errc::wrong_phase);
  REQUIRE_FALSE(server.send_head({}));
  CHECK(server.machine.start_next_cycle() == errc::wrong_phase);
  REQUIRE_FALSE(server.machine.send_end(server.out));

  CHECK_FALSE(server.machine.must_close());
  CHECK_FALSE(server.machine.start_next_cycle());
}

TEST_CASE("keep-alive: an early answer waits for the rest of the request") {
  std::string_view input = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n";
  server_connection machine;
  byte_buffer out;
  REQUIRE(machine.next(input).kind == event_kind::head);
  REQUIRE_FALSE(machine.send_head(out, {.status = 413}));
  REQUIRE_FALSE(machine.send_end(out));
  CHECK(machine.start_next_cycle() == errc::wrong_phase);

  std::string_view rest = "x";
  REQUIRE(machine.next(rest).kind == event_kind::data);
  REQUIRE(machine.next(rest).kind == event_kind::end);
  CHECK_FALSE(machine.start_next_cycle());
}

TEST_CASE("keep-alive: what was said of one request does not reach the next") {
  answering server(head);
  REQUIRE_FALSE(server.send_head({}));
  REQUIRE_FALSE(server.machine.send_end(server.out));
  REQUIRE_FALSE(server.machine.start_next_cycle());
  std::string_view next = get;
  REQUIRE(server.machine.next(next).kind == event_kind::head);
  REQUIRE_FALSE(server.send_head({.body = body_size::exactly(1)}));

  CHECK(server.machine.response_has_body());
}

TEST_CASE("100 Continue: is sent in front of the response") {
  std::string_view input =
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
  server_connection machine;
  byte_buffer out;
  REQUIRE(machine.next(input).kind == event_kind::head);

  CHECK_FALSE(machine.send_informational(out, 100));
  CHECK(out.text() == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK_FALSE(machine.expects_continue());
}

TEST_CASE("100 Continue: nobody waits for it once there is an answer") {
  std::string_view input =
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n";
  server_connection machine;
  byte_buffer out;
  REQUIRE(machine.next(input).kind == event_kind::head);

  REQUIRE_FALSE(machine.send_head(out, {.status = 417}));

  CHECK_FALSE(machine.expects_continue());
}

TEST_CASE("informational response: may have fields") {
  answering server;
  const fields links{{"Link", "</a>; rel=preload"}};

  CHECK_FALSE(server.machine.send_informational(server.out, 103, links));
  CHECK(server.text() == "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n");
}

TEST_CASE("informational response: is refused where it cannot be") {
  answering server;
  CHECK(server.machine.send_informational(server.out, 101) == errc::invalid_status);
  CHECK(server.machine.send_informational(server.out, 200) == errc::invalid_status);
  CHECK(server.machine.send_informational(server.out, 103, fields{{"Content-Length", "0"}}) ==
        errc::invalid_framing);
  CHECK(server.out.is_empty());

  answering to_old(old);
  CHECK(to_old.machine.send_informational(to_old.out, 103) == errc::wrong_phase);

  REQUIRE_FALSE(server.send_head({}));
  CHECK(server.machine.send_informational(server.out, 103) == errc::wrong_phase);

  server_connection idle;
  CHECK(idle.send_informational(server.out, 103) == errc::wrong_phase);
}

TEST_CASE("switch: 101 leaves HTTP and hands over what follows") {
  const fields accepted{{"Upgrade", "x"}, {"Connection", "upgrade"}};
  answering server(upgrade);

  CHECK_FALSE(server.send_head({.status = 101, .fields = accepted}));
  CHECK(server.text() ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
  std::string_view frames = "frames";
  CHECK(server.machine.next(frames).kind == event_kind::switched);
  CHECK(frames == "frames");
}

TEST_CASE("switch: 2xx to CONNECT leaves HTTP") {
  answering server(connect);

  CHECK_FALSE(server.send_head({}));
  CHECK(server.text() == "HTTP/1.1 200 OK\r\n\r\n");
  std::string_view tunnel = "bytes";
  CHECK(server.machine.next(tunnel).kind == event_kind::switched);
}

TEST_CASE("switch: what follows the proposal is not read before the answer") {
  std::string_view input = "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n\x16\x03\x01";
  server_connection machine;
  REQUIRE(machine.next(input).kind == event_kind::head);
  REQUIRE(machine.next(input).kind == event_kind::end);

  CHECK(machine.next(input).kind == event_kind::paused);
  CHECK(input == "\x16\x03\x01");
}

TEST_CASE("switch: can be declined") {
  answering server(upgrade);
  REQUIRE_FALSE(server.send_head({}));
  REQUIRE_FALSE(server.machine.send_end(server.out));

  CHECK_FALSE(server.machine.start_next_cycle());
}

TEST_CASE("switch: 101 without a proposal is refused") {
  check_refused(get, {.status = 101}, errc::switch_not_proposed);
  check_refused(connect, {.status = 101}, errc::switch_not_proposed);
}

TEST_CASE("switch: waits for the whole request") {
  std::string_view input =
      "POST / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\nContent-Length: "
      "1\r\n\r\n";
  server_connection machine;
  byte_buffer out;
  REQUIRE(machine.next(input).kind == event_kind::head);

  CHECK(machine.send_head(out, {.status = 101}) == errc::wrong_phase);
}

TEST_CASE("suggested status: says what is wrong with the request") {
  CHECK(suggested_status(errc::bad_field_name) == 400);
  CHECK(suggested_status(errc::body_too_large) == 413);
  CHECK(suggested_status(errc::start_line_too_long) == 414);
  CHECK(suggested_status(errc::too_many_fields) == 431);
  CHECK(suggested_status(errc::field_line_too_long) == 431);
  CHECK(suggested_status(errc::field_section_too_large) == 431);
  CHECK(suggested_status(errc::unknown_transfer_coding) == 501);
  CHECK(suggested_status(errc::unsupported_version) == 505);
}

TEST_CASE("suggested status: our own mistakes are no fault of the client") {
  CHECK(suggested_status(errc::wrong_phase) == 500);
  CHECK(suggested_status(std::make_error_code(std::errc::io_error)) == 500);
}
