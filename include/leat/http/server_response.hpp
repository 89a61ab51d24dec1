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
    return server_response(status, std::move(body), "Content-Type: text/plain; charset=utf-8\r\n");
  }
  [[nodiscard]] static server_response html(std::string body, int status = status::ok) {
    return server_response(status, std::move(body), "Content-Type: text/html; charset=utf-8\r\n");
  }

  /// A value of a described type, written as JSON.
  /// Errors: `model::write_error`.
  template <class Value>
  [[nodiscard]] static server_response json(const Value& value, int status = status::ok) {
    return server_response(status, model::to_json(value), "Content-Type: application/json\r\n");
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
  [[nodiscard]] std::string_view default_content_type() const noexcept {
    constexpr std::size_t before = std::string_view("Content-Type: ").size();
    if (type_line_.empty()) return {};
    return type_line_.substr(before, type_line_.size() - before - 2);
  }

  /// The same as the line of a head, with CR LF.
  [[nodiscard]] std::string_view default_content_type_line() const noexcept { return type_line_; }

 private:
  // `type_line` is a literal, so the usual answer needs no memory for its header, and what is sent
  // needs no checks.
  server_response(int status, std::string body, std::string_view type_line)
      : status_(status), type_line_(type_line), body_(std::move(body)) {}

  int status_;
  std::string_view type_line_;
  http::headers headers_;
  std::string body_;
};

}  // namespace leat::http
