// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "leat/base/time.hpp"
#include "leat/http/error.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/status.hpp"
#include "leat/model/error.hpp"
#include "leat/model/json.hpp"

namespace leat::http {

/// The answer to a request, read to its end.
class response {
 public:
  /// What a client knows of an answer. For clients and for those who stand in for them.
  struct parts {
    std::string method;
    std::string url;  ///< Without credentials.
    int status = status::ok;
    std::string reason;
    bool is_http_1_0 = false;
    http::headers headers;
    std::string body;
    duration elapsed{};
  };

  explicit response(parts from) noexcept : parts_(std::move(from)) {}

  [[nodiscard]] int status() const noexcept { return parts_.status; }
  /// The phrase behind the status, as the peer sent it. Untrusted; may be empty.
  [[nodiscard]] const std::string& reason() const noexcept { return parts_.reason; }
  [[nodiscard]] std::string_view http_version() const noexcept {
    return parts_.is_http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
  }
  [[nodiscard]] const http::headers& headers() const noexcept { return parts_.headers; }

  /// The body as it came.
  [[nodiscard]] const std::string& content() const& noexcept { return parts_.body; }
  [[nodiscard]] std::string content() && noexcept { return std::move(parts_.body); }

  /// The body as a value of a described type.
  /// Errors: `decode_error`, listing every problem of the document.
  template <class Value>
  [[nodiscard]] Value json() const {
    try {
      return model::from_json<Value>(parts_.body);
    } catch (const leat::error& problem) {
      throw_decode_error(problem);
    }
  }

  [[nodiscard]] bool is_success() const noexcept { return http::is_success(parts_.status); }

  /// Returns the response if its status is 2xx.
  /// Errors: `status_error`.
  const response& raise_for_status() const&;
  response&& raise_for_status() &&;

  [[nodiscard]] const std::string& method() const noexcept { return parts_.method; }
  /// Where the answer came from, without credentials.
  [[nodiscard]] const std::string& url() const noexcept { return parts_.url; }
  /// From the start of the request to the end of the answer, on the monotonic clock.
  [[nodiscard]] duration elapsed() const noexcept { return parts_.elapsed; }

 private:
  [[noreturn]] void throw_decode_error(const leat::error& problem) const;
  void check_status() const;

  parts parts_;
};

}  // namespace leat::http
