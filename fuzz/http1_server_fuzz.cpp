// SPDX-License-Identifier: MIT

// Invariant: a server tells the same about its input whether it comes whole, byte by byte, or in
// pieces of another size; once it has failed it stays so; and a request that it accepted and
// that our client can send again is then read as the same request.
//
// The first byte chooses the limits and the size of the pieces.

#include <string>
#include <string_view>

#include "fuzz.hpp"
#include "proto/http1/transcript.hpp"

namespace {

using namespace leat::proto::http1;
using leat::test::server_transcript;

constexpr limits tight{.max_line_bytes = 24,
                       .max_field_section_bytes = 80,
                       .max_fields = 3,
                       .max_chunk_line_bytes = 6,
                       .max_chunk_extension_bytes = 8,
                       .max_body_bytes = 10};

std::string read(std::string_view input, std::size_t piece, const limits& bounds) {
  server_transcript server(bounds);
  server.run();
  leat::testing::in_pieces(input, piece, [&](std::string_view part) { server.feed(part); });
  server.end_of_input();
  const std::string told = server.text();
  server.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::size_t last = told.size() < 2 ? 0 : told.rfind('\n', told.size() - 2) + 1;
  const bool has_failed = told.compare(last, 8, "failed: ") == 0;
  LEAT_REQUIRE(!has_failed || server.text() == told);
  LEAT_REQUIRE(!has_failed || !server.machine().keep_alive());
  return told;
}

/// The first request of `input` and its body, if it is complete.
struct first_request {
  leat::proto::fields fields;
  leat::proto::fields trailers;
  std::string method;
  std::string target;
  std::string body;
  std::string told;
  bool is_complete = false;
  bool is_chunked = false;
};

first_request read_first(std::string_view input, const limits& bounds = {}) {
  first_request found;
  server_connection machine(bounds);
  for (;;) {
    const event e = machine.next(input);
    switch (e.kind) {
      case event_kind::head: {
        const request_head head = machine.head();
        if (head.http_version == version::http_1_0) return found;
        found.fields = leat::proto::fields(head.fields);
        found.method = head.method;
        found.target = head.target;
        found.is_chunked = !machine.body_length();
        break;
      }
      case event_kind::data:
        LEAT_REQUIRE(!e.data.empty());
        found.body += e.data;
        break;
      case event_kind::end:
        found.trailers = leat::proto::fields(machine.trailers());
        found.is_complete = true;
        return found;
      default: return found;
    }
  }
}

void check_round_trip(std::string_view input) {
  const first_request original = read_first(input);
  if (!original.is_complete) return;

  client_connection client;
  leat::byte_buffer wire;
  const bool has_length = original.fields.contains("content-length");
  const body_size body = original.is_chunked ? body_size::unknown()
                         : has_length        ? body_size::exactly(original.body.size())
                                             : body_size::none();
  // The client adds Content-Length where the method calls for one, and takes no body with
  // CONNECT.
  if (client.send_head(wire, {.method = original.method,
                              .target = original.target,
                              .fields = original.fields,
                              .body = body})) {
    LEAT_REQUIRE(original.method == "CONNECT");
    return;
  }
  LEAT_REQUIRE(!client.send_data(wire, original.body));
  if (client.send_end(wire, original.trailers)) return;

  // The client may have added a field to as many as there may be.
  limits wider;
  ++wider.max_fields;
  wider.max_field_section_bytes += 64;
  const first_request again = read_first(wire.text(), wider);
  LEAT_REQUIRE(again.is_complete);
  LEAT_REQUIRE(again.method == original.method);
  LEAT_REQUIRE(again.target == original.target);
  LEAT_REQUIRE(again.body == original.body);
  LEAT_REQUIRE(again.trailers == original.trailers);
  if (body.is_none()) return;
  LEAT_REQUIRE(again.fields == original.fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const unsigned selector = leat::fuzz::take_selector(input);
  const limits bounds = (selector & 1) != 0 ? tight : limits();

  const std::string whole = read(input, input.size() + 1, bounds);
  LEAT_REQUIRE(read(input, 1, bounds) == whole);
  LEAT_REQUIRE(read(input, 2 + (selector >> 1), bounds) == whole);
  check_round_trip(input);
  return 0;
}
