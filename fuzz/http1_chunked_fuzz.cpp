// SPDX-License-Identifier: MIT

// Invariant: a body in chunks is read as by a decoder written straight from the grammar of
// RFC 9112, section 7.1, however the bytes come: both find the same body and the same rest, or
// both refuse, or both want more.

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>

#include "leat/proto/http1/server_connection.hpp"
#include "leat/testing/splits.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto::http1;

constexpr std::string_view head =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

enum class outcome { complete, incomplete, refused };

struct decoded {
  outcome how = outcome::incomplete;
  std::string body;
  std::size_t consumed = 0;
};

bool is_allowed(char c) {
  return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

/// The decoder of the grammar. It sees the whole input and cares about nothing but clarity. What
/// stands behind the last chunk is left to the caller.
decoded decode(std::string_view input) {
  decoded result;
  for (;;) {
    const std::string_view rest = input.substr(result.consumed);
    std::size_t at = 0;
    std::uint64_t chunk_size = 0;
    while (at < rest.size() && std::isxdigit(static_cast<unsigned char>(rest[at])) != 0) {
      const std::string digit(1, rest[at++]);
      if (chunk_size > (std::uint64_t{1} << 59) - 1) return {outcome::refused, result.body, 0};
      chunk_size = chunk_size * 16 + std::stoul(digit, nullptr, 16);
    }
    if (at == rest.size()) return result;
    if (at == 0) return {outcome::refused, result.body, 0};
    const bool has_blank = rest[at] == ' ' || rest[at] == '\t';
    while (at < rest.size() && (rest[at] == ' ' || rest[at] == '\t')) ++at;
    if (at == rest.size()) return result;
    if (rest[at] == ';') {
      while (at < rest.size() && is_allowed(rest[at])) ++at;
      if (at == rest.size()) return result;
    } else if (has_blank) {
      return {outcome::refused, result.body, 0};
    }
    if (rest[at] != '\r') return {outcome::refused, result.body, 0};
    if (at + 1 == rest.size()) return result;
    if (rest[at + 1] != '\n') return {outcome::refused, result.body, 0};
    at += 2;
    result.consumed += at;
    if (chunk_size == 0) {
      result.how = outcome::complete;
      return result;
    }
    const std::string_view data = rest.substr(at, chunk_size);
    result.body += data;
    result.consumed += data.size();
    if (data.size() < chunk_size) return result;
    const std::string_view end = rest.substr(at + data.size(), 2);
    if (end.empty() || end == "\r") return result;
    if (end != "\r\n") return {outcome::refused, result.body, 0};
    result.consumed += 2;
  }
}

struct read_result {
  std::string body;
  std::string rest;
  event_kind last = event_kind::need_more;
};

read_result read(std::string_view input, std::size_t piece) {
  // The limits are out of the way: they are another target's business.
  constexpr std::uint32_t enough = 1U << 30;
  server_connection machine({.max_line_bytes = enough,
                             .max_field_section_bytes = enough,
                             .max_fields = enough,
                             .max_chunk_line_bytes = enough,
                             .max_chunk_extension_bytes = enough});
  std::string_view prefix = head;
  LEAT_REQUIRE(machine.next(prefix).kind == event_kind::head);

  read_result result;
  leat::testing::in_pieces(input, piece, [&](std::string_view part) {
    result.rest += part;
    for (;;) {
      std::string_view rest = result.rest;
      const event found = machine.next(rest);
      result.body += found.data;
      result.last = found.kind;
      result.rest.erase(0, result.rest.size() - rest.size());
      if (found.kind != event_kind::data) return;
    }
  });
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = leat::fuzz::as_text(data, size);
  // The trailers are cut off: a body ends behind an empty line.
  const decoded expected = decode(input);
  std::string_view whole = input;
  std::string ended;
  if (expected.how == outcome::complete) {
    ended = std::string(input.substr(0, expected.consumed)) + "\r\n";
    whole = ended;
  }

  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, whole.size() + 1}) {
    if (whole.empty()) break;
    const read_result found = read(whole, piece);
    switch (expected.how) {
      case outcome::complete:
        LEAT_REQUIRE(found.body == expected.body);
        LEAT_REQUIRE(found.last == event_kind::end || found.last == event_kind::paused);
        LEAT_REQUIRE(found.rest.empty());
        break;
      case outcome::incomplete:
        LEAT_REQUIRE(found.body == expected.body);
        LEAT_REQUIRE(found.last == event_kind::need_more);
        break;
      case outcome::refused: LEAT_REQUIRE(found.last == event_kind::failed); break;
    }
  }
  return 0;
}
