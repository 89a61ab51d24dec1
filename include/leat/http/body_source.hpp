// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/io/surface.hpp"

namespace leat {

template <class T>
class stream;

}  // namespace leat

namespace leat::http {

/// Where the body of a request comes from when it is not held in memory. Pieces are asked for
/// one at a time, when the one before has been sent.
///
/// Thread-safety: one loop, or one thread at a time.
template <class Io>
class basic_body_source {
 public:
  basic_body_source() = default;
  basic_body_source(const basic_body_source&) = delete;
  basic_body_source& operator=(const basic_body_source&) = delete;
  virtual ~basic_body_source() = default;

  /// Gets ready, for instance by opening a file. It is awaited each time before the body is sent,
  /// and before `size()` is asked. By default nothing.
  /// Cancellation: lossy; the request is given up as well.
  virtual typename Io::template result<void> prepare();

  /// The next piece; nothing after the last one. Empty pieces are skipped.
  /// Cancellation: lossy; the request is given up as well.
  virtual typename Io::template result<std::optional<std::string>> next() = 0;

  /// How many bytes there are in all, if that is known: then it is announced as Content-Length,
  /// and the request fails if it turns out otherwise. Unknown lengths are sent in chunks.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const noexcept { return std::nullopt; }

  /// Starts again from the first piece, for a request that has to be sent a second time.
  /// Returns false if that is not possible.
  virtual bool rewind() { return false; }
};

/// For `async_client`.
using async_body_source = basic_body_source<io::async>;
/// For `client`.
using body_source = basic_body_source<io::blocking>;

/// The items of a stream, for `async_client`. Can be sent once.
[[nodiscard]] std::shared_ptr<async_body_source> stream_body(
    leat::stream<std::string> pieces, std::optional<std::uint64_t> size = std::nullopt);

/// What `generate` returns until it returns nothing, for `client`. Can be sent once.
[[nodiscard]] std::shared_ptr<body_source> generated_body(
    std::function<std::optional<std::string>()> generate,
    std::optional<std::uint64_t> size = std::nullopt);

/// How much of a file is read at a time.
inline constexpr std::size_t file_piece_bytes = std::size_t{64} << 10;

/// A file of the disk. It is opened, and its length asked for, when the request is sent: not on
/// the loop but on a thread for calls that block (`to_thread`), like all that is read of it. Can
/// be sent again.
///
/// Errors, of the request: `unreadable_body` if it cannot be opened or read, is no regular file,
/// or has become shorter meanwhile. What is added to it meanwhile is not sent.
/// Cancellation: deferred while a read is under way.
///
/// This one is for `async_client`.
[[nodiscard]] std::shared_ptr<async_body_source> async_file_body(std::string path);
/// The same for `client`.
[[nodiscard]] std::shared_ptr<body_source> file_body(std::string path);

}  // namespace leat::http
