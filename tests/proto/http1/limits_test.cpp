// SPDX-License-Identifier: MIT
#include "leat/proto/http1/limits.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include "proto/http1/transcript.hpp"
#include "support/test.hpp"

using namespace leat::proto::http1;
using leat::test::client_transcript;
using leat::test::however_it_comes;
using leat::test::server_transcript;

namespace {

bool is_refused(std::string_view input, const limits& limits, errc why) {
  const std::string last_line = "failed: " + make_error_code(why).message() + '\n';
  bool always = true;
  bool never = true;
  however_it_comes<server_transcript>(
      input, limits, [](auto&) {},
      [&](server_transcript& server) {
        const bool failed = server.text().ends_with(last_line);
        always &= failed;
        never &= !failed;
      });
  CHECK(always != never);
  return always;
}

/// How many bytes of an endless input a server takes before it refuses it.
std::size_t bytes_until_refused(std::string_view start, std::string_view endless,
                                const limits& limits) {
  server_connection machine(limits);
  std::string buffer(start);
  std::size_t consumed = 0;
  for (;;) {
    std::string_view input = buffer;
    const event found = machine.next(input);
    consumed += buffer.size() - input.size();
    if (found.kind == event_kind::failed) return consumed + input.size();
    buffer.assign(input);
    if (found.kind == event_kind::need_more) buffer += endless;
    REQUIRE(consumed + buffer.size() < 1'000'000);
  }
}

constexpr std::string_view chunked_head =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

}  // namespace

TEST_CASE("limits: the request line is held to max_line_bytes") {
  const std::string_view request = "GET /234 HTTP/1.1\r\nHost: h\r\n\r\n";

  CHECK_FALSE(is_refused(request, {.max_line_bytes = 17}, errc::start_line_too_long));
  CHECK(is_refused(request, {.max_line_bytes = 16}, errc::start_line_too_long));
}

TEST_CASE("limits: a field line is held to max_line_bytes") {
  const std::string_view request = "GET / HTTP/1.1\r\nHost: h\r\nA: 456789012345\r\n\r\n";

  CHECK_FALSE(is_refused(request, {.max_line_bytes = 15}, errc::field_line_too_long));
  CHECK(is_refused(request, {.max_line_bytes = 14}, errc::field_line_too_long));
}

TEST_CASE("limits: all field lines together are held to max_field_section_bytes") {
  const std::string_view request = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";

  CHECK_FALSE(is_refused(request, {.max_field_section_bytes = 15}, errc::field_section_too_large));
  CHECK(is_refused(request, {.max_field_section_bytes = 14}, errc::field_section_too_large));
  CHECK(is_refused(request, {.max_field_section_bytes = 12}, errc::field_section_too_large));
}

TEST_CASE("limits: fields are counted against max_fields") {
  const std::string_view request = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";

  CHECK_FALSE(is_refused(request, {.max_fields = 2}, errc::too_many_fields));
  CHECK(is_refused(request, {.max_fields = 1}, errc::too_many_fields));
}

TEST_CASE("limits: trailers are counted against max_fields on their own") {
  const std::string request = std::string(chunked_head) + "0\r\nA: b\r\nC: d\r\n\r\n";

  CHECK_FALSE(is_refused(request, {.max_fields = 2}, errc::too_many_fields));
  CHECK(is_refused(request + "", {.max_fields = 1}, errc::too_many_fields));
  CHECK(is_refused(std::string(chunked_head) + "0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n",
                   {.max_fields = 2}, errc::too_many_fields));
}

TEST_CASE("limits: trailers are held to max_field_section_bytes") {
  const std::string request =
      std::string(chunked_head) + "0\r\nA: " + std::string(60, 'b') + "\r\n";

  CHECK_FALSE(is_refused(request, {.max_field_section_bytes = 65}, errc::field_section_too_large));
  CHECK(is_refused(request, {.max_field_section_bytes = 64}, errc::field_section_too_large));
}

TEST_CASE("limits: a declared body is held to max_body_bytes before it comes") {
  const std::string_view request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";

  CHECK_FALSE(is_refused(request, {.max_body_bytes = 5}, errc::body_too_large));
  CHECK(is_refused(request, {.max_body_bytes = 4}, errc::body_too_large));
}

TEST_CASE("limits: the chunks of a body together are held to max_body_bytes") {
  const std::string request = std::string(chunked_head) + "3\r\nabc\r\n2\r\n";

  CHECK_FALSE(is_refused(request, {.max_body_bytes = 5}, errc::body_too_large));
  CHECK(is_refused(request, {.max_body_bytes = 4}, errc::body_too_large));
}

TEST_CASE("limits: a body of no bytes passes a limit of none") {
  CHECK_FALSE(is_refused(std::string(chunked_head) + "0\r\n\r\n", {.max_body_bytes = 0},
                         errc::body_too_large));
}

TEST_CASE("limits: the body's may be changed once the head is known") {
  std::string_view input = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  server_connection machine({.max_body_bytes = 4});
  REQUIRE(machine.next(input).kind == event_kind::head);

  machine.set_max_body_bytes(5);

  CHECK(machine.next(input).data == "hello");
}

TEST_CASE("limits: a body that ends with the connection is told up to max_body_bytes") {
  however_it_comes<client_transcript>(
      "HTTP/1.1 200 OK\r\n\r\nhello", {.max_body_bytes = 4},
      [](client_transcript& client) {
        leat::byte_buffer out;
        const leat::proto::fields host{{"Host", "h"}};
        REQUIRE_FALSE(
            client.machine().send_head(out, {.method = "GET", .target = "/", .fields = host}));
      },
      [](client_transcript& client) {
        CHECK(client.text() == "200 OK 1.1\ndata hell\nfailed: body is larger than the limit\n");
      });
}

TEST_CASE("limits: the line of a chunk is held to max_chunk_line_bytes") {
  const std::string request = std::string(chunked_head) + "1;34567890\r\na";

  CHECK_FALSE(is_refused(request, {.max_chunk_line_bytes = 10}, errc::chunk_line_too_long));
  CHECK(is_refused(request, {.max_chunk_line_bytes = 9}, errc::chunk_line_too_long));
}

TEST_CASE("limits: chunk extensions together are held to max_chunk_extension_bytes") {
  const std::string request = std::string(chunked_head) + "1;23\r\na\r\n1;23\r\na";

  CHECK_FALSE(
      is_refused(request, {.max_chunk_extension_bytes = 6}, errc::chunk_extensions_too_large));
  CHECK(is_refused(request, {.max_chunk_extension_bytes = 5}, errc::chunk_extensions_too_large));
}

TEST_CASE("limits: of two that are passed, the one that was passed first is named") {
  const std::string request =
      "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(60, 'b') + "\r\n\r\n";

  CHECK(is_refused(request, {.max_line_bytes = 40, .max_field_section_bytes = 30},
                   errc::field_section_too_large));
  CHECK(is_refused(request, {.max_line_bytes = 20, .max_field_section_bytes = 30},
                   errc::field_line_too_long));
}

TEST_CASE("limits: an endless input is refused within one read of the limit") {
  const limits bounds{.max_line_bytes = 1000, .max_field_section_bytes = 2000};
  const std::string read(64, 'x');

  CHECK(bytes_until_refused("", read, bounds) <= 1000 + read.size());
  CHECK(bytes_until_refused("GET / HTTP/1.1\r\n", read, bounds) <= 16 + 1000 + read.size());
  CHECK(bytes_until_refused("GET / HTTP/1.1\r\n", "A: b\r\n", bounds) <= 16 + 2000 + 6);
  CHECK(bytes_until_refused(std::string(chunked_head) + "1;", read, bounds) <=
        chunked_head.size() + 256 + read.size());
}
