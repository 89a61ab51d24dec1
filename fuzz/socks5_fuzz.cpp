// SPDX-License-Identifier: MIT

// Invariant: a connector comes to the same end however the bytes come, takes no more than its
// longest replies need, and writes nothing once it has come to an end.

#include <string>
#include <string_view>

#include "leat/proto/socks5/connector.hpp"
#include "leat/testing/splits.hpp"

#include "fuzz.hpp"

namespace {

using namespace leat::proto::socks5;

// Method, authentication, and a reply with the longest name.
constexpr std::size_t most_taken = 2 + 2 + 262;

connector machine_of(unsigned choice) {
  auto to = destination::name("origin.test", 443);
  if ((choice & 1U) != 0) return connector(std::move(to), {.username = "u", .password = "p"});
  return connector(std::move(to));
}

std::string read(std::string_view input, unsigned choice, std::size_t piece) {
  connector machine = machine_of(choice);
  leat::byte_buffer out;
  LEAT_REQUIRE(!machine.begin(out));
  std::string waiting;
  std::size_t taken = 0;
  event last;
  leat::testing::in_pieces(input, piece, [&](std::string_view part) {
    if (last.kind != event_kind::need_more) return;
    waiting += part;
    std::string_view left = waiting;
    last = machine.next(left, out);
    taken += waiting.size() - left.size();
    waiting.erase(0, waiting.size() - left.size());
    LEAT_REQUIRE(last.kind != event_kind::need_more || waiting.size() < most_taken);
  });
  if (last.kind == event_kind::need_more) last = machine.end_of_input();
  LEAT_REQUIRE(taken <= most_taken);
  const std::size_t written = out.size();
  std::string_view more = input;
  LEAT_REQUIRE(machine.next(more, out).kind == last.kind);
  LEAT_REQUIRE(more.size() == input.size() && out.size() == written);
  return std::string(out.text()) + std::to_string(static_cast<int>(last.kind)) +
         last.error.message() + std::to_string(taken);
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
