// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/base/memory.hpp"
#include "leat/http/response_reader.hpp"

namespace leat::http {

/// The same for `client`, which blocks. Reading on a thread that runs a loop is refused
/// (`blocking_call_on_loop`).
/// Lifetime: the client outlives it. Thread-safety: one thread at a time.
class response_stream : private detail::response_reader<io::blocking> {
 public:
  /// For clients.
  explicit response_stream(detail::response_reader<io::blocking> reader) noexcept;

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

  /// As `async_response_stream::read_some()`.
  [[nodiscard]] std::string_view read_some();
  /// As `async_response_stream::read_raw_some()`.
  [[nodiscard]] std::string_view read_raw_some();
  /// As `async_response_stream::read_chunk()`.
  [[nodiscard]] std::string_view read_chunk(std::size_t size);
  /// As `async_response_stream::read_all()`.
  [[nodiscard]] std::string read_all();
  /// As `async_response_stream::read_text_some()`.
  [[nodiscard]] std::string_view read_text_some();
  /// As `async_response_stream::read_text_all()`.
  [[nodiscard]] std::string read_text_all();
  /// As `async_response_stream::read_line()`.
  [[nodiscard]] std::optional<std::string_view> read_line(
      std::size_t max_bytes = proto::line_splitter::default_max_bytes);
  /// As `async_response_stream::read_json()`.
  template <class Value>
  [[nodiscard]] Value read_json() {
    return decode_json<Value>(read_document());
  }

  /// As `async_response_stream::take_stream()`.
  [[nodiscard]] std::unique_ptr<io::blocking_stream> take_stream();

  /// Errors: `status_error`, unless the status is 2xx.
  response_stream& raise_for_status() {
    check_status();
    return *this;
  }

 private:
  std::string read_document();
};

}  // namespace leat::http
