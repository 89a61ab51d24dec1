// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/coro/refuse_on_loop.hpp"
#include "leat/http/client_options.hpp"
#include "leat/http/response.hpp"
#include "leat/http/transport.hpp"
#include "leat/proto/text/charset.hpp"
#include "leat/proto/text/line_splitter.hpp"

namespace leat::http {

namespace detail {

/// Reading a body, for both surfaces.
template <class Io>
class response_reader : public response_head {
 public:
  /// Errors: `decode_error`, for a coding that `decoding` refuses.
  response_reader(response_head head, std::unique_ptr<basic_response_body<Io>> body, deadline until,
                  std::uint64_t max_bytes, std::vector<response_head> history,
                  const decoding_options& decoding);

  typename Io::template task<std::string_view> read();
  typename Io::template task<std::string_view> read_raw();
  typename Io::template task<std::string_view> read_chunk_of(std::size_t size);
  /// `begun` and all that has not been read yet.
  typename Io::template task<std::string> read_to_end(std::string begun = {});
  /// Appends what is there without a wait to `into`. Returns whether that was all.
  void has_read(std::uint64_t bytes);
  typename Io::template task<std::string_view> read_text();
  typename Io::template task<std::string> read_text_to_end();
  typename Io::template task<std::optional<std::string_view>> read_next_line(std::size_t max_bytes);

  template <class Value>
  typename Io::template task<Value> read_value() {
    const std::string all = co_await read_to_end();
    co_return decode_json<Value>(all);
  }

  /// What `read_text_some()`, `read_text_all()` and `read_line()` take the body for, whatever the
  /// answer says.
  /// Errors: `invalid_argument` if a part has been read as text.
  void set_charset(proto::charset as);

  /// What it has in common with an answer that was read.
  [[nodiscard]] const response_head& head() const noexcept { return *this; }

  /// Whether the end has been read; the connection is free for others then.
  [[nodiscard]] bool is_at_end() const noexcept { return is_at_end_; }

  /// How many bytes of the body have been read, as they were handed out.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  /// How many bytes of the body have come, before their content codings were taken off.
  [[nodiscard]] std::uint64_t bytes_downloaded() const noexcept { return bytes_downloaded_; }

  /// Ends reading. Closing again does nothing.
  void close() noexcept { body_.reset(); }

  /// The redirects that led here, in their order.
  [[nodiscard]] const std::vector<response_head>& history() const noexcept { return history_; }
  [[nodiscard]] std::vector<response_head> take_history() noexcept { return std::move(history_); }

 private:
  /// The body as text, once somebody has asked for that.
  struct text_reading {
    proto::text_decoder decoder;
    proto::line_splitter lines;
    std::string text;  // what has been decoded; `lines` refers to it
    bool is_over = false;
  };

  typename Io::template task<std::string_view> receive();
  typename Io::template task<std::string_view> read_decoded();
  typename Io::template task<void> read_more_text();
  text_reading& as_text();
  void check_unconsumed() const;
  typename Io::template task<std::string_view> read_body();
  std::string_view received(std::string_view piece);
  void check_size(std::uint64_t size);
  [[noreturn]] void refuse_content(std::error_code wrong);

  std::unique_ptr<basic_response_body<Io>> body_;
  deadline until_;
  std::uint64_t max_bytes_;
  std::vector<response_head> history_;
  proto::content_decoder decoder_;
  std::unique_ptr<text_reading> text_;
  std::optional<proto::charset> text_charset_;
  std::string chunk_;
  std::string_view unread_;  // of the piece that a chunk ended in
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_downloaded_ = 0;
  bool is_at_end_ = false;
  bool is_consumed_ = false;  // and whoever reads has been told
};

extern template class response_reader<io::async>;
extern template class response_reader<io::blocking>;

}  // namespace detail

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
  explicit async_response_stream(detail::response_reader<io::async> reader) noexcept
      : response_reader(std::move(reader)) {}

  using response_head::charset;
  using response_head::headers;
  using response_head::http_version;
  using response_head::is_client_error;
  using response_head::is_error;
  using response_head::is_redirect;
  using response_head::is_server_error;
  using response_head::is_success;
  using response_head::links;
  using response_head::method;
  using response_head::reason;
  using response_head::status;
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
  [[nodiscard]] task<std::string_view> read_some() { return read(); }

  /// The next piece of the body as it came, in whatever codings the Content-Encoding field says.
  /// For those who store or hand on what they get.
  ///
  /// Cancellation, errors and lifetime: as `read_some()`, but for the decoding; and
  /// `invalid_argument` if a part of the body has been decoded. From the first call on,
  /// `read_some()` and `read_all()` do not decode either.
  [[nodiscard]] task<std::string_view> read_raw_some() { return read_raw(); }

  /// The next `size` bytes of the body, its content codings taken off; fewer only at the end, and
  /// none from then on.
  ///
  /// Cancellation and lifetime: as `read_some()`. Errors: those, and `invalid_argument` for a size
  /// of 0.
  [[nodiscard]] task<std::string_view> read_chunk(std::size_t size) { return read_chunk_of(size); }

  /// All that has not been read yet. Cancellation and errors: as `read_some()`; `stream_consumed`
  /// if the end has been read already.
  [[nodiscard]] task<std::string> read_all() { return read_to_end(); }

  /// The next piece of the body as UTF-8; empty at the end, and from then on. A character is whole
  /// wherever pieces end; what is malformed becomes U+FFFD. After the first call the body cannot
  /// be read as bytes any more.
  ///
  /// Cancellation and lifetime: as `read_some()`. Errors: those, and as `charset()`.
  [[nodiscard]] task<std::string_view> read_text_some() { return read_text(); }

  /// All text that has not been read yet. Cancellation and errors: as `read_text_some()`;
  /// `stream_consumed` if the end has been read already.
  [[nodiscard]] task<std::string> read_text_all() { return read_text_to_end(); }

  /// The next line, as `read_text_some()`, without its end, which is LF, CR LF or CR; nothing at
  /// the end. A line end at the end of the body begins no further line.
  ///
  /// Cancellation and lifetime: as `read_some()`. Errors: as `read_text_some()`; `limit_exceeded`
  /// for a line of more than `max_bytes`, and the stream is closed.
  [[nodiscard]] task<std::optional<std::string_view>> read_line(
      std::size_t max_bytes = proto::line_splitter::default_max_bytes) {
    return read_next_line(max_bytes);
  }

  /// All that has not been read yet, as a value of a described type. Cancellation and errors: as
  /// `read_all()`; `decode_error`, listing every problem of the document.
  template <class Value>
  [[nodiscard]] task<Value> read_json() {
    return this->template read_value<Value>();
  }

  /// Errors: `status_error`, unless the status is 2xx.
  async_response_stream& raise_for_status() {
    check_status();
    return *this;
  }
};

/// The same for `client`, which blocks. Reading on a thread that runs a loop is refused
/// (`blocking_call_on_loop`).
/// Lifetime: the client outlives it. Thread-safety: one thread at a time.
class response_stream : private detail::response_reader<io::blocking> {
 public:
  /// For clients.
  explicit response_stream(detail::response_reader<io::blocking> reader) noexcept
      : response_reader(std::move(reader)) {}

  using response_head::charset;
  using response_head::headers;
  using response_head::http_version;
  using response_head::is_client_error;
  using response_head::is_error;
  using response_head::is_redirect;
  using response_head::is_server_error;
  using response_head::is_success;
  using response_head::links;
  using response_head::method;
  using response_head::reason;
  using response_head::status;
  using response_head::url;
  using response_reader::bytes_downloaded;
  using response_reader::bytes_read;
  using response_reader::close;
  using response_reader::head;
  using response_reader::history;
  using response_reader::is_at_end;
  using response_reader::set_charset;

  /// As `async_response_stream::read_some()`.
  [[nodiscard]] std::string_view read_some() {
    refuse_on_loop("http::async_response_stream::read_some");
    return run_blocking(read());
  }
  /// As `async_response_stream::read_raw_some()`.
  [[nodiscard]] std::string_view read_raw_some() {
    refuse_on_loop("http::async_response_stream::read_raw_some");
    return run_blocking(read_raw());
  }
  /// As `async_response_stream::read_chunk()`.
  [[nodiscard]] std::string_view read_chunk(std::size_t size) {
    refuse_on_loop("http::async_response_stream::read_chunk");
    return run_blocking(read_chunk_of(size));
  }
  /// As `async_response_stream::read_all()`.
  [[nodiscard]] std::string read_all() {
    refuse_on_loop("http::async_response_stream::read_all");
    return run_blocking(read_to_end());
  }
  /// As `async_response_stream::read_text_some()`.
  [[nodiscard]] std::string_view read_text_some() {
    refuse_on_loop("http::async_response_stream::read_text_some");
    return run_blocking(read_text());
  }
  /// As `async_response_stream::read_text_all()`.
  [[nodiscard]] std::string read_text_all() {
    refuse_on_loop("http::async_response_stream::read_text_all");
    return run_blocking(read_text_to_end());
  }
  /// As `async_response_stream::read_line()`.
  [[nodiscard]] std::optional<std::string_view> read_line(
      std::size_t max_bytes = proto::line_splitter::default_max_bytes) {
    refuse_on_loop("http::async_response_stream::read_line");
    return run_blocking(read_next_line(max_bytes));
  }
  /// As `async_response_stream::read_json()`.
  template <class Value>
  [[nodiscard]] Value read_json() {
    refuse_on_loop("http::async_response_stream::read_json");
    return run_blocking(this->template read_value<Value>());
  }

  /// Errors: `status_error`, unless the status is 2xx.
  response_stream& raise_for_status() {
    check_status();
    return *this;
  }
};

}  // namespace leat::http
