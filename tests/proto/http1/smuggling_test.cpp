// SPDX-License-Identifier: MIT

// Messages that two implementations are known to read in two ways. Each must be refused, with
// the status a server answers and wherever the bytes are split (traps.md, 13d).

#include <string>
#include <string_view>

#include "leat/base/error.hpp"

#include "proto/http1/transcript.hpp"
#include "support/test.hpp"

using namespace leat::proto::http1;
using leat::test::client_transcript;
using leat::test::however_it_comes;
using leat::test::server_transcript;
using namespace std::string_view_literals;

namespace {

struct refused {
  std::string_view what;
  std::string_view input;
  errc why;
  int status = 400;
};

void check_refused(const refused& vector) {
  CAPTURE(vector.what);
  const std::string last_line = "failed: " + make_error_code(vector.why).message() + '\n';
  CHECK(suggested_status(vector.why) == vector.status);
  CHECK(make_error_code(vector.why) == leat::failure::peer_fault);
  however_it_comes<server_transcript>(
      vector.input, {}, [](auto&) {},
      [&](server_transcript& server) {
        CAPTURE(server.text());
        CHECK(server.text().ends_with(last_line));
        CHECK_FALSE(server.machine().keep_alive());
      });
}

/// The same in a response, to a GET.
void check_refused_by_client(const refused& vector) {
  CAPTURE(vector.what);
  const std::string last_line = "failed: " + make_error_code(vector.why).message() + '\n';
  however_it_comes<client_transcript>(
      vector.input, {},
      [](client_transcript& client) {
        leat::byte_buffer out;
        const leat::proto::fields host{{"Host", "h"}};
        REQUIRE_FALSE(
            client.machine().send_head(out, {.method = "GET", .target = "/", .fields = host}));
        REQUIRE_FALSE(client.machine().send_end(out));
      },
      [&](client_transcript& client) {
        CAPTURE(client.text());
        CHECK(client.text().ends_with(last_line));
        CHECK_FALSE(client.machine().is_reusable());
      });
}

constexpr refused request_lines[] = {
    {"bare line feed", "GET / HTTP/1.1\nHost: h\r\n\r\n", errc::bare_line_feed},
    {"bare carriage return", "GET / HTTP/1.1\rHost: h\r\n\r\n", errc::bare_carriage_return},
    {"carriage return in the target", "GET /\r HTTP/1.1\r\n", errc::bare_carriage_return},
    {"NUL", "GET /\0 HTTP/1.1\r\n"sv, errc::control_character},
    {"DEL", "GET /\x7f HTTP/1.1\r\n", errc::control_character},
    {"no version", "GET /\r\n", errc::bad_request_line},
    {"no target", "GET  HTTP/1.1\r\n", errc::bad_request_line},
    {"no method", " / HTTP/1.1\r\n", errc::bad_request_line},
    {"two spaces", "GET  / HTTP/1.1\r\n", errc::bad_request_line},
    {"two spaces in front of the version", "GET /  HTTP/1.1\r\n", errc::bad_request_line},
    {"a tab for a space", "GET\t/ HTTP/1.1\r\n", errc::bad_request_line},
    {"a space in the target", "GET /a b HTTP/1.1\r\n", errc::bad_request_line},
    {"a space at the end", "GET / HTTP/1.1 \r\n", errc::bad_request_line},
    {"a space at the front", " GET / HTTP/1.1\r\n", errc::bad_request_line},
    {"a method that is no token", "G(T / HTTP/1.1\r\n", errc::bad_request_line},
    {"a target beyond ASCII", "GET /\xc3\xa4 HTTP/1.1\r\n", errc::bad_request_line},
    {"a fragment", "GET /#a HTTP/1.1\r\n", errc::bad_request_line},
    {"a target that is no path", "GET a HTTP/1.1\r\n", errc::bad_request_line},
    {"an asterisk without OPTIONS", "GET * HTTP/1.1\r\n", errc::bad_request_line},
    {"CONNECT to a path", "CONNECT a HTTP/1.1\r\n", errc::bad_request_line},
    {"lower-case protocol", "GET / http/1.1\r\n", errc::bad_request_line},
    {"version of one number", "GET / HTTP/1\r\n", errc::bad_request_line},
    {"version of three digits", "GET / HTTP/1.10\r\n", errc::bad_request_line},
    {"version with a sign", "GET / HTTP/+.1\r\n", errc::bad_request_line},
    {"another protocol", "GET / XTTP/1.1\r\n", errc::bad_request_line},
    {"TLS", "\x16\x03\x01\x02\r\n", errc::control_character},
    {"HTTP/0.9", "GET / HTTP/0.9\r\n", errc::unsupported_version, 505},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n", errc::unsupported_version, 505},
    {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", errc::unsupported_version, 505},
};

constexpr refused field_lines[] = {
    {"bare line feed", "A: b\nHost: h\r\n\r\n", errc::bare_line_feed},
    {"bare line feed as the empty line", "Host: h\r\n\n", errc::bare_line_feed},
    {"bare carriage return", "A: b\rHost: h\r\n\r\n", errc::bare_carriage_return},
    {"two carriage returns", "A: b\r\r\n\r\n", errc::bare_carriage_return},
    {"NUL in a value", "A: \0\r\n\r\n"sv, errc::control_character},
    {"NUL in a name", "A\0: b\r\n\r\n"sv, errc::control_character},
    {"vertical tab", "A: \vb\r\n\r\n", errc::control_character},
    {"folded line", "A: b\r\n c\r\n\r\n", errc::obsolete_folding},
    {"folded with a tab", "A: b\r\n\tc\r\n\r\n", errc::obsolete_folding},
    {"blank in front of the first field", " A: b\r\n\r\n", errc::obsolete_folding},
    {"line of blanks", "A: b\r\n \r\n\r\n", errc::obsolete_folding},
    {"space in front of the colon", "A : b\r\n\r\n", errc::bad_field_name},
    {"tab in front of the colon", "A\t: b\r\n\r\n", errc::bad_field_name},
    {"no name", ": b\r\n\r\n", errc::bad_field_name},
    {"name with a delimiter", "A(: b\r\n\r\n", errc::bad_field_name},
    {"name beyond ASCII", "\xc3\xa4: b\r\n\r\n", errc::bad_field_name},
    {"no colon", "Host\r\n\r\n", errc::missing_colon},
};

constexpr refused framings[] = {
    {"both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     errc::conflicting_framing},
    {"both lengths, reversed", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
     errc::conflicting_framing},
    {"two different lengths", "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
     errc::repeated_content_length},
    {"two equal lengths", "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
     errc::repeated_content_length},
    {"list of lengths", "Content-Length: 5, 5\r\n\r\n", errc::bad_content_length},
    {"no length", "Content-Length:\r\n\r\n", errc::bad_content_length},
    {"plus sign", "Content-Length: +5\r\n\r\n", errc::bad_content_length},
    {"minus sign", "Content-Length: -1\r\n\r\n", errc::bad_content_length},
    {"hexadecimal", "Content-Length: 0x5\r\n\r\n", errc::bad_content_length},
    {"hexadecimal digit", "Content-Length: a\r\n\r\n", errc::bad_content_length},
    {"fraction", "Content-Length: 5.0\r\n\r\n", errc::bad_content_length},
    {"blank between digits", "Content-Length: 1 0\r\n\r\n", errc::bad_content_length},
    {"2^63", "Content-Length: 9223372036854775808\r\n\r\n", errc::bad_content_length},
    {"2^64", "Content-Length: 18446744073709551616\r\n\r\n", errc::bad_content_length},
    {"2^64 + 5", "Content-Length: 18446744073709551621\r\n\r\n", errc::bad_content_length},
    {"chunked not last", "Transfer-Encoding: chunked, gzip\r\n\r\n", errc::bad_transfer_encoding},
    {"chunked twice", "Transfer-Encoding: chunked, chunked\r\n\r\n", errc::bad_transfer_encoding},
    {"chunked in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     errc::bad_transfer_encoding},
    {"another coding in a second field",
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
     errc::bad_transfer_encoding},
    {"empty element", "Transfer-Encoding: ,chunked\r\n\r\n", errc::bad_transfer_encoding},
    {"comma at the end", "Transfer-Encoding: chunked,\r\n\r\n", errc::bad_transfer_encoding},
    {"parameter", "Transfer-Encoding: chunked;a=b\r\n\r\n", errc::bad_transfer_encoding},
    {"no coding", "Transfer-Encoding:\r\n\r\n", errc::bad_transfer_encoding},
    {"another coding", "Transfer-Encoding: gzip\r\n\r\n", errc::unknown_transfer_coding, 501},
    {"another coding in front", "Transfer-Encoding: gzip, chunked\r\n\r\n",
     errc::unknown_transfer_coding, 501},
    {"identity", "Transfer-Encoding: identity\r\n\r\n", errc::unknown_transfer_coding, 501},
    {"nearly chunked", "Transfer-Encoding: xchunked\r\n\r\n", errc::unknown_transfer_coding, 501},
    {"quoted", "Transfer-Encoding: \"chunked\"\r\n\r\n", errc::unknown_transfer_coding, 501},
    {"vertical tab", "Transfer-Encoding: \vchunked\r\n\r\n", errc::control_character},
};

constexpr refused hosts[] = {
    {"no Host", "\r\n", errc::missing_host},
    {"two equal Hosts", "Host: h\r\nHost: h\r\n\r\n", errc::repeated_host},
    {"two Hosts", "Host: h\r\nhost: i\r\n\r\n", errc::repeated_host},
    {"list of Hosts", "Host: a b\r\n\r\n", errc::bad_host},
    {"path in Host", "Host: a/b\r\n\r\n", errc::bad_host},
    {"user in Host", "Host: u@a\r\n\r\n", errc::bad_host},
    {"Host beyond ASCII", "Host: \xc3\xa4\r\n\r\n", errc::bad_host},
};

constexpr refused chunks[] = {
    {"no size", "\r\n\r\n", errc::bad_chunk},
    {"bare line feed", "1\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"bare line feed behind an extension", "1;a\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"bare carriage return in an extension", "1;a\rb\r\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"bare line feed behind the data", "1\r\na\n0\r\n\r\n", errc::bad_chunk},
    {"data longer than the chunk", "1\r\nab\r\n0\r\n\r\n", errc::bad_chunk},
    {"sign", "+1\r\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"prefix", "0x1\r\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"blank in front", " 1\r\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"blank behind", "1 \r\na\r\n0\r\n\r\n", errc::bad_chunk},
    {"2^63", "8000000000000000\r\n", errc::bad_chunk},
    {"2^64 + 1", "10000000000000001\r\n", errc::bad_chunk},
    {"folded trailer", "0\r\nA: b\r\n c\r\n\r\n", errc::obsolete_folding},
    {"trailer without a colon", "0\r\nGET / HTTP/1.1\r\n\r\n", errc::bad_field_name},
    {"bare line feed in a trailer", "0\r\nA: b\n\r\n", errc::bare_line_feed},
    {"bare line feed as the end", "0\r\n\n", errc::bare_line_feed},
};

/// The vector with `before` in front of its input.
struct completed {
  std::string input;
  refused vector;

  completed(std::string_view before, const refused& from)
      : input(std::string(before) + std::string(from.input)),
        vector{from.what, input, from.why, from.status} {}
};

}  // namespace

TEST_CASE("smuggling: malformed request lines are refused") {
  for (const refused& each : request_lines) check_refused(each);
}

TEST_CASE("smuggling: malformed field lines are refused in requests") {
  for (const refused& each : field_lines) {
    check_refused(completed("GET / HTTP/1.1\r\n", each).vector);
  }
}

TEST_CASE("smuggling: malformed field lines are refused in responses") {
  for (const refused& each : field_lines) {
    check_refused_by_client(completed("HTTP/1.1 200 OK\r\n", each).vector);
  }
}

TEST_CASE("smuggling: doubtful lengths are refused in requests") {
  for (const refused& each : framings) {
    check_refused(completed("POST / HTTP/1.1\r\nHost: h\r\n", each).vector);
  }
}

TEST_CASE("smuggling: doubtful lengths are refused in responses") {
  for (const refused& each : framings) {
    check_refused_by_client(completed("HTTP/1.1 200 OK\r\n", each).vector);
  }
}

TEST_CASE("smuggling: a request needs exactly one plausible Host") {
  for (const refused& each : hosts) check_refused(completed("GET / HTTP/1.1\r\n", each).vector);
}

TEST_CASE("smuggling: chunks in HTTP/1.0 are refused") {
  check_refused({"request", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                 errc::transfer_encoding_in_http_1_0});
  check_refused_by_client({"response", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                           errc::transfer_encoding_in_http_1_0});
}

TEST_CASE("smuggling: malformed chunks are refused in requests") {
  for (const refused& each : chunks) {
    check_refused(
        completed("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", each).vector);
  }
}

TEST_CASE("smuggling: malformed chunks are refused in responses") {
  for (const refused& each : chunks) {
    check_refused_by_client(
        completed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", each).vector);
  }
}

TEST_CASE("smuggling: nothing behind a refused request is read") {
  const std::string input =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: h\r\n\r\n";

  CHECK(leat::test::read_requests(input) == "failed: both Content-Length and Transfer-Encoding\n");
}
