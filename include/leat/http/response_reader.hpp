// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/impl_ptr.hpp"
#include "leat/base/memory.hpp"
#include "leat/base/time.hpp"
#include "leat/http/client_options.hpp"
#include "leat/http/response.hpp"
#include "leat/http/transport.hpp"
#include "leat/proto/coding/content_decoder.hpp"
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
  response_reader(response_reader&&) noexcept;
  response_reader& operator=(response_reader&&) noexcept;
  ~response_reader();

  typename Io::template task<std::string_view> read();
  typename Io::template task<std::string_view> read_raw();
  typename Io::template task<std::string_view> read_chunk_of(std::size_t size);
  /// `begun` and all that has not been read yet.
  typename Io::template task<std::string> read_to_end(std::string begun = {});
  /// Tells it that the first so many bytes have been read elsewhere.
  /// Errors: `limit_exceeded`.
  void has_read(std::uint64_t bytes);
  typename Io::template task<std::string_view> read_text();
  typename Io::template task<std::string> read_text_to_end();
  typename Io::template task<std::optional<std::string_view>> read_next_line(std::size_t max_bytes);

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

  std::unique_ptr<typename Io::stream> take();

  /// Ends reading. Closing again does nothing.
  void close() noexcept { body_ = {}; }

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
  [[noreturn]] void fail(leat::error& problem);
  std::string_view received(std::string_view piece);
  void check_size(std::uint64_t size);
  [[noreturn]] void refuse_content(std::error_code wrong);

  impl_ptr<basic_response_body<Io>> body_;
  deadline until_;
  std::uint64_t max_bytes_;
  std::vector<response_head> history_;
  proto::content_decoder decoder_;
  impl_ptr<text_reading> text_;
  std::optional<proto::charset> text_charset_;
  std::string chunk_;
  std::string_view unread_;  // of the piece that a chunk ended in
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_downloaded_ = 0;
  bool is_at_end_ = false;
  bool is_consumed_ = false;  // and whoever reads has been told
};

}  // namespace detail

}  // namespace leat::http
