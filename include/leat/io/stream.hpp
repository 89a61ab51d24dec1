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
#include "leat/coro/task.hpp"
#include "leat/io/readiness.hpp"

namespace leat::io {

/// A two-way stream of bytes: the seam between protocols and what carries them. TCP, Unix
/// sockets, memory and the simulated network implement it.
///
/// One task may read while another writes; two may not do the same at once. Every wait has a
/// deadline; `deadline::never()` must be spelled out.
///
/// Lifetime: buffers must stay until the operation has ended, and the stream must outlive its
/// operations; both hold by themselves for an operation awaited in place.
/// Thread-safety: one loop.
class async_stream {
 public:
  async_stream() = default;
  async_stream(const async_stream&) = delete;
  async_stream& operator=(const async_stream&) = delete;
  /// Aborts the connection if it is still open.
  virtual ~async_stream() = default;

  /// Reads at least one byte and at most what fits into `into`. Returns 0 at the end of the
  /// stream; `into` must not be empty.
  /// Cancellation: safe; bytes that have arrived are delivered or stay unread.
  /// Errors: `read_error`, `read_timeout`.
  virtual task<std::size_t> read_some(std::span<std::byte> into, deadline until) = 0;

  /// Writes all of `from`.
  /// Cancellation: lossy; a part may have been sent, so close the stream.
  /// Errors: `write_error`, `write_timeout`.
  virtual task<void> write_all(std::span<const std::byte> from, deadline until) = 0;

  /// Reads what has arrived, at most what fits into `into`, which must not be empty. 0 is the
  /// end of the stream. Nothing, if it would have to wait, or if it has given so much in one turn
  /// of the loop that others must have theirs: go on with `read_some()`.
  ///
  /// Saves the frame of a task where bytes are expected. Not a point at which a stop is noticed.
  /// A stream may always answer with nothing, and by default does. Not while a read waits.
  /// Cancellation: never waits. Errors: `read_error`.
  [[nodiscard]] virtual std::optional<std::size_t> try_read_some(std::span<std::byte> /*into*/) {
    return std::nullopt;
  }

  /// What wakes whoever reads with `try_read_some()` when there may be something to read: after
  /// nothing came, wait there and ask again. Together they are a read without the frame of a
  /// task. To be asked anew for each wait, which is the turn that others must have.
  ///
  /// Null, which is the default: this stream is waited for in `read_some()` only.
  /// Lifetime: that of the stream. Cancellation: of the wait, safe.
  [[nodiscard]] virtual readiness* input_to_wait_for() noexcept { return nullptr; }

  /// Writes as much of `from` as fits and returns how much; at least one byte, unless `from` is
  /// empty. Nothing, if it would have to wait, or if others must have their turn: go on with
  /// `write_all()` of the same bytes, which TLS may have encrypted already.
  ///
  /// As `try_read_some()` otherwise. Not while a write waits.
  /// Cancellation: never waits. Errors: `write_error`.
  [[nodiscard]] virtual std::optional<std::size_t> try_write_some(
      std::span<const std::byte> /*from*/) {
    return std::nullopt;
  }

  /// Tells the peer that nothing more will be written; reading goes on.
  /// Cancellation: safe. Errors: `write_error`, `write_timeout`.
  virtual task<void> shut_down_write(deadline until) = 0;

  /// Ends the connection in order. Closing again does nothing.
  /// Cancellation: lossy. Errors: none; what cannot be closed in order by `until` is aborted.
  virtual task<void> close(deadline until) = 0;

  /// Says whether an idle connection can be used again: the peer has neither closed it nor
  /// sent what nobody asked for.
  [[nodiscard]] virtual bool is_idle_and_open() noexcept = 0;

  /// Whether the last read has taken everything that had come then, and nothing was reported since:
  /// what is known of that without asking the kernel. False, which is the default, where nothing
  /// is.
  [[nodiscard]] virtual bool has_read_everything() const noexcept { return false; }

  /// Who is on the other side, for messages.
  [[nodiscard]] virtual const std::string& peer_name() const noexcept = 0;

  /// The address that the connection is with, `203.0.113.7:443` or `unix:path`; through a proxy,
  /// that of the proxy. Empty, which is the default, where there is none: in memory, or when the
  /// connection is over.
  [[nodiscard]] virtual std::string peer_address() const { return {}; }
};

/// Two streams, each the other's peer, in memory. A write waits while `capacity` bytes are
/// unread.
[[nodiscard]] std::pair<std::unique_ptr<async_stream>, std::unique_ptr<async_stream>>
make_stream_pair(std::size_t capacity = std::size_t{64} << 10);

}  // namespace leat::io
