// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/time.hpp"
#include "leat/http/error.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/status.hpp"
#include "leat/model/error.hpp"
#include "leat/model/json.hpp"

namespace leat::http {

/// How an answer begins, and which request it belongs to: what a response that was read and one
/// that is still being read have in common.
class response_head {
 public:
  /// What a client knows of an answer. For clients and for those who stand in for them.
  struct parts {
    std::string method;
    std::string url;  ///< Without credentials.
    int status = status::ok;
    std::string reason;
    std::string_view http_version = "HTTP/1.1";
    http::headers headers;
  };

  explicit response_head(parts from) : parts_(std::make_shared<parts>(std::move(from))) {}

  /// What it was made of.
  [[nodiscard]] parts release() && {
    if (parts_.use_count() != 1) return *parts_;
    return std::move(*parts_);
  }

  [[nodiscard]] int status() const noexcept { return parts_->status; }
  /// The phrase behind the status, as the peer sent it. Untrusted; may be empty.
  [[nodiscard]] const std::string& reason() const noexcept { return parts_->reason; }
  [[nodiscard]] std::string_view http_version() const noexcept { return parts_->http_version; }
  [[nodiscard]] const http::headers& headers() const noexcept { return parts_->headers; }
  [[nodiscard]] bool is_success() const noexcept { return http::is_success(parts_->status); }

  [[nodiscard]] const std::string& method() const noexcept { return parts_->method; }
  /// Where the answer came from, without credentials.
  [[nodiscard]] const std::string& url() const noexcept { return parts_->url; }

 protected:
  void check_status() const;
  [[noreturn]] void throw_decode_error(const leat::error& problem) const;

 private:
  // Never changed, so copies share it; and moved at next to no cost on the way to who asked.
  std::shared_ptr<parts> parts_;
};

/// The answer to a request, read to its end.
class response : public response_head {
 public:
  response(response_head head, std::string body, duration elapsed,
           std::vector<response_head> history = {}) noexcept
      : response_head(std::move(head)),
        body_(std::move(body)),
        elapsed_(elapsed),
        history_(std::move(history)) {}

  /// The body as it came.
  [[nodiscard]] const std::string& content() const& noexcept { return body_; }
  [[nodiscard]] std::string content() && noexcept { return std::move(body_); }

  /// The body as a value of a described type.
  /// Errors: `decode_error`, listing every problem of the document.
  template <class Value>
  [[nodiscard]] Value json() const {
    try {
      return model::from_json<Value>(body_);
    } catch (const leat::error& problem) {
      throw_decode_error(problem);
    }
  }

  /// Returns the response if its status is 2xx.
  /// Errors: `status_error`.
  const response& raise_for_status() const&;
  response&& raise_for_status() &&;

  /// From the start of the request to the end of the answer, on the monotonic clock.
  [[nodiscard]] duration elapsed() const noexcept { return elapsed_; }

  /// The redirects that led here, in their order; their bodies were not kept.
  [[nodiscard]] const std::vector<response_head>& history() const noexcept { return history_; }

 private:
  std::string body_;
  duration elapsed_;
  std::vector<response_head> history_;
};

}  // namespace leat::http
