// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "leat/http/headers.hpp"
#include "leat/http/status.hpp"
#include "leat/model/json.hpp"

namespace leat::http {

/// What a handler answers: a status, a header and a body in memory.
///
/// The server adds Date, Content-Length and, where it is needed, Connection; the factories add
/// Content-Type. What the header holds already is kept. A response that HTTP does not allow,
/// for instance with a line break in a field, is answered as 500 and told to
/// `server_options::on_error`.
class server_response {
 public:
  /// An empty answer, by default 204 No Content.
  [[nodiscard]] static server_response empty(int status = status::no_content) {
    return server_response(status, {}, {});
  }
  [[nodiscard]] static server_response text(std::string body, int status = status::ok) {
    return server_response(status, std::move(body), "text/plain; charset=utf-8");
  }
  [[nodiscard]] static server_response html(std::string body, int status = status::ok) {
    return server_response(status, std::move(body), "text/html; charset=utf-8");
  }

  /// A value of a described type, written as JSON.
  /// Errors: `model::write_error`.
  template <class Value>
  [[nodiscard]] static server_response json(const Value& value, int status = status::ok) {
    return server_response(status, model::to_json(value), "application/json");
  }

  /// Any body. Its Content-Type, if it has one, goes into `headers()`.
  explicit server_response(int status = status::ok, std::string body = {})
      : server_response(status, std::move(body), {}) {}

  [[nodiscard]] int status() const noexcept { return status_; }
  void set_status(int status) noexcept { status_ = status; }

  [[nodiscard]] const http::headers& headers() const noexcept { return headers_; }
  [[nodiscard]] http::headers& headers() noexcept { return headers_; }

  [[nodiscard]] const std::string& body() const noexcept { return body_; }
  void set_body(std::string body) noexcept { body_ = std::move(body); }

  /// The Content-Type that is sent if `headers()` has none; empty: none is sent then.
  [[nodiscard]] std::string_view default_content_type() const noexcept { return content_type_; }

 private:
  // `content_type` is a literal, so the usual answer needs no memory for its header.
  server_response(int status, std::string body, std::string_view content_type)
      : status_(status), content_type_(content_type), body_(std::move(body)) {}

  int status_;
  std::string_view content_type_;
  http::headers headers_;
  std::string body_;
};

}  // namespace leat::http
