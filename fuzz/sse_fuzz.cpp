// SPDX-License-Identifier: MIT

// Invariant: a stream tells the same events however its bytes come; nothing that is given out
// passes a limit, is other than UTF-8, or could not be said again.

#include <string>
#include <string_view>

#include "leat/base/utf8.hpp"
#include "leat/proto/sse/event_parser.hpp"
#include "leat/testing/splits.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto::sse;

std::string read(std::string_view input, limits allowed, std::size_t piece) {
  event_parser parser(allowed);
  std::string told;
  bool has_failed = false;
  leat::testing::in_pieces(input, piece, [&](std::string_view part) {
    while (!has_failed) {
      const event found = parser.next(part);
      if (found.kind == event_kind::need_more) {
        LEAT_REQUIRE(part.empty());
        return;
      }
      const std::string& id = parser.last_event_id();
      LEAT_REQUIRE(found.data.size() + found.type.size() <=
                   allowed.max_event_bytes + std::string_view("message").size());
      LEAT_REQUIRE(leat::is_utf8(found.data) && leat::is_utf8(found.type) && leat::is_utf8(id));
      LEAT_REQUIRE(id.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
      LEAT_REQUIRE(found.data.find('\r') == std::string_view::npos);
      LEAT_REQUIRE(found.retry.count() >= 0);
      told += std::to_string(static_cast<int>(found.kind)) + ':' + std::string(found.type) + ':' +
              std::string(found.data) + ':' + id + ':' + std::to_string(found.retry.count()) +
              found.error.message() + '\n';
      has_failed = found.kind == event_kind::failed;
    }
  });
  return told + parser.last_event_id();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const unsigned choice = leat::fuzz::take_selector(input);
  const limits allowed{.max_line_bytes = (choice & 1U) != 0 ? 16U : 1024U,
                       .max_event_bytes = (choice & 2U) != 0 ? 24U : 4096U};
  const std::string whole = read(input, allowed, input.size() + 1);
  LEAT_REQUIRE(read(input, allowed, 1) == whole);
  LEAT_REQUIRE(read(input, allowed, 3) == whole);
  return 0;
}
