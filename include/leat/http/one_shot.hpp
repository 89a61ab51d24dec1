// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "leat/base/memory.hpp"
#include "leat/http/client.hpp"

/// Requests without a client, for scripts and tests:
///
///     const auto page = leat::http::get("http://a.test/").raise_for_status().text();
///
/// Each opens a client and closes it, so no connection is kept and no cookie; whoever asks twice
/// is better off with a `client`. They block, and are refused on a thread that runs a loop
/// (`blocking_call_on_loop`). There are none that do not block: those would need a loop that nobody
/// sees.
///
/// Errors: those of `client`. Thread-safety: any thread.
namespace leat::http {

/// Sends one request of any method. The URL is absolute.
[[nodiscard]] inline response fetch(std::string method, std::string_view url,
                                    blocking_request_options options = {}) {
  return client().request(std::move(method), url, std::move(options));
}

[[nodiscard]] inline response get(std::string_view url, blocking_request_options options = {}) {
  return fetch("GET", url, std::move(options));
}
[[nodiscard]] inline response head(std::string_view url, blocking_request_options options = {}) {
  return fetch("HEAD", url, std::move(options));
}
[[nodiscard]] inline response options(std::string_view url, blocking_request_options options = {}) {
  return fetch("OPTIONS", url, std::move(options));
}
[[nodiscard]] inline response post(std::string_view url, blocking_request_options options = {}) {
  return fetch("POST", url, std::move(options));
}
[[nodiscard]] inline response put(std::string_view url, blocking_request_options options = {}) {
  return fetch("PUT", url, std::move(options));
}
[[nodiscard]] inline response patch(std::string_view url, blocking_request_options options = {}) {
  return fetch("PATCH", url, std::move(options));
}
[[nodiscard]] inline response del(std::string_view url, blocking_request_options options = {}) {
  return fetch("DELETE", url, std::move(options));
}

/// An answer that is read while it comes, with the client that it comes from.
class one_shot_stream {
 public:
  one_shot_stream(std::string method, std::string_view url, blocking_request_options options = {})
      : client_(std::make_unique<client>()),
        answer_(client_->stream(std::move(method), url, std::move(options))) {}

  [[nodiscard]] response_stream& operator*() noexcept { return answer_; }
  [[nodiscard]] response_stream* operator->() noexcept { return &answer_; }

 private:
  std::unique_ptr<client> client_;
  response_stream answer_;
};

}  // namespace leat::http
