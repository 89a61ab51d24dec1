// SPDX-License-Identifier: MIT

// Invariants, whatever the input is:
//
// - a traceparent that is read is written as one that is read as the same;
// - a tracestate that is carried on keeps its limits, and is read as itself: nobody behind us finds
//   something else in it than we did, wherever its fields were cut.

#include <array>
#include <string>
#include <string_view>

#include "leat/proto/trace/trace_headers.hpp"

#include "fuzz.hpp"

using namespace leat::proto;

namespace {

std::string state_of(std::string_view text) {
  const std::array fields{text};
  return parse_tracestate(fields);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = leat::fuzz::as_text(data, size);
  if (const auto read = parse_traceparent(input)) {
    LEAT_REQUIRE(read->trace_id().find_first_not_of('0') != std::string_view::npos);
    LEAT_REQUIRE(read->span_id().find_first_not_of('0') != std::string_view::npos);
    LEAT_REQUIRE(parse_traceparent(format_traceparent(*read)) == read);
  }
  const std::string state = state_of(input);
  LEAT_REQUIRE(state.size() <= tracestate_limits().max_bytes);
  LEAT_REQUIRE(state_of(state) == state);
  for (const char c : state) LEAT_REQUIRE(c >= ' ' && c <= '~');
  // A list may be cut into fields between any two of its members.
  for (std::size_t at = input.find(','); at != std::string_view::npos;
       at = input.find(',', at + 1)) {
    const std::array fields{input.substr(0, at), input.substr(at + 1)};
    LEAT_REQUIRE(parse_tracestate(fields) == state);
  }
  return 0;
}
