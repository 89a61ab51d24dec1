// SPDX-License-Identifier: MIT
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/http1/server_connection.hpp"

#include "proto/http1/transcript.hpp"
#include "support/test.hpp"

using namespace leat::proto::http1;
using leat::proto::equals_ignoring_case;
using leat::test::however_it_comes;
using leat::test::server_transcript;

namespace {

const auto nothing = [](server_transcript&) {};

void check_reads(std::string_view input, std::string_view expected) {
  however_it_comes<server_transcript>(
      input, {}, nothing, [&](server_transcript& server) { CHECK(server.text() == expected); });
}

void check_reads_until_eof(std::string_view input, std::string_view expected) {
  however_it_comes<server_transcript>(input, {}, nothing, [&](server_transcript& server) {
    server.end_of_input();
    CHECK(server.text() == expected);
  });
}

/// A machine that has read `input` up to the end of the head.
server_connection at_head(std::string_view input) {
  server_connection machine;
  REQUIRE(machine.next(input).kind == event_kind::head);
  return machine;
}

}  // namespace

TEST_CASE("server: reads a request without a body") {
  check_reads("GET /a?b HTTP/1.1\r\nHost: h\r\nAccept:*/*\r\n\r\n",
              "GET /a?b 1.1 [Host=h] [Accept=*/*]\nend\n");
}

TEST_CASE("server: strips blanks around a value") {
  check_reads("GET / HTTP/1.1\r\nHost: \t h \t\r\nX:\r\nY: \t\r\n\r\n",
              "GET / 1.1 [Host=h] [X=] [Y=]\nend\n");
}

TEST_CASE("server: reads a body of a declared length") {
  check_reads("POST / HTTP/1.1\r\nHost: h\r\ncontent-length: 5\r\n\r\nhello",
              "POST / 1.1 [Host=h] [content-length=5]\ndata hello\nend\n");
}

TEST_CASE("server: a declared length of zero is no body") {
  check_reads("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
              "POST / 1.1 [Host=h] [Content-Length=0]\nend\n");
}

TEST_CASE("server: reads a body in chunks") {
  check_reads(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n",
      "POST / 1.1 [Host=h] [Transfer-Encoding=Chunked]\ndata hello!\nend\n");
}

TEST_CASE("server: keeps trailers apart from the fields of the head") {
  check_reads(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n0\r\nDigest: x\r\nContent-Length: 9\r\n\r\n",
      "POST / 1.1 [Host=h] [Transfer-Encoding=chunked]\ndata a\n"
      "end [Digest=x] [Content-Length=9]\n");
}

TEST_CASE("server: reads requests that were sent ahead one after the other") {
  check_reads(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET /1 1.1 [Host=h]\nend\n"
      "POST /2 1.1 [Host=h] [Content-Length=3]\ndata abc\nend\n"
      "GET /3 1.1 [Host=h]\nend\n");
}

TEST_CASE("server: leaves the next request unread until the cycle is over") {
  std::string_view input = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
  server_connection machine;
  REQUIRE(machine.next(input).kind == event_kind::head);
  REQUIRE(machine.next(input).kind == event_kind::end);

  CHECK(machine.next(input).kind == event_kind::paused);
  CHECK(input == "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("server: skips one empty line in front of a request line") {
  check_reads("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / 1.1 [Host=h]\nend\n");
}

TEST_CASE("server: refuses a second empty line in front of a request line") {
  check_reads("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "failed: malformed request line\n");
}

TEST_CASE("server: reads the four forms of a target") {
  check_reads("GET http://a.test/x HTTP/1.1\r\nHost: a.test\r\n\r\n",
              "GET http://a.test/x 1.1 [Host=a.test]\nend\n");
  check_reads("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "OPTIONS * 1.1 [Host=h]\nend\n");
  check_reads("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
              "CONNECT h:443 1.1 [Host=h:443]\nend\n");
}

TEST_CASE("server: HTTP/1.0 needs no Host") {
  check_reads("GET / HTTP/1.0\r\n\r\n", "GET / 1.0\nend\n");
}

TEST_CASE("server: accepts every plausible Host") {
  for (const std::string host : {"", "a.test", "a.test:80", "[::1]:8080", "127.0.0.1", "a_b"}) {
    check_reads("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
                "GET / 1.1 [Host=" + host + "]\nend\n");
  }
}

TEST_CASE("server: the end of the connection between two requests is clean") {
  check_reads_until_eof("", "closed\n");
  check_reads_until_eof("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / 1.1 [Host=h]\nend\nclosed\n");
  check_reads_until_eof("\r\n", "closed\n");
}

TEST_CASE("server: the end of the connection inside of a request is a failure") {
  constexpr std::string_view failed = "failed: connection ended inside of a message\n";
  constexpr std::string_view sized = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\na";
  constexpr std::string_view chunked =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n";

  for (const std::string_view whole : {sized, chunked}) {
    for (std::size_t size = 1; size <= whole.size(); ++size) {
      server_transcript server;
      server.feed(whole.substr(0, size));
      server.end_of_input();
      CHECK(server.text().ends_with(failed));
    }
  }
}

TEST_CASE("server: consumes nothing of a head until it is complete") {
  std::string_view input = "GET / HTTP/1.1\r\nHost: h\r\n\r";
  server_connection machine;

  CHECK(machine.next(input).kind == event_kind::need_more);
  CHECK(input.size() == 26);
}

TEST_CASE("server: a failure is told again") {
  std::string_view input = "nonsense\r\n";
  server_connection machine;
  const event first = machine.next(input);

  CHECK(first.kind == event_kind::failed);
  CHECK(machine.next(input).error == first.error);
}

TEST_CASE("server: tells the length of a body before it comes") {
  CHECK(at_head("GET / HTTP/1.1\r\nHost: h\r\n\r\n").body_length() == 0);
  CHECK(at_head("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n").body_length() == 7);
  CHECK_FALSE(
      at_head("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").body_length());
}

TEST_CASE("server: keeps the connection alive as the version and the client say") {
  CHECK(at_head("GET / HTTP/1.1\r\nHost: h\r\n\r\n").keep_alive());
  CHECK_FALSE(at_head("GET / HTTP/1.1\r\nHost: h\r\nConnection: te, Close\r\n\r\n").keep_alive());
  CHECK_FALSE(at_head("GET / HTTP/1.0\r\n\r\n").keep_alive());
  CHECK(at_head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive());
  CHECK_FALSE(at_head("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").keep_alive());
}

TEST_CASE("server: sees that a client waits for 100 Continue") {
  CHECK(at_head("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n")
            .expects_continue());
}

TEST_CASE("server: nobody waits for 100 Continue without a body or in HTTP/1.0") {
  CHECK_FALSE(
      at_head("GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n").expects_continue());
  CHECK_FALSE(at_head("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
                  .expects_continue());
}

TEST_CASE("server: nobody waits for 100 Continue once the body comes") {
  std::string_view input =
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na";
  server_connection machine;
  REQUIRE(machine.next(input).kind == event_kind::head);
  REQUIRE(machine.next(input).kind == event_kind::data);

  CHECK_FALSE(machine.expects_continue());
}

TEST_CASE("server: sees a proposal to leave HTTP") {
  CHECK(at_head("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n").switch_proposed());
  CHECK(at_head("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
            .switch_proposed());
  CHECK_FALSE(at_head("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\n\r\n").switch_proposed());
  CHECK_FALSE(
      at_head("GET / HTTP/1.0\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n").switch_proposed());
}

TEST_CASE("server: a head can be kept after its buffer is gone") {
  leat::proto::fields kept;
  {
    std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
    std::string_view input = bytes;
    server_connection machine;
    REQUIRE(machine.next(input).kind == event_kind::head);
    kept = leat::proto::fields(machine.head().fields);
    bytes.assign(bytes.size(), 'x');
  }

  CHECK(kept == leat::proto::fields{{"host", "h"}, {"a", "b"}});
}

TEST_CASE("server: the bytes of a head may move while it is incomplete") {
  const std::string whole = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
  server_connection machine;
  event found;
  std::string moved;
  for (std::size_t size = 1; size <= whole.size(); ++size) {
    moved = std::string(whole, 0, size);
    std::string_view input = moved;
    found = machine.next(input);
  }

  CHECK(found.kind == event_kind::head);
  CHECK(machine.head().fields.get("a") == "b");
}

TEST_CASE("server: a view of a head's fields stays valid however many trailers follow") {
  std::string text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int i = 0; i < 100; ++i) text += "t: u\r\n";
  text += "\r\n";
  std::string_view input = text;
  server_connection machine;
  REQUIRE(machine.next(input).kind == event_kind::head);
  const auto fields = machine.head().fields;

  REQUIRE(machine.next(input).kind == event_kind::end);

  CHECK(fields.get("host") == "h");
  CHECK(machine.head().fields.size() == 2);
  CHECK(machine.trailers().size() == 100);
}

TEST_CASE("server: the fields of a head stay readable behind its trailers") {
  std::string_view input =
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: u\r\n\r\n";
  server_connection machine;
  REQUIRE(machine.next(input).kind == event_kind::head);
  REQUIRE(machine.next(input).kind == event_kind::end);

  CHECK(machine.head().fields.size() == 2);
  CHECK(machine.head().fields.get("host") == "h");
  CHECK(machine.trailers().get("t") == "u");
}

TEST_CASE("server: memory can be given back between two cycles") {
  server_transcript server;
  server.feed("GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
  server.machine().release_memory();
  server.feed("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");

  CHECK(server.text() == "GET /1 1.1 [Host=h]\nend\nGET /2 1.1 [Host=h]\nend\n");
}

TEST_CASE("server: memory is not given back while it is used") {
  const std::string_view request =
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: u\r\n\r\n";
  server_transcript server;
  leat::testing::in_pieces(request, 1, [&](std::string_view piece) {
    server.feed(piece);
    server.machine().release_memory();
  });

  CHECK(server.text() == "PUT / 1.1 [Host=h] [Transfer-Encoding=chunked]\nend [T=u]\n");
}

TEST_CASE("server: an idle machine is small") {
  // Besides, an idle connection that has given back its memory holds nothing on the heap.
  CHECK(sizeof(server_connection) <= 256);
  CHECK(sizeof(client_connection) <= 256);
}

TEST_CASE("server: a byte of Host is judged the same at every place") {
  constexpr std::string_view marks = "-._~!$&'()*+,;=%:[]";
  for (std::size_t size = 1; size <= 34; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int c = 0x21; c < 0x7f; ++c) {
        std::string host(size, 'a');
        host[place] = static_cast<char>(c);
        const std::string head = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        std::string_view input = head;
        server_connection machine;
        const bool is_allowed =
            std::isalnum(c) != 0 || marks.find(static_cast<char>(c)) != marks.npos;

        const bool is_accepted = machine.next(input).kind == event_kind::head;

        if (is_accepted != is_allowed) {
          CAPTURE(host);
          FAIL_CHECK("a byte is judged by where it stands");
        }
      }
    }
  }
}

namespace {

/// Whether a head in which a known field is spelled `name` is read as if it had that field.
bool is_known(const std::string& known, const std::string& name) {
  const bool is_host = known == "host";
  const std::string value = known == "content-length"      ? "5"
                            : known == "transfer-encoding" ? "chunked"
                            : known == "connection"        ? "close"
                            : known == "expect"            ? "100-continue"
                                                           : "h";
  std::string head = "POST / HTTP/1.1\r\n" + name + ": " + value + "\r\n";
  if (!is_host) head += "Host: h\r\n";
  if (known == "expect") head += "Content-Length: 5\r\n";
  if (known == "upgrade") head += "Connection: upgrade\r\n";
  head += "\r\n";
  std::string_view input = head;
  server_connection machine;
  const bool is_head = machine.next(input).kind == event_kind::head;
  if (is_host) return is_head;
  REQUIRE(is_head);
  if (known == "content-length") return machine.body_length() == 5;
  if (known == "transfer-encoding") return !machine.body_length().has_value();
  if (known == "connection") return !machine.keep_alive();
  return known == "expect" ? machine.expects_continue() : machine.switch_proposed();
}

}  // namespace

TEST_CASE("server: a field that frames is known by its name in any case, and by no other") {
  for (const std::string known :
       {"host", "expect", "upgrade", "connection", "content-length", "transfer-encoding"}) {
    for (std::size_t place = 0; place < known.size(); ++place) {
      for (int c = 0; c < 256; ++c) {
        std::string name = known;
        name[place] = static_cast<char>(c);
        if (!leat::proto::is_token(name)) continue;
        if (is_known(known, name) != equals_ignoring_case(name, known)) {
          CAPTURE(name);
          FAIL_CHECK("a name is taken for another");
        }
      }
    }
  }
}
