// SPDX-License-Identifier: MIT
#include "leat/http/response_stream.hpp"

#include "leat/http/error.hpp"

namespace leat::http::detail {

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read() {
  if (is_at_end_) co_return std::string_view();
  if (body_ == nullptr) {
    throw stream_closed("the body of the answer to " + method() + " " + url() + " was closed");
  }
  std::string_view piece;
  if (until_.is_never()) {
    piece = co_await Io::await(body_->read_some());
  } else {
    try {
      piece = co_await Io::within(until_, [this] { return read_body(); });
    } catch (const deadline_exceeded&) {
      throw deadline_exceeded("request timed out: " + method() + " " + url() +
                              " took longer than its total timeout allows");
    }
  }
  bytes_read_ += piece.size();
  if (bytes_read_ > max_bytes_) {
    close();
    throw limit_exceeded("the body of the answer to " + method() + " " + url() +
                         " is longer than the " + std::to_string(max_bytes_) +
                         " bytes of client_options::max_body_bytes");
  }
  if (piece.empty()) is_at_end_ = true;
  co_return piece;
}

template <class Io>
typename Io::template task<std::string_view> response_reader<Io>::read_body() {
  co_return co_await Io::await(body_->read_some());
}

template <class Io>
typename Io::template task<std::string> response_reader<Io>::read_to_end() {
  std::string all;
  for (;;) {
    const auto piece = co_await read();
    if (piece.empty()) co_return all;
    all += piece;
  }
}

template class response_reader<io::async>;
template class response_reader<io::blocking>;

}  // namespace leat::http::detail
