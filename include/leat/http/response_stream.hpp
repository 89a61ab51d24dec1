// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "leat/http/response.hpp"
#include "leat/http/transport.hpp"

namespace leat::http {

/// An answer whose body is read while it comes. The end of its scope closes it: a body that was
/// not read to its end gives the connection up.
///
///     auto answer = co_await api.stream("GET", "/export");
///     answer.raise_for_status();
///     for (auto piece = co_await answer.read_some(); !piece.empty();
///          piece = co_await answer.read_some()) {
///       use(piece);
///     }
///
/// Lifetime: the client outlives it. Thread-safety: one loop, or one thread at a time.
template <class Io>
class basic_response_stream : public response_head {
 public:
  /// For clients.
  basic_response_stream(response_head head, std::unique_ptr<basic_response_body<Io>> body,
                        deadline until, std::uint64_t max_bytes) noexcept
      : response_head(std::move(head)),
        body_(std::move(body)),
        until_(until),
        max_bytes_(max_bytes) {}

  /// The next piece of the body; empty at the end, and from then on.
  ///
  /// Cancellation: lossy; close the stream.
  /// Errors: `io::read_error`, `io::read_timeout`, `remote_protocol_error` if the body is cut off
  /// or malformed; `decode_error`; `limit_exceeded`; `deadline_exceeded` for the total;
  /// `stream_closed` after `close()`.
  /// Lifetime: the view is valid until the next call.
  typename Io::template task<std::string_view> read_some();

  /// All that has not been read yet.
  typename Io::template task<std::string> read_all();

  /// Whether the end has been read; the connection is free for others then.
  [[nodiscard]] bool is_at_end() const noexcept { return is_at_end_; }

  /// How many bytes of the body have been read.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

  /// Ends reading. Closing again does nothing.
  void close() noexcept { body_.reset(); }

  /// Errors: `status_error`, unless the status is 2xx.
  basic_response_stream& raise_for_status() {
    check_status();
    return *this;
  }

 private:
  std::unique_ptr<basic_response_body<Io>> body_;
  deadline until_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_read_ = 0;
  bool is_at_end_ = false;
};

extern template class basic_response_stream<io::async>;
extern template class basic_response_stream<io::blocking>;

/// For `async_client`.
using async_response_stream = basic_response_stream<io::async>;
/// For `client`.
using response_stream = basic_response_stream<io::blocking>;

}  // namespace leat::http
