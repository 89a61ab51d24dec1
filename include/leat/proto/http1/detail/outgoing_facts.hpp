// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace leat::proto::http1::detail {

/// What the fields of an outgoing head say, and how long they will be.
struct outgoing_facts {
  std::size_t line_bytes = 0;  ///< All field lines, CR LF included.
  std::optional<std::uint64_t> content_length;
  std::uint32_t host_count = 0;
  bool is_chunked = false;
  bool has_upgrade = false;
  bool connection_close = false;
  bool connection_keep_alive = false;
  bool connection_upgrade = false;
  bool expects_continue = false;
};

}  // namespace leat::proto::http1::detail
