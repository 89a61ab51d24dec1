// SPDX-License-Identifier: MIT

// Invariant: a client session tells the same about its streams whether its input comes frame by
// frame or byte by byte, but for how much of a body came before it was refused, and for which of
// two mistakes refused it. (Not so if several frames come at once: a frame for a stream that we
// have refused is ignored if the peer could have been told of it, and else breaks the rules.)
// However it comes, a stream that failed or is complete stays so; the body that is held never
// passes the window; once every stream is released none is open, and what is left to say can be
// written.
//
// The first byte chooses the limits and the requests that were sent.

#include <string>
#include <string_view>
#include <vector>

#include "leat/proto/http2/client_session.hpp"

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
                       .max_streams = 3};

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

using pieces = std::vector<std::string_view>;

pieces in_one(std::string_view input) {
  return {input};
}

pieces in_bytes(std::string_view input) {
  pieces made;
  for (std::size_t at = 0; at < input.size(); ++at) made.push_back(input.substr(at, 1));
  return made;
}

pieces in_frames(std::string_view input) {
  constexpr std::size_t header_bytes = 9;  // RFC 9113, section 4.1
  pieces made;
  while (!input.empty()) {
    std::size_t size = header_bytes;
    if (input.size() >= 3) {
      const auto octet = [&](std::size_t at) { return static_cast<unsigned char>(input[at]); };
      size += std::size_t{octet(0)} << 16 | std::size_t{octet(1)} << 8 | octet(2);
    }
    made.push_back(input.substr(0, size));
    input.remove_prefix(made.back().size());
  }
  return made;
}

std::string read(const pieces& input, const limits& bounds, unsigned which) {
  client_session client(bounds);
  const auto ids = ask(client, which);
  leat::byte_buffer out;
  static_cast<void>(client.write(out));
  bool has_failed = false;
  for (const std::string_view part : input) {
    const bool fails = bool(client.receive(part));
    LEAT_REQUIRE(fails || !has_failed);
    has_failed = fails;
    while (client.next_changed()) {
    }
  }
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
  const limits bounds = (selector & 1) != 0 ? tight : limits();
  static_cast<void>(read(in_one(input), bounds, selector >> 1));
  LEAT_REQUIRE(read(in_bytes(input), bounds, selector >> 1) ==
               read(in_frames(input), bounds, selector >> 1));
  return 0;
}
