// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "leat/base/time.hpp"

namespace leat::io {

/// When the kernel asks a silent peer whether it is still there (TCP keep-alive). Lengths of time
/// are rounded up to seconds.
struct keep_alive_options {
  keep_alive_options() noexcept = default;

  duration idle = std::chrono::seconds(60);      ///< Of silence, before it is asked first.
  duration interval = std::chrono::seconds(10);  ///< Between two questions.
  std::uint32_t probes = 6;  ///< So many unanswered ones end the connection: `read_error`.
};

/// What is set on the sockets of connections before they are made. Whatever is not set stays as the
/// system has it. Small messages are never held back (TCP_NODELAY); that is no option.
///
/// On Unix sockets the sizes of the buffers alone count.
struct socket_options {
  socket_options() noexcept = default;

  /// SO_SNDBUF and SO_RCVBUF in bytes. Linux keeps twice as much, and no more than the
  /// administrator allows; a size of one's own switches its tuning off.
  std::optional<std::size_t> send_buffer;
  std::optional<std::size_t> receive_buffer;
  std::optional<keep_alive_options> keep_alive;
  /// How long what was sent may stay without acknowledgement before the connection is given up
  /// (TCP_USER_TIMEOUT), rounded up to milliseconds.
  std::optional<duration> unacknowledged;
  /// The byte by which networks tell important packets from others: IP_TOS, or IPV6_TCLASS.
  std::optional<std::uint8_t> traffic_class;
  /// The name of a congestion control that the kernel has, such as `cubic` (TCP_CONGESTION).
  std::string congestion_control;
  /// The interface that connections go through (SO_BINDTODEVICE).
  std::string device;
  /// The mark that firewalls and routing tables see (SO_MARK). Wants the right to administrate the
  /// network.
  std::optional<std::uint32_t> mark;

  [[nodiscard]] bool has_any() const noexcept;
};

}  // namespace leat::io
