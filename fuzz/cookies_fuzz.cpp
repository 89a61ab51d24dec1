// SPDX-License-Identifier: MIT

// Invariant: what a jar sends is one line of `name=value` pairs; it goes to no host that has
// nothing to do with the one that set it; and a jar that is saved and loaded is the same jar.
//
// An input is a host and, on lines of their own, values of Set-Cookie fields.

#include <algorithm>
#include <string>
#include <string_view>

#include "leat/proto/cookies/jar.hpp"

#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat::proto;
  std::string_view input = leat::fuzz::as_text(data, size);
  const auto take_line = [&input] {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const auto line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    return line;
  };
  const wall_time now{std::chrono::seconds(1'700'000'000)};
  url from;
  if (parse_url("https://" + std::string(take_line()) + "/a/b", from)) return 0;

  cookie_jar jar({.per_domain = 4, .total = 8});
  while (!input.empty()) static_cast<void>(jar.store(take_line(), from, now));
  LEAT_REQUIRE(jar.size() <= 8);

  const std::string sent = jar.header_for(from, now);
  LEAT_REQUIRE(std::ranges::none_of(sent, [](char c) { return c == '\r' || c == '\n' || c == 0; }));
  url stranger;
  LEAT_REQUIRE(!parse_url("https://stranger.test/a/b", stranger));
  if (!from.host().ends_with(".test") && from.host() != "test") {
    LEAT_REQUIRE(jar.header_for(stranger, now).empty());
  }

  cookie_jar again({.per_domain = 4, .total = 8});
  std::size_t bad_line = 0;
  LEAT_REQUIRE(!again.load(jar.save(true), now, bad_line));
  auto expected = jar.all();
  for (auto& each : expected) each.site = same_site::unset;  // not in the format
  LEAT_REQUIRE(again.all() == expected);
  return 0;
}
