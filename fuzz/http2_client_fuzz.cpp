// SPDX-License-Identifier: MIT

// Invariant: a client session tells the same about its streams whether its input comes whole or
// byte by byte, but for how much of a body came before it was refused, and for which of two
// mistakes refused it; a stream that failed or is complete stays so; the body that is held never
// passes the window; once every stream is released none is open, and what is left to say can be
// written.
//
// The first byte chooses the limits and the requests that were sent.

#include <string>
#include <string_view>
#include <vector>

#include "leat/proto/http2/client_session.hpp"
#include "leat/testing/splits.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto::http2;
using leat::proto::fields;

constexpr limits tight{.max_field_section_bytes = 128,
                       .max_fields = 3,
                       .max_informational = 1,
                       .max_body_bytes = 40,
                       .stream_window = 64,
                       .connection_window = 65535,
                       .max_streams = 3,
                       .assumed_peer_streams = 3};

constexpr limits ample{.assumed_peer_streams = 3};

std::vector<stream_id> ask(client_session& client, unsigned which) {
  const fields host{{"Host", "h"}};
  std::vector<stream_id> ids;
  for (unsigned i = 0; i < 3; ++i) {
    const bool has_body = (which >> i & 1) != 0;
    stream_id id = 0;
    LEAT_REQUIRE(!client.open(
        {.method = has_body ? "POST" : "GET", .target = "/", .fields = host, .has_body = has_body},
        id));
    if (has_body) LEAT_REQUIRE(!client.send_data(id, "body"));
    ids.push_back(id);
  }
  return ids;
}

std::string read(std::string_view input, std::size_t piece, const limits& bounds, unsigned which) {
  client_session client(bounds);
  const auto ids = ask(client, which);
  leat::byte_buffer out;
  static_cast<void>(client.write(out));
  bool has_failed = false;
  leat::testing::in_pieces(input, piece, [&](std::string_view part) {
    const bool fails = bool(client.receive(part));
    LEAT_REQUIRE(fails || !has_failed);
    has_failed = fails;
    while (client.next_changed()) {
    }
  });
  client.end_of_input();
  std::string told;
  for (const auto id : ids) {
    LEAT_REQUIRE(client.is_complete(id) != bool(client.error(id)));
    LEAT_REQUIRE(client.data(id).size() <= bounds.stream_window);
    told += client.error(id) ? " failed" : " " + std::to_string(client.data(id).size());
    if (client.has_head(id)) told += " " + std::to_string(client.head(id).status);
    if (client.is_unprocessed(id)) told += " unprocessed";
    client.consume(id, client.data(id).size());
    client.release(id);
  }
  LEAT_REQUIRE(client.open_streams() == 0);
  static_cast<void>(client.write(out));
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const unsigned selector = leat::fuzz::take_selector(input);
  const limits bounds = (selector & 1) != 0 ? tight : ample;
  const std::string whole = read(input, input.size() + 1, bounds, selector >> 1);
  LEAT_REQUIRE(read(input, 1, bounds, selector >> 1) == whole);
  return 0;
}
