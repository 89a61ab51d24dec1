// SPDX-License-Identifier: MIT
#include "leat/proto/http1/client_connection.hpp"

#include <string>
#include <string_view>
#include <system_error>

#include "leat/base/error.hpp"
#include "leat/proto/fields/error.hpp"
#include "leat/proto/http1/ready_fields.hpp"

#include "proto/http1/transcript.hpp"
#include "support/test.hpp"

using namespace leat::proto::http1;
using leat::byte_buffer;
using leat::proto::fields;
using leat::proto::fields_errc;
using leat::test::client_transcript;
using leat::test::however_it_comes;

namespace {

const fields host{{"Host", "h"}};
const fields upgrade{{"Host", "h"}, {"Upgrade", "x"}, {"Connection", "upgrade"}};

std::string written(const outgoing_request& request) {
  client_connection machine;
  byte_buffer out;
  const std::error_code error = machine.send_head(out, request);
  return error ? error.message() : std::string(out.text());
}

void check_refused(const outgoing_request& request, std::error_code why) {
  client_connection machine;
  byte_buffer out;
  CHECK(machine.send_head(out, request) == why);
  CHECK(why == leat::failure::caller_fault);
  CHECK(out.is_empty());
  CHECK(machine.is_idle());
}

/// Sends a whole request without a body.
void ask(client_connection& machine, std::string_view method = "GET", const fields& with = host) {
  byte_buffer out;
  const std::string_view target = method == "CONNECT" ? "h:443" : "/";
  REQUIRE_FALSE(machine.send_head(out, {.method = method, .target = target, .fields = with}));
  REQUIRE_FALSE(machine.send_end(out));
}

void check_reads(std::string_view input, std::string_view expected, std::string_view method = "GET",
                 const fields& with = host) {
  however_it_comes<client_transcript>(
      input, {}, [&](client_transcript& client) { ask(client.machine(), method, with); },
      [&](client_transcript& client) { CHECK(client.text() == expected); });
}

void check_reads_until_eof(std::string_view input, std::string_view expected) {
  however_it_comes<client_transcript>(
      input, {}, [&](client_transcript& client) { ask(client.machine()); },
      [&](client_transcript& client) {
        client.end_of_input();
        CHECK(client.text() == expected);
      });
}

}  // namespace

TEST_CASE("request: without a body has no framing") {
  CHECK(written({.method = "GET", .target = "/a?b", .fields = host}) ==
        "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("request: whose method anticipates a body says that there is none") {
  CHECK(written({.method = "POST", .target = "/", .fields = host}) ==
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("request: a body of known length is declared and sent as it is") {
  client_connection machine;
  byte_buffer out;

  CHECK_FALSE(machine.send_head(
      out, {.method = "PUT", .target = "/", .fields = host, .body = body_size::exactly(3)}));
  CHECK_FALSE(machine.send_data(out, "abc"));
  CHECK_FALSE(machine.send_end(out));
  CHECK(out.text() == "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
}

TEST_CASE("request: a body of unknown length is sent in chunks") {
  client_connection machine;
  byte_buffer out;

  CHECK_FALSE(machine.send_head(
      out, {.method = "PUT", .target = "/", .fields = host, .body = body_size::unknown()}));
  CHECK_FALSE(machine.send_data(out, "abc"));
  CHECK_FALSE(machine.send_data(out, ""));
  CHECK_FALSE(machine.send_end(out));
  CHECK(out.text() ==
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
}

TEST_CASE("request: an empty body of unknown length is just the last chunk") {
  client_connection machine;
  byte_buffer out;
  REQUIRE_FALSE(machine.send_head(
      out, {.method = "PUT", .target = "/", .fields = host, .body = body_size::unknown()}));
  out.clear();

  CHECK_FALSE(machine.send_end(out));
  CHECK(out.text() == "0\r\n\r\n");
}

TEST_CASE("request: a Content-Length of the user is held to") {
  const fields declared{{"Host", "h"}, {"Content-Length", "3"}};
  client_connection machine;
  byte_buffer out;
  REQUIRE_FALSE(machine.send_head(
      out, {.method = "PUT", .target = "/", .fields = declared, .body = body_size::unknown()}));

  CHECK(out.text() == "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n");
  CHECK(machine.send_data(out, "four") == errc::body_too_long);
  CHECK(machine.send_end(out) == errc::body_too_short);
}

TEST_CASE("request: injected lines are refused") {
  const fields value{{"Host", "h"}, {"a", "b\r\nc: d"}};
  const fields name{{"Host", "h"}, {"a b", "c"}};
  const fields host_line{{"Host", "h\r\na: b"}};

  check_refused({.method = "GET / HTTP/1.1\r\na: b\r\n\r\nGET", .target = "/", .fields = host},
                fields_errc::invalid_method);
  check_refused({.method = "", .target = "/", .fields = host}, fields_errc::invalid_method);
  check_refused({.method = "GET", .target = "/ HTTP/1.1\r\na: b", .fields = host},
                fields_errc::invalid_target);
  check_refused({.method = "GET", .target = "", .fields = host}, fields_errc::invalid_target);
  check_refused({.method = "GET", .target = "/", .fields = value},
                fields_errc::invalid_field_value);
  check_refused({.method = "GET", .target = "/", .fields = name}, fields_errc::invalid_field_name);
  check_refused({.method = "GET", .target = "/", .fields = host_line},
                fields_errc::invalid_field_value);
}

TEST_CASE("request: fields that are ready are what they are otherwise") {
  const fields close{{"Host", "h"}, {"Connection", "close"}};
  const fields sized{{"A", "b"}, {"Host", "h"}, {"Content-Length", "0"}, {"B", ""}};
  const fields chunked{{"Host", "h"}, {"Transfer-Encoding", "chunked"}};
  for (const auto& each : {host, upgrade, close, sized, chunked}) {
    const ready_fields ready(each);
    REQUIRE(ready.is_ready());
    for (const char* method : {"GET", "POST", "HEAD", "CONNECT", "a b", ""}) {
      for (const char* target : {"/", "h:1", "", "/ x"}) {
        for (const auto body : {body_size::none(), body_size::exactly(3), body_size::unknown()}) {
          outgoing_request request{
              .method = method, .target = target, .fields = each, .body = body};
          client_connection usual;
          client_connection short_way;
          byte_buffer expected;
          byte_buffer out;
          const auto error = usual.send_head(expected, request);
          request.fields = {};
          request.ready = &ready;
          CHECK(short_way.send_head(out, request) == error);
          CHECK(out.text() == expected.text());
          CHECK(short_way.keep_alive() == usual.keep_alive());
          CHECK(short_way.is_idle() == usual.is_idle());
        }
      }
    }
  }
}

TEST_CASE("request: fields that no request may have are not ready") {
  for (const auto& each :
       {fields{}, fields{{"a", "b"}}, fields{{"Host", "h"}, {"host", "h"}},
        fields{{"Host", "h"}, {"a", "b\r\nc: d"}}, fields{{"Host", "h"}, {"a b", "c"}},
        fields{{"Host", "h"}, {"Content-Length", "x"}}}) {
    const ready_fields refused(each);
    CHECK_FALSE(refused.is_ready());
    check_refused({.method = "GET", .target = "/", .ready = &refused}, errc::host_required);
  }
  CHECK_FALSE(ready_fields().is_ready());
}

TEST_CASE("request: needs exactly one Host") {
  const fields two{{"Host", "h"}, {"host", "h"}};

  check_refused({.method = "GET", .target = "/"}, errc::host_required);
  check_refused({.method = "GET", .target = "/", .fields = two}, errc::host_required);
}

TEST_CASE("request: fields that contradict the body are refused") {
  const fields three{{"Host", "h"}, {"Content-Length", "3"}};
  const fields chunked{{"Host", "h"}, {"Transfer-Encoding", "chunked"}};

  check_refused({.method = "PUT", .target = "/", .fields = three}, errc::invalid_framing);
  check_refused({.method = "PUT", .target = "/", .fields = three, .body = body_size::exactly(4)},
                errc::invalid_framing);
  check_refused({.method = "PUT", .target = "/", .fields = chunked, .body = body_size::exactly(4)},
                errc::invalid_framing);
  check_refused(
      {.method = "CONNECT", .target = "h:1", .fields = host, .body = body_size::exactly(4)},
      errc::invalid_framing);
}

TEST_CASE("request: one without a body refuses data") {
  client_connection machine;
  byte_buffer out;
  REQUIRE_FALSE(machine.send_head(out, {.method = "GET", .target = "/", .fields = host}));

  CHECK(machine.send_data(out, "x") == errc::body_not_allowed);
}

TEST_CASE("request: has one head in a cycle") {
  client_connection machine;
  byte_buffer out;
  ask(machine);

  CHECK(machine.send_head(out, {.method = "GET", .target = "/", .fields = host}) ==
        errc::wrong_phase);
  CHECK(out.is_empty());
}

TEST_CASE("request: the last one on a connection says so") {
  client_connection machine;
  byte_buffer out;
  machine.disable_keep_alive();

  CHECK_FALSE(machine.send_head(out, {.method = "GET", .target = "/", .fields = host}));
  CHECK(out.text() == "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
}

TEST_CASE("client: reads a response with a body of a declared length") {
  check_reads("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
              "200 OK 1.1 [Content-Length=5]\ndata hello\nend\n");
}

TEST_CASE("client: reads a response with a body in chunks") {
  check_reads(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nDigest: x\r\n\r\n",
      "200 OK 1.1 [Transfer-Encoding=chunked]\ndata abcde\nend [Digest=x]\n");
}

TEST_CASE("client: reads a body up to the end of the connection") {
  check_reads_until_eof("HTTP/1.1 200 OK\r\n\r\nhello", "200 OK 1.1\ndata hello\nend\n");
}

TEST_CASE("client: a response without a length cannot be followed by another") {
  client_transcript client;
  ask(client.machine());
  client.feed("HTTP/1.1 200 OK\r\n\r\n");

  CHECK_FALSE(client.machine().keep_alive());
}

TEST_CASE("client: HEAD, 204 and 304 have no body whatever their fields say") {
  check_reads("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
              "200 OK 1.1 [Content-Length=5]\nend\n", "HEAD");
  check_reads("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
              "200 OK 1.1 [Transfer-Encoding=chunked]\nend\n", "HEAD");
  check_reads("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
              "204 No Content 1.1 [Content-Length=5]\nend\n");
  check_reads("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
              "304 Not Modified 1.1 [Content-Length=5]\nend\n");
}

TEST_CASE("client: can reuse the connection after a response without a body") {
  for (const std::string_view response :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n"}) {
    client_transcript client;
    ask(client.machine());
    client.feed(response);
    CHECK(client.machine().is_reusable());
  }
}

TEST_CASE("client: tells informational responses apart from the final one") {
  check_reads(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "100 Continue 1.1\n103 Early Hints 1.1 [Link=x]\n200 OK 1.1 [Content-Length=0]\nend\n");
}

TEST_CASE("client: refuses more informational responses than the limit") {
  const std::string response = "HTTP/1.1 103 Early Hints\r\n\r\n";
  client_transcript client({.max_informational = 2});
  ask(client.machine());

  client.feed(response + response);
  CHECK_FALSE(client.text().find("failed") != std::string::npos);
  client.feed(response);
  CHECK(client.text().ends_with("failed: more informational responses than the limit\n"));
}

TEST_CASE("client: counts informational responses anew for each request") {
  client_transcript client({.max_informational = 1});
  for (int i = 0; i < 3; ++i) {
    ask(client.machine());
    client.feed("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    CHECK_FALSE(client.machine().start_next_cycle());
  }
}

TEST_CASE("client: accepts a status line without a reason") {
  check_reads("HTTP/1.1 204\r\n\r\n", "204  1.1\nend\n");
  check_reads("HTTP/1.1 204 \r\n\r\n", "204  1.1\nend\n");
}

TEST_CASE("client: accepts a reason beyond ASCII") {
  check_reads("HTTP/1.1 204 Sch\xc3\xb6n hier\r\n\r\n", "204 Sch\xc3\xb6n hier 1.1\nend\n");
}

TEST_CASE("client: accepts a status above 599, as some servers send") {
  check_reads("HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n", "600 X 1.1 [Content-Length=0]\nend\n");
  check_reads("HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n", "999  1.1 [Content-Length=0]\nend\n");
}

TEST_CASE("client: refuses a malformed status line") {
  for (const std::string_view line :
       {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 20x OK",
        "HTTP/1.1  200 OK", "HTTP/1.1 200OK", "HTTP/1.1 099 X", "http/1.1 200 OK", "HTTP/11 200 OK",
        "ICY 200 OK", " HTTP/1.1 200 OK", "HTTP/1.1\t200 OK", "<html>"}) {
    CAPTURE(line);
    check_reads(std::string(line) + "\r\n\r\n", "failed: malformed status line\n");
  }
}

TEST_CASE("client: takes a higher minor version for 1.1") {
  check_reads("HTTP/1.2 204 X\r\n\r\n", "204 X 1.1\nend\n");
  check_reads("HTTP/1.9 200 X\r\nContent-Length: 0\r\n\r\n", "200 X 1.1 [Content-Length=0]\nend\n");
}

TEST_CASE("client: refuses another major version") {
  for (const std::string_view version : {"HTTP/0.9", "HTTP/2.0", "HTTP/3.1"}) {
    check_reads(std::string(version) + " 200 OK\r\n\r\n",
                "failed: HTTP version is neither 1.0 nor 1.1\n");
  }
}

TEST_CASE("client: the end of the connection without a response may be met by another attempt") {
  client_connection machine;
  ask(machine);
  machine.end_of_input();
  std::string_view nothing;

  const event found = machine.next(nothing);

  CHECK(found.error == errc::no_response);
  CHECK(make_error_code(found.error) == leat::failure::transient);
}

TEST_CASE("client: the end of the connection inside of a response is a failure") {
  for (const std::string_view whole :
       {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n"}) {
    for (std::size_t size = 1; size <= whole.size(); ++size) {
      client_transcript client;
      ask(client.machine());
      client.feed(whole.substr(0, size));
      client.end_of_input();
      CHECK(client.text().ends_with("failed: connection ended inside of a message\n"));
    }
  }
}

TEST_CASE("client: the end of the connection behind an informational response is a failure") {
  check_reads_until_eof("HTTP/1.1 100 Continue\r\n\r\n",
                        "100 Continue 1.1\nfailed: connection ended inside of a message\n");
}

TEST_CASE("client: the end of the connection between two exchanges is clean") {
  client_transcript client;
  client.end_of_input();

  CHECK(client.text() == "closed\n");
}

TEST_CASE("client: bytes that nobody asked for are refused") {
  client_transcript client;
  client.feed("HTTP/1.1 408 Request Timeout\r\n\r\n");

  CHECK(client.text() == "failed: bytes that no request asked for\n");
}

TEST_CASE("client: bytes behind a response end the use of the connection") {
  client_transcript client;
  ask(client.machine());
  client.feed("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n");

  CHECK(client.text() == "204 No Content 1.1\nend\n");
  CHECK_FALSE(client.machine().is_reusable());
  CHECK(client.machine().start_next_cycle() == errc::not_reusable);
}

TEST_CASE("client: keeps the connection alive as the version and the server say") {
  struct {
    std::string_view response;
    bool is_reusable;
  } constexpr cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", true},
  };

  for (const auto& [response, is_reusable] : cases) {
    CAPTURE(response);
    client_transcript client;
    ask(client.machine());
    client.feed(response);
    CHECK(client.machine().is_reusable() == is_reusable);
  }
}

TEST_CASE("client: cannot reuse the connection while its request is incomplete") {
  client_transcript client;
  byte_buffer out;
  REQUIRE_FALSE(client.machine().send_head(
      out, {.method = "PUT", .target = "/", .fields = host, .body = body_size::exactly(1)}));
  client.feed("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  CHECK(client.machine().start_next_cycle() == errc::wrong_phase);

  REQUIRE_FALSE(client.machine().send_data(out, "x"));
  REQUIRE_FALSE(client.machine().send_end(out));
  CHECK_FALSE(client.machine().start_next_cycle());
}

TEST_CASE("client: holds its body back until 100 Continue") {
  const fields expecting{{"Host", "h"}, {"Expect", "100-continue"}};
  client_transcript client;
  byte_buffer out;
  REQUIRE_FALSE(client.machine().send_head(
      out, {.method = "PUT", .target = "/", .fields = expecting, .body = body_size::exactly(1)}));
  CHECK(client.machine().waits_for_continue());

  client.feed("HTTP/1.1 100 Continue\r\n\r\n");

  CHECK_FALSE(client.machine().waits_for_continue());
}

TEST_CASE("client: leaves HTTP after 101 and hands over what follows") {
  client_transcript client;
  ask(client.machine(), "GET", upgrade);
  CHECK_FALSE(client.machine().has_switched());
  client.feed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nframes");
  CHECK(client.machine().has_switched());

  CHECK(client.text() == "101 Switching Protocols 1.1 [Upgrade=x]\nswitched\n");
  CHECK(client.input().text() == "frames");
}

TEST_CASE("client: leaves HTTP after 2xx to CONNECT, whose framing fields mean nothing") {
  client_transcript client;
  ask(client.machine(), "CONNECT");
  client.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbytes");
  CHECK(client.machine().has_switched());

  CHECK(client.text() == "200 OK 1.1 [Content-Length=5]\nswitched\n");
  CHECK(client.input().text() == "bytes");
}

TEST_CASE("client: stays in HTTP when the server declines to leave it") {
  check_reads("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
              "200 OK 1.1 [Content-Length=0]\nend\n", "GET", upgrade);
  check_reads("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n",
              "407 No 1.1 [Content-Length=0]\nend\n", "CONNECT");
}

TEST_CASE("client: refuses to leave HTTP unasked") {
  check_reads("HTTP/1.1 101 Switching Protocols\r\n\r\n",
              "failed: switch to a protocol that was not proposed\n");
}

TEST_CASE("client: tells the length of a body before it comes") {
  const auto length_of = [](std::string_view response) {
    client_connection machine;
    ask(machine);
    REQUIRE(machine.next(response).kind == event_kind::head);
    return machine.body_length();
  };

  CHECK(length_of("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n") == 7);
  CHECK(length_of("HTTP/1.1 204 No\r\nContent-Length: 7\r\n\r\n") == 0);
  CHECK_FALSE(length_of("HTTP/1.1 200 OK\r\n\r\n"));
  CHECK_FALSE(length_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

namespace {

/// A client that has read the head of `response`, and what is left of that.
struct behind_head {
  explicit behind_head(std::string_view response, std::string_view method = "GET",
                       const limits& bounds = {})
      : machine(bounds), rest(response) {
    ask(machine, method);
    REQUIRE(machine.next(rest).kind == event_kind::head);
  }

  client_connection machine;
  std::string_view rest;
};

}  // namespace

TEST_CASE("client: a body that is there as a whole may be taken at once") {
  behind_head client("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");

  CHECK(client.machine.take_whole_body(client.rest) == "hello");
  CHECK(client.rest.empty());
  CHECK(client.machine.is_reusable());
  CHECK(client.machine.next(client.rest).kind == event_kind::paused);
  CHECK_FALSE(client.machine.take_whole_body(client.rest));
}

TEST_CASE("client: an answer without a body has an empty one to be taken") {
  behind_head no_content("HTTP/1.1 204 No\r\nContent-Length: 7\r\n\r\n");
  CHECK(no_content.machine.take_whole_body(no_content.rest) == "");
  CHECK(no_content.machine.is_reusable());

  behind_head of_head("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", "HEAD");
  CHECK(of_head.machine.take_whole_body(of_head.rest) == "");
  CHECK(of_head.machine.is_reusable());
}

TEST_CASE("client: bytes behind a body that is taken end the use of the connection") {
  behind_head client("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK");

  CHECK(client.machine.take_whole_body(client.rest) == "hello");
  CHECK(client.rest == "HTTP/1.1 200 OK");
  CHECK_FALSE(client.machine.is_reusable());
}

TEST_CASE("client: of a body that is not there as a whole, nothing is taken") {
  for (const char* response :
       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    CAPTURE(response);
    behind_head client(response);
    const std::string_view before = client.rest;
    CHECK_FALSE(client.machine.take_whole_body(client.rest));
    CHECK(client.rest == before);
    CHECK_FALSE(client.machine.is_reusable());
  }
}

TEST_CASE("client: the rest of a body may be taken when its beginning was told") {
  behind_head client("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  CHECK(client.machine.next(client.rest).data == "he");
  client.rest = "llo";

  CHECK(client.machine.take_whole_body(client.rest) == "llo");
  CHECK(client.machine.is_reusable());
}

TEST_CASE("client: a body above the limit is not taken, but refused") {
  const std::string_view response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  behind_head at_limit(response, "GET", {.max_body_bytes = 5});
  CHECK(at_limit.machine.take_whole_body(at_limit.rest) == "hello");

  behind_head above(response, "GET", {.max_body_bytes = 4});
  CHECK_FALSE(above.machine.take_whole_body(above.rest));
  CHECK(above.machine.next(above.rest).error == errc::body_too_large);
  CHECK_FALSE(above.machine.take_whole_body(above.rest));
}

TEST_CASE("client: what is not the body of an answer cannot be taken for one") {
  client_connection machine;
  std::string_view bytes = "hello";
  CHECK_FALSE(machine.take_whole_body(bytes));
  ask(machine);
  CHECK_FALSE(machine.take_whole_body(bytes));

  client_connection switched;
  ask(switched, "GET", upgrade);
  std::string_view response =
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
      "x";
  REQUIRE(switched.next(response).kind == event_kind::head);
  CHECK_FALSE(switched.take_whole_body(response));
  CHECK(response == "x");
}
