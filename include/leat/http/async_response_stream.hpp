// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/base/memory.hpp"
#include "leat/coro/task.hpp"
#include "leat/http/response_reader.hpp"

namespace leat::http {

/// An answer of `async_client` whose body is read while it comes. The end of its scope closes it:
/// a body that was not read to its end gives the connection up.
///
///     auto answer = co_await api.stream("GET", "/export");
///     answer.raise_for_status();
///     for (;;) {
///       const auto piece = co_await answer.read_some();
///       if (piece.empty()) break;
///       use(piece);
///     }
///
/// Lifetime: the client outlives it; not moved while it is read. Thread-safety: one loop.
class async_response_stream : private detail::response_reader<io::async> {
 public:
  /// For clients.
  explicit async_response_stream(detail::response_reader<io::async> reader) noexcept;

  using response_head::charset;
  using response_head::headers;
  using response_head::http_version;
  using response_head::is_client_error;
  using response_head::is_error;
  using response_head::is_informational;
  using response_head::is_redirect;
  using response_head::is_server_error;
  using response_head::is_success;
  using response_head::links;
  using response_head::method;
  using response_head::reason;
  using response_head::status;
  using response_head::status_line;
  using response_head::url;
  using response_reader::bytes_downloaded;
  using response_reader::bytes_read;
  using response_reader::close;
  using response_reader::head;
  using response_reader::history;
  using response_reader::is_at_end;
  using response_reader::set_charset;

  /// The next piece of the body, its content codings taken off; empty at the end, and from then
  /// on.
  ///
  /// Cancellation: lossy; close the stream.
  /// Errors: `io::read_error`, `io::read_timeout`, `remote_protocol_error` if the body is cut off
  /// or malformed; `decode_error`; `limit_exceeded`; `deadline_exceeded` for the total;
  /// `stream_closed` after `close()`.
  /// Lifetime: the view is valid until the next call.
  [[nodiscard]] task<std::string_view> read_some();

  /// The next piece of the body as it came, in whatever codings the Content-Encoding field says.
  /// For those who store or hand on what they get.
  ///
  /// Cancellation, errors and lifetime: as `read_some()`, but for the decoding; and
  /// `invalid_argument` if a part of the body has been decoded. From the first call on,
  /// `read_some()` and `read_all()` do not decode either.
  [[nodiscard]] task<std::string_view> read_raw_some();

  /// The next `size` bytes of the body, its content codings taken off; fewer only at the end, and
  /// none from then on.
  ///
  /// Cancellation and lifetime: as `read_some()`. Errors: those, and `invalid_argument` for a size
  /// of 0.
  [[nodiscard]] task<std::string_view> read_chunk(std::size_t size);

  /// All that has not been read yet. Cancellation and errors: as `read_some()`; `stream_consumed`
  /// if the end has been read already.
  [[nodiscard]] task<std::string> read_all();

  /// The next piece of the body as UTF-8; empty at the end, and from then on. A character is whole
  /// wherever pieces end; what is malformed becomes U+FFFD. After the first call the body cannot
  /// be read as bytes any more.
  ///
  /// Cancellation and lifetime: as `read_some()`. Errors: those, and as `charset()`.
  [[nodiscard]] task<std::string_view> read_text_some();

  /// All text that has not been read yet. Cancellation and errors: as `read_text_some()`;
  /// `stream_consumed` if the end has been read already.
  [[nodiscard]] task<std::string> read_text_all();

  /// The next line, as `read_text_some()`, without its end, which is LF, CR LF or CR; nothing at
  /// the end. A line end at the end of the body begins no further line.
  ///
  /// Cancellation and lifetime: as `read_some()`. Errors: as `read_text_some()`; `limit_exceeded`
  /// for a line of more than `max_bytes`, and the stream is closed.
  [[nodiscard]] task<std::optional<std::string_view>> read_line(
      std::size_t max_bytes = proto::line_splitter::default_max_bytes);

  /// All that has not been read yet, as a value of a described type. Cancellation and errors: as
  /// `read_all()`; `decode_error`, listing every problem of the document.
  template <class Value>
  [[nodiscard]] task<Value> read_json() {
    const std::string all = co_await read_all();
    co_return decode_json<Value>(all);
  }

  /// The connection itself, where the server has agreed to speak another protocol on it: after 101,
  /// and after 2xx to CONNECT. What had been read behind the head comes first in it. The client
  /// counts it no more, none of its limits hold, and whoever has the stream closes it.
  ///
  /// Errors: `invalid_argument` after any other answer, over HTTP/2, and a second time: look at
  /// `status()` first.
  /// Lifetime: may outlive the client and the answer.
  [[nodiscard]] std::unique_ptr<io::async_stream> take_stream();

  /// Errors: `status_error`, unless the status is 2xx.
  async_response_stream& raise_for_status() {
    check_status();
    return *this;
  }
};

}  // namespace leat::http
