// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "leat/coro/stream.hpp"
#include "leat/io/policy.hpp"

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

}  // namespace leat::http
