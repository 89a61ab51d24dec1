// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>

namespace leat::proto::http1 {

/// The most that `max_line_bytes` and `max_field_section_bytes` may be: offsets into a head are 32
/// bits wide, so that a limit beyond this is a mistake in the program.
inline constexpr std::uint32_t most_line_bytes = 1U << 30;

/// How much a peer may send before it is refused. Each limit is checked while bytes arrive: a
/// driver never has to buffer more than the limit and one read.
struct limits {
  /// One request line, status line or field line, without its CR LF. RFC 9112, section 3, asks
  /// recipients to take request lines of at least 8000 bytes; 8192 is the next power of two.
  std::uint32_t max_line_bytes = 8192;

  /// All field lines of a head together, CR LF included; the start line counts on its own.
  /// 8192 is what most proxies and servers let pass, so larger heads rarely arrive anywhere.
  /// Trailers are held to the same number.
  std::uint32_t max_field_section_bytes = 8192;

  /// Fields in a head, and again in its trailers. Browsers send about 15, proxies add about 10.
  std::uint32_t max_fields = 100;

  /// The line that opens a chunk, without its CR LF: 16 digits and an extension such as a
  /// signature fit.
  std::uint32_t max_chunk_line_bytes = 256;

  /// Chunk extensions in one body, all together. They are ignored, and without this limit a
  /// body of one-byte chunks would carry hundreds of bytes past `max_body_bytes` for each.
  std::uint32_t max_chunk_extension_bytes = 16384;

  /// Informational responses (1xx) before the final one. Each one restarts a client's wait, so
  /// an endless row of them must not be able to hold it for ever.
  std::uint32_t max_informational = 32;

  /// The body, decoded from its chunks. Unlimited unless set: only the application knows.
  /// Servers set a limit of their own (`http::server_options`).
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace leat::proto::http1
