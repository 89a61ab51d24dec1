// SPDX-License-Identifier: MIT

// Invariant: a machine of either role, with and without compression, tells the same events
// however the bytes come, and never gives out more than its limit. Compressed text that is bad in
// two ways may fail for either.

#include <string>
#include <string_view>

#include "leat/proto/ws/connection.hpp"
#include "leat/testing/splits.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto::ws;

constexpr std::size_t limit = 4096;

std::string read(std::string_view input, unsigned choice, std::size_t piece) {
  connection_options options{.max_frame_bytes = limit, .max_message_bytes = limit};
  options.mask_source = [] { return 0U; };
  if ((choice & 2U) != 0) options.deflate = deflate_parameters();
  connection machine((choice & 1U) != 0 ? role::server : role::client, options);
  std::string told;
  bool has_failed = false;
  leat::testing::in_pieces(input, piece, [&](std::string_view part) {
    while (!has_failed) {
      const event found = machine.next(part);
      if (found.kind == event_kind::need_more) return;
      LEAT_REQUIRE(found.data.size() <= limit);
      told += std::to_string(static_cast<int>(found.kind)) + ':' + std::to_string(found.code) +
              ':' + std::string(found.data);
      has_failed = found.kind == event_kind::failed;
      if (!has_failed || !options.deflate) told += found.error.message();
      told += '\n';
    }
  });
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = leat::fuzz::as_text(data, size);
  const unsigned choice = leat::fuzz::take_selector(input);
  const std::string whole = read(input, choice, input.size() + 1);
  LEAT_REQUIRE(read(input, choice, 1) == whole);
  LEAT_REQUIRE(read(input, choice, 3) == whole);
  return 0;
}
