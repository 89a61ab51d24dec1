// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

namespace leat::proto::http2 {

/// How much a peer may send before it is refused, and how much it may send ahead.
struct limits {
  /// What the fields of a head may have together, counted as RFC 9113, section 6.5.2, has it:
  /// names, values and 32 bytes for each. It is announced to the peer. Trailers are held to the
  /// same number. No more than 65536 are ever taken.
  std::uint32_t max_field_section_bytes = 16384;

  /// Fields in a head, and again in its trailers.
  std::uint32_t max_fields = 100;

  /// Informational responses (1xx) in front of the final one.
  std::uint32_t max_informational = 32;

  /// The body of a response. Unlimited unless set: only the application knows.
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();

  /// What the peer may send of one body before somebody has read it: what a slow reader costs in
  /// memory, and, divided by the round trip, how fast a body can come.
  std::uint32_t stream_window = std::uint32_t{1} << 20;

  /// What the peer may send on all streams before it hears from us. Bytes count as taken when
  /// they arrive, so a reader that is slow never holds up the others.
  std::uint32_t connection_window = std::uint32_t{1} << 24;

  /// Streams that are open at once, whatever the peer allows.
  std::uint32_t max_streams = 1000;

  /// What is taken to be the peer's limit until it has said so. Its SETTINGS are the first that it
  /// sends (RFC 9113, section 3.4), so to be modest costs no more than the others one round trip,
  /// and what a peer does not take is not sent to be refused.
  std::uint32_t assumed_peer_streams = 1;
};

}  // namespace leat::proto::http2
