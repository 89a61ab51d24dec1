// SPDX-License-Identifier: MIT

// Invariant: a client tells the same about its input whether it comes whole, byte by byte, or in
// pieces of another size; it ends with exactly one of end, switched and failed; and it never
// calls a connection reusable on which bytes are left. A body that is taken as a whole is what is
// told piece by piece, and leaves the same behind.
//
// The first byte chooses the request that was sent, the limits, and the size of the pieces.

#include <string>
#include <string_view>

#include "fuzz.hpp"
#include "proto/http1/transcript.hpp"

namespace {

using namespace leat::proto::http1;
using leat::proto::fields;
using leat::test::client_transcript;

constexpr limits tight{.max_line_bytes = 24,
                       .max_field_section_bytes = 80,
                       .max_fields = 3,
                       .max_chunk_line_bytes = 6,
                       .max_chunk_extension_bytes = 8,
                       .max_informational = 1,
                       .max_body_bytes = 10};

void ask(client_connection& machine, unsigned which) {
  const fields host{{"Host", "h"}};
  const fields upgrade{{"Host", "h"}, {"Upgrade", "x"}, {"Connection", "upgrade"}};
  leat::byte_buffer out;
  outgoing_request request{.method = "GET", .target = "/", .fields = host};
  switch (which % 4) {
    case 1: request.method = "HEAD"; break;
    case 2:
      request.method = "CONNECT";
      request.target = "h:443";
      break;
    case 3: request.fields = upgrade; break;
    default: break;
  }
  LEAT_REQUIRE(!machine.send_head(out, request));
  LEAT_REQUIRE(!machine.send_end(out));
}

std::string read(std::string_view input, std::size_t piece, const limits& bounds, unsigned which) {
  client_transcript client(bounds);
  ask(client.machine(), which);
  leat::testing::in_pieces(input, piece, [&](std::string_view part) { client.feed(part); });
  client.end_of_input();
  const std::string told = client.text();

  const auto ends_with_line = [&](std::string_view line) {
    return told.ends_with(line) &&
           (told.size() == line.size() || told[told.size() - line.size() - 1] == '\n');
  };
  const std::size_t last = told.size() < 2 ? 0 : told.rfind('\n', told.size() - 2) + 1;
  const bool failed = told.compare(last, 8, "failed: ") == 0;
  const bool ended = told.compare(last, 3, "end") == 0;
  LEAT_REQUIRE(failed || ended || ends_with_line("switched\n"));
  LEAT_REQUIRE(!failed || !client.machine().is_reusable());
  return told;
}

/// Reads to the head of the final answer. Returns whether it is there.
bool read_head(client_connection& machine, std::string_view& input) {
  for (;;) {
    switch (machine.next(input).kind) {
      case event_kind::informational: break;
      case event_kind::head: return true;
      default: return false;
    }
  }
}

void check_whole_body(std::string_view input, const limits& bounds, unsigned which) {
  client_connection at_once(bounds);
  client_connection in_steps(bounds);
  ask(at_once, which);
  ask(in_steps, which);
  std::string_view rest = input;
  if (!read_head(at_once, rest)) return;
  std::string_view rest_in_steps = input;
  LEAT_REQUIRE(read_head(in_steps, rest_in_steps));
  LEAT_REQUIRE(rest == rest_in_steps);

  const bool has_length = in_steps.body_length().has_value();
  const auto body = at_once.take_whole_body(rest);
  std::string told;
  event found = in_steps.next(rest_in_steps);
  for (; found.kind == event_kind::data; found = in_steps.next(rest_in_steps)) told += found.data;
  LEAT_REQUIRE(body.has_value() == (has_length && found.kind == event_kind::end));
  if (!body) return;
  LEAT_REQUIRE(*body == told);
  LEAT_REQUIRE(rest == rest_in_steps);
  LEAT_REQUIRE(at_once.is_reusable() == in_steps.is_reusable());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const unsigned selector = leat::fuzz::take_selector(input);
  const unsigned which = selector >> 1;
  const limits bounds = (selector & 1) != 0 ? tight : limits();

  const std::string whole = read(input, input.size() + 1, bounds, which);
  LEAT_REQUIRE(read(input, 1, bounds, which) == whole);
  LEAT_REQUIRE(read(input, 2 + (selector >> 3), bounds, which) == whole);

  client_transcript client(bounds);
  ask(client.machine(), which);
  client.feed(input);
  LEAT_REQUIRE(!client.machine().is_reusable() || client.input().is_empty());
  check_whole_body(input, bounds, which);
  return 0;
}
