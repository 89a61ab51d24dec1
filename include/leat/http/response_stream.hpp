// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/coro/refuse_on_loop.hpp"
#include "leat/http/client_options.hpp"
#include "leat/http/response.hpp"
#include "leat/http/transport.hpp"

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
  /// `begun` and all that has not been read yet.
  typename Io::template task<std::string> read_to_end(std::string begun = {});
  /// Appends what is there without a wait to `into`. Returns whether that was all.
  bool read_early(std::string& into);

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
  typename Io::template task<std::string_view> receive();
  typename Io::template task<std::string_view> read_body();
  std::string_view received(std::string_view piece);
  void check_size(std::uint64_t size);
  [[noreturn]] void refuse_content(std::error_code wrong);

  std::unique_ptr<basic_response_body<Io>> body_;
  deadline until_;
  std::uint64_t max_bytes_;
  std::vector<response_head> history_;
  proto::content_decoder decoder_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_downloaded_ = 0;
  bool is_at_end_ = false;
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

  using response_head::headers;
  using response_head::http_version;
  using response_head::is_success;
  using response_head::method;
  using response_head::reason;
  using response_head::status;
  using response_head::url;
  using response_reader::bytes_downloaded;
  using response_reader::bytes_read;
  using response_reader::close;
  using response_reader::history;
  using response_reader::is_at_end;

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

  /// All that has not been read yet. Cancellation and errors: as `read_some()`.
  [[nodiscard]] task<std::string> read_all() { return read_to_end(); }

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

  using response_head::headers;
  using response_head::http_version;
  using response_head::is_success;
  using response_head::method;
  using response_head::reason;
  using response_head::status;
  using response_head::url;
  using response_reader::bytes_downloaded;
  using response_reader::bytes_read;
  using response_reader::close;
  using response_reader::history;
  using response_reader::is_at_end;

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
  /// As `async_response_stream::read_all()`.
  [[nodiscard]] std::string read_all() {
    refuse_on_loop("http::async_response_stream::read_all");
    return run_blocking(read_to_end());
  }

  /// Errors: `status_error`, unless the status is 2xx.
  response_stream& raise_for_status() {
    check_status();
    return *this;
  }
};

}  // namespace leat::http
