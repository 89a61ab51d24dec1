// SPDX-License-Identifier: MIT
#include "http/tracing.hpp"

#include <cstdint>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "leat/proto/trace/trace_headers.hpp"

namespace leat::http::detail {
namespace {

constexpr std::string_view parent_field = "traceparent";
constexpr std::string_view state_field = "tracestate";

/// Identifiers have to differ, not to be secret; so the system is asked once a thread.
std::mt19937_64 seeded() {
  std::random_device entropy;
  std::seed_seq seed{entropy(), entropy(), entropy(), entropy(),
                     entropy(), entropy(), entropy(), entropy()};
  return std::mt19937_64(seed);
}

void fill(std::span<char> identifier) {
  constexpr std::string_view digits = "0123456789abcdef";
  thread_local std::mt19937_64 source = seeded();
  std::uint64_t all = 0;
  while (all == 0) {  // an identifier of zeros is none
    for (std::size_t i = 0; i < identifier.size(); i += 16) {
      std::uint64_t drawn = source();
      all |= drawn;
      for (char& each : identifier.subspan(i, 16)) {
        each = digits[drawn & 0xF];
        drawn >>= 4;
      }
    }
  }
}

/// What a caller says of its trace. More than one `traceparent` is as good as none, and without one
/// a `tracestate` says nothing.
std::optional<trace_context> trace_of(proto::fields_view request) {
  const auto parents = request.get_all(parent_field);
  if (parents.size() != 1) return std::nullopt;
  auto found = proto::parse_traceparent(parents.front());
  if (found) found->state = proto::parse_tracestate(request.get_all(state_field));
  return found;
}

}  // namespace

context traced_context(proto::fields_view request, bool samples_new) {
  auto trace = trace_of(request);
  if (!trace) {
    trace.emplace();
    trace->is_sampled = samples_new;
    fill(trace->trace);
  }
  fill(trace->span);
  return current_context().with(carried_trace, std::move(*trace));
}

void put_trace(headers& request, const trace_context& carried) {
  trace_context sent = carried;
  fill(sent.span);
  request.set(parent_field, proto::format_traceparent(sent));
  if (sent.state.empty()) {
    request.remove(state_field);
  } else {
    request.set(state_field, sent.state);
  }
}

void remove_trace(headers& request) {
  request.remove(parent_field);
  request.remove(state_field);
}

}  // namespace leat::http::detail
