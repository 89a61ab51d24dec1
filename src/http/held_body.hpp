// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "leat/http/request.hpp"
#include "leat/http/transport.hpp"
#include "leat/io/policy.hpp"

namespace leat::http {

/// The body of an answer that is here already.
template <class Io>
class held_body final : public basic_response_body<Io> {
 public:
  explicit held_body(std::string bytes) noexcept : bytes_(std::move(bytes)) {}

  typename Io::template result<std::string_view> read_some() override { return Io::expose(read()); }

 private:
  typename Io::template task<std::string_view> read() {
    if (std::exchange(is_over_, true)) co_return std::string_view();
    co_return bytes_;
  }

  std::string bytes_;
  bool is_over_ = false;
};

/// The body of a request as a whole.
template <class Io>
typename Io::template task<std::string> whole_body(const basic_request<Io>& request) {
  if (request.streamed == nullptr) co_return request.content;
  std::string all;
  for (;;) {
    const auto piece = co_await Io::await(request.streamed->next());
    if (!piece) break;
    all += *piece;
  }
  co_return all;
}

}  // namespace leat::http
