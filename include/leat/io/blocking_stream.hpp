// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/base/memory.hpp"
#include "leat/base/time.hpp"

namespace leat::io {

/// The blocking sibling of `async_stream`: the same operations, promises and errors, for threads
/// without a loop.
///
/// Every wait has a deadline of its own, and that of the thread's `blocking_deadline`. What the
/// latter ends fails with `deadline_exceeded`; it also ends `read_some()` and `write_until_input()`
/// where they need not wait, since a peer may be quick for ever.
///
/// Thread-safety: one thread at a time.
class blocking_stream {
 public:
  blocking_stream() = default;
  blocking_stream(const blocking_stream&) = delete;
  blocking_stream& operator=(const blocking_stream&) = delete;
  /// Aborts the connection if it is still open.
  virtual ~blocking_stream() = default;

  /// Reads at least one byte and at most what fits into `into`. Returns 0 at the end of the
  /// stream; `into` must not be empty.
  /// Errors: `read_error`, `read_timeout`.
  virtual std::size_t read_some(std::span<std::byte> into, deadline until) = 0;

  /// Reads what has arrived; 0 is the end of the stream, and nothing, if it would have to wait.
  /// A stream may always answer with nothing, and by default does.
  /// Errors: `read_error`.
  [[nodiscard]] virtual std::optional<std::size_t> try_read_some(std::span<std::byte> /*into*/) {
    return std::nullopt;
  }

  /// Writes as much of `from` as fits and returns how much; at least one byte, unless `from` is
  /// empty. Nothing, if it would have to wait: go on with `write_all()` of the same bytes. As
  /// `try_read_some()` otherwise.
  /// Errors: `write_error`.
  [[nodiscard]] virtual std::optional<std::size_t> try_write_some(
      std::span<const std::byte> /*from*/) {
    return std::nullopt;
  }

  /// Writes all of `from`.
  /// Errors: `write_error`, `write_timeout`; then a part may have been sent, so close the stream.
  virtual void write_all(std::span<const std::byte> from, deadline until) = 0;

  /// Writes until all of `from` is written or there is something to read, and returns how much
  /// was written. For a peer that may answer before it has taken everything. A further write
  /// begins with the rest, of which TLS may have encrypted a part already.
  /// Errors: `write_error`, `write_timeout`.
  virtual std::size_t write_until_input(std::span<const std::byte> from, deadline until) = 0;

  /// Tells the peer that nothing more will be written; reading goes on.
  /// Errors: `write_error`, `write_timeout`.
  virtual void shut_down_write(deadline until) = 0;

  /// Ends the connection in order. Closing again does nothing. What cannot be closed in order by
  /// `until` is aborted.
  virtual void close(deadline until) noexcept = 0;

  /// Says whether an idle connection can be used again: the peer has neither closed it nor
  /// sent what nobody asked for.
  [[nodiscard]] virtual bool is_idle_and_open() noexcept = 0;

  /// Who is on the other side, for messages.
  [[nodiscard]] virtual const std::string& peer_name() const noexcept = 0;

  /// The address that the connection is with, `203.0.113.7:443` or `unix:path`; through a proxy,
  /// that of the proxy. Empty, which is the default, where there is none: in memory, or when the
  /// connection is over.
  [[nodiscard]] virtual std::string peer_address() const { return {}; }
};

/// Two streams on a pair of connected sockets, each the other's peer.
/// Errors: `connect_error`, when the process has no descriptors left.
[[nodiscard]] std::pair<std::unique_ptr<blocking_stream>, std::unique_ptr<blocking_stream>>
make_blocking_stream_pair();

}  // namespace leat::io
