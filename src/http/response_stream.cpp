// SPDX-License-Identifier: MIT
#include "leat/http/response_stream.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "leat/coro/refuse_on_loop.hpp"
#include "leat/http/async_response_stream.hpp"
#include "leat/http/error.hpp"
#include "leat/io/policy.hpp"
#include "leat/proto/coding/error.hpp"

#include "http/failed_request.hpp"

namespace leat::http::detail {
namespace {

/// How long a body says it is, as far as a peer is believed that has yet to send it.
std::size_t announced_size(const response_head& head) {
  constexpr std::size_t most_believed = std::size_t{1} << 20;
  const auto field = head.headers().get("content-length").value_or("");
  std::size_t size = 0;
  std::from_chars(field.data(), field.data() + field.size(), size);
  return std::min(size, most_believed);
}

}  // namespace

template <class Io>
response_reader<Io>::response_reader(response_head head,
                                     std::unique_ptr<basic_response_body<Io>> body, deadline until,
                                     std::uint64_t max_bytes, std::vector<response_head> history,
                                     const decoding_options& decoding)
    : response_head(std::move(head)),
      body_(body.release()),
      until_(until),
      max_bytes_(max_bytes),
      history_(std::move(history)) {
  // A part of a coded content is not the coding of a part (RFC 9110, section 14.2).
  if (!decoding.enabled || status() == status::partial_content) return;
  const auto codings = headers().joined("content-encoding");
  if (!codings) return;
  if (const auto refused = decoder_.start(*codings, decoding.limits, decoding.unknown)) {
    refuse_content(refused);
  }
}

template <class Io>
response_reader<Io>::response_reader(response_reader&&) noexcept = default;
template <class Io>
response_reader<Io>& response_reader<Io>::operator=(response_reader&&) noexcept = default;
template <class Io>
response_reader<Io>::~response_reader() = default;

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read() {
  if (text_ != nullptr) {
    throw invalid_argument("a part of the body of the answer to " + method() + " " + url() +
                           " has been read as text, so the rest cannot be read as bytes");
  }
  if (!unread_.empty()) co_return std::exchange(unread_, {});
  const auto piece = co_await read_decoded();
  is_consumed_ = piece.empty();
  co_return piece;
}

/// The next piece with its content codings taken off.
template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read_decoded() {
  if (decoder_.is_identity()) {
    const auto piece = co_await receive();
    bytes_read_ += piece.size();
    co_return piece;
  }
  for (;;) {
    if (is_at_end_) co_return std::string_view();
    std::string_view piece;
    if (body_ != nullptr) {
      if (const auto wrong = decoder_.read(piece)) refuse_content(wrong);
    }
    if (!piece.empty()) {
      bytes_read_ += piece.size();
      check_size(bytes_read_);
      co_return piece;
    }
    const auto received = co_await receive();
    if (!received.empty()) {
      decoder_.feed(received);
      continue;
    }
    decoder_.finish();
    if (const auto wrong = decoder_.read(piece)) refuse_content(wrong);
  }
}

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read_raw() {
  if (!decoder_.is_identity()) {
    if (bytes_downloaded_ != 0) {
      throw invalid_argument("a part of the body of the answer to " + method() + " " + url() +
                             " has been decoded, so the rest cannot be read undecoded");
    }
    decoder_ = proto::content_decoder();
  }
  return read();
}

/// The next piece as it comes from the transport.
template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::receive() {
  if (is_at_end_) co_return std::string_view();
  if (body_ == nullptr) {
    throw_of(*this,
             stream_closed("the body of the answer to " + method() + " " + url() + " was closed"));
  }
  std::string_view piece;
  try {
    if (until_.is_never()) {
      piece = co_await Io::await(body_->read_some());
    } else {
      piece = co_await Io::within(until_, [this] { return read_body(); });
    }
  } catch (leat::error& problem) {
    fail(problem);
  }
  co_return received(piece);
}

/// Throws the error on that is being handled, or what it means for the caller.
template <class Io>
void response_reader<Io>::fail(leat::error& problem) {
  if (!until_.is_never() && dynamic_cast<const deadline_exceeded*>(&problem) != nullptr) {
    throw_total_exceeded(method(), url());
  }
  name_request(problem, method(), url());
  throw;
}

template <class Io>
std::string_view response_reader<Io>::received(std::string_view piece) {
  bytes_downloaded_ += piece.size();
  check_size(bytes_downloaded_);
  if (piece.empty()) is_at_end_ = true;
  return piece;
}

template <class Io>
void response_reader<Io>::check_size(std::uint64_t size) {
  if (size <= max_bytes_) return;
  close();
  throw_of(*this, limit_exceeded("the body of the answer to " + method() + " " + url() +
                                 " is longer than the " + std::to_string(max_bytes_) +
                                 " bytes of max_body_bytes"));
}

/// Gives the connection up, unless the body was received to its end.
template <class Io>
void response_reader<Io>::refuse_content(std::error_code wrong) {
  close();
  is_at_end_ = false;
  const std::string message = "the body of the answer to " + method() + " " + url() +
                              " cannot be decoded: " + wrong.message();
  if (wrong == proto::coding_errc::output_too_long || wrong == proto::coding_errc::ratio_too_high) {
    throw_of(*this, limit_exceeded(message));
  }
  throw_of(*this, decode_error(message, wrong));
}

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read_body() {
  co_return co_await Io::await(body_->read_some());
}

template <class Io>
void response_reader<Io>::has_read(std::uint64_t bytes) {
  bytes_read_ = bytes_downloaded_ = bytes;
  check_size(bytes);
}

template <class Io>
std::unique_ptr<typename Io::stream> response_reader<Io>::take() {
  auto taken = body_ == nullptr ? nullptr : body_->take_stream();
  if (taken == nullptr) {
    throw invalid_argument("take_stream: the answer to " + method() + " " + url() + ", which was " +
                           std::to_string(status()) +
                           ", has not switched its connection to another protocol");
  }
  body_ = {};
  return taken;
}

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read_chunk_of(std::size_t size) {
  if (size == 0)
    throw invalid_argument("read_chunk: a chunk of 0 bytes would be taken for the end");
  chunk_.clear();
  while (chunk_.size() < size) {
    auto piece = co_await read();
    if (piece.empty()) break;
    const std::size_t taken = std::min(piece.size(), size - chunk_.size());
    unread_ = piece.substr(taken);
    piece = piece.substr(0, taken);
    // Most often a piece is as good as a copy of it.
    if (chunk_.empty() && taken == size) co_return piece;
    chunk_ += piece;
  }
  co_return chunk_;
}

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read_text() {
  text_reading& reading = as_text();
  for (;;) {
    const auto text = reading.lines.take_rest();
    if (!text.empty()) co_return text;
    if (reading.is_over) {
      is_consumed_ = true;
      co_return std::string_view();
    }
    co_await read_more_text();
  }
}

template <class Io>
typename Io::template task<std::string> response_reader<Io>::read_text_to_end() {
  check_unconsumed();
  std::string all;
  for (;;) {
    const auto text = co_await read_text();
    if (text.empty()) co_return all;
    all += text;
  }
}

template <class Io>
typename Io::template task<std::optional<std::string_view>> response_reader<Io>::read_next_line(
    std::size_t max_bytes) {
  text_reading& reading = as_text();
  reading.lines.set_max_bytes(max_bytes);
  for (;;) {
    std::string_view line;
    if (reading.lines.next(line)) co_return line;
    if (reading.lines.error()) {
      close();
      throw_of(*this,
               limit_exceeded("a line in the body of the answer to " + method() + " " + url() +
                              " is longer than " + std::to_string(max_bytes) + " bytes"));
    }
    if (reading.is_over) {
      is_consumed_ = true;
      co_return std::nullopt;
    }
    co_await read_more_text();
  }
}

/// Decodes the next piece and shows it to the lines.
template <class Io>
typename Io::template task<void> response_reader<Io>::read_more_text() {
  text_reading& reading = *text_;
  reading.text.clear();
  auto piece = std::exchange(unread_, {});
  if (piece.empty()) piece = co_await read_decoded();
  if (piece.empty()) {
    reading.decoder.finish(reading.text);
    reading.lines.finish();
    reading.is_over = true;
  } else {
    reading.decoder.decode(piece, reading.text);
  }
  reading.lines.feed(reading.text);
}

template <class Io>
auto response_reader<Io>::as_text() -> text_reading& {
  if (text_ == nullptr) {
    const proto::charset from = text_charset_ ? *text_charset_ : charset();
    text_ = make_impl<text_reading>();
    text_->decoder = proto::text_decoder(from);
  }
  return *text_;
}

template <class Io>
void response_reader<Io>::set_charset(proto::charset as) {
  if (text_ != nullptr) {
    throw invalid_argument("set_charset: a part of the body has been read as text");
  }
  text_charset_ = as;
}

template <class Io>
void response_reader<Io>::check_unconsumed() const {
  if (!is_consumed_) return;
  throw_of(*this, stream_consumed("the body of the answer to " + method() + " " + url() +
                                  " has been read to its end already"));
}

template <class Io>
typename Io::template task<std::string> response_reader<Io>::read_to_end(std::string begun) {
  check_unconsumed();
  std::string all = std::move(begun);
  for (bool has_room = false;;) {
    const auto piece = co_await read();
    if (piece.empty()) co_return all;
    // Not before something has come: an answer to HEAD announces a body and has none.
    if (!std::exchange(has_room, true)) all.reserve(announced_size(*this));
    all += piece;
  }
}

template class response_reader<io::async>;
template class response_reader<io::blocking>;

}  // namespace leat::http::detail

namespace leat::http {

async_response_stream::async_response_stream(detail::response_reader<io::async> reader) noexcept
    : response_reader(std::move(reader)) {}

task<std::string_view> async_response_stream::read_some() {
  return read();
}
task<std::string_view> async_response_stream::read_raw_some() {
  return read_raw();
}
task<std::string_view> async_response_stream::read_chunk(std::size_t size) {
  return read_chunk_of(size);
}
task<std::string> async_response_stream::read_all() {
  return read_to_end();
}
task<std::string_view> async_response_stream::read_text_some() {
  return read_text();
}
task<std::string> async_response_stream::read_text_all() {
  return read_text_to_end();
}
task<std::optional<std::string_view>> async_response_stream::read_line(std::size_t max_bytes) {
  return read_next_line(max_bytes);
}

response_stream::response_stream(detail::response_reader<io::blocking> reader) noexcept
    : response_reader(std::move(reader)) {}

std::unique_ptr<io::async_stream> async_response_stream::take_stream() {
  return take();
}

std::string_view response_stream::read_some() {
  refuse_on_loop("http::async_response_stream::read_some");
  return run_blocking(read());
}
std::string_view response_stream::read_raw_some() {
  refuse_on_loop("http::async_response_stream::read_raw_some");
  return run_blocking(read_raw());
}
std::string_view response_stream::read_chunk(std::size_t size) {
  refuse_on_loop("http::async_response_stream::read_chunk");
  return run_blocking(read_chunk_of(size));
}
std::string response_stream::read_all() {
  refuse_on_loop("http::async_response_stream::read_all");
  return run_blocking(read_to_end());
}
std::string_view response_stream::read_text_some() {
  refuse_on_loop("http::async_response_stream::read_text_some");
  return run_blocking(read_text());
}
std::string response_stream::read_text_all() {
  refuse_on_loop("http::async_response_stream::read_text_all");
  return run_blocking(read_text_to_end());
}
std::optional<std::string_view> response_stream::read_line(std::size_t max_bytes) {
  refuse_on_loop("http::async_response_stream::read_line");
  return run_blocking(read_next_line(max_bytes));
}
std::unique_ptr<io::blocking_stream> response_stream::take_stream() {
  return take();
}
std::string response_stream::read_document() {
  refuse_on_loop("http::async_response_stream::read_json");
  return run_blocking(read_to_end());
}

}  // namespace leat::http
