// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/memory.hpp"
#include "leat/base/time.hpp"
#include "leat/http/error.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/status.hpp"
#include "leat/model/error.hpp"
#include "leat/model/json.hpp"
#include "leat/proto/fields/links.hpp"
#include "leat/proto/text/charset.hpp"

namespace leat::http {

/// How an answer begins, and which request it belongs to: what a response that was read and one
/// that is still being read have in common.
class response_head {
 public:
  struct parts;

  /// The redirects before an answer, the last one first, each with those before it.
  class redirects_before {
   public:
    redirects_before() noexcept = default;
    /// `last` and what is before it.
    explicit redirects_before(std::shared_ptr<parts> last) noexcept : last_(std::move(last)) {}
    redirects_before(const redirects_before&) noexcept = default;
    redirects_before(redirects_before&&) noexcept = default;
    redirects_before& operator=(redirects_before other) noexcept {
      last_.swap(other.last_);
      return *this;
    }
    ~redirects_before() {
      if (last_) end();
    }

    /// Null, if there are none.
    [[nodiscard]] const std::shared_ptr<parts>& last() const noexcept { return last_; }

   private:
    void end() noexcept;

    std::shared_ptr<parts> last_;
  };

  /// What a client knows of an answer. For clients and for those who stand in for them.
  struct parts {
    std::string method;
    std::string url;  ///< Without credentials.
    int status = status::ok;
    std::string reason;
    std::string_view http_version = "HTTP/1.1";
    http::headers headers;
    /// What the body is read as where the answer does not say.
    proto::charset default_charset = proto::charset::utf_8;
    redirects_before earlier;
  };

  explicit response_head(parts from);
  /// Of `from`, which is not null, without copying it. It is not changed from now on.
  [[nodiscard]] static response_head sharing(std::shared_ptr<parts> from) noexcept {
    return response_head(shared(), std::move(from));
  }

  [[nodiscard]] int status() const noexcept { return parts_->status; }
  /// The phrase behind the status, as the peer sent it. Untrusted; may be empty.
  [[nodiscard]] const std::string& reason() const noexcept { return parts_->reason; }
  [[nodiscard]] std::string_view http_version() const noexcept { return parts_->http_version; }
  /// `HTTP/1.1 404 Not Found`, as the peer sent it. One without a phrase, as all of HTTP/2 are, has
  /// that of the registry.
  [[nodiscard]] std::string status_line() const;
  [[nodiscard]] const http::headers& headers() const noexcept { return parts_->headers; }
  [[nodiscard]] bool is_informational() const noexcept {
    return http::is_informational(parts_->status);
  }
  [[nodiscard]] bool is_success() const noexcept { return http::is_success(parts_->status); }
  [[nodiscard]] bool is_redirect() const noexcept { return http::is_redirect(parts_->status); }
  [[nodiscard]] bool is_client_error() const noexcept {
    return http::is_client_error(parts_->status);
  }
  [[nodiscard]] bool is_server_error() const noexcept {
    return http::is_server_error(parts_->status);
  }
  [[nodiscard]] bool is_error() const noexcept { return is_client_error() || is_server_error(); }

  [[nodiscard]] const std::string& method() const noexcept { return parts_->method; }
  /// Where the answer came from, without credentials.
  [[nodiscard]] const std::string& url() const noexcept { return parts_->url; }

  /// The redirects that led here, in their order; their bodies were not kept. Each knows those
  /// before it: the third has a history of two.
  [[nodiscard]] std::vector<response_head> history() const;

  /// What the body is read as: what the Content-Type says, else the client's default.
  /// Errors: `decode_error` for a charset that we do not have; `cause()` is
  /// `proto::text_errc::unknown_charset`. What to read it as then has to be said.
  [[nodiscard]] proto::charset charset() const;

  /// The links of the Link fields (RFC 8288), their targets made absolute against the URL of the
  /// request; one that is no URL stays as it came. What is malformed is left out.
  [[nodiscard]] std::vector<proto::link> links() const;

 protected:
  [[nodiscard]] std::string describe_status() const;
  void check_status() const;
  [[noreturn]] void throw_decode_error(const leat::error& problem) const;

  template <class Value>
  [[nodiscard]] Value decode_json(std::string_view text) const {
    try {
      return model::from_json<Value>(text);
    } catch (const leat::error& problem) {
      throw_decode_error(problem);
    }
  }

 private:
  struct shared {};
  // Not for one argument alone: `response_head({})` is one of empty parts.
  response_head(shared, std::shared_ptr<parts> from) noexcept : parts_(std::move(from)) {}

  // Never changed, so copies share it; and moved at next to no cost on the way to who asked.
  std::shared_ptr<parts> parts_;
};

/// The answer to a request, read to its end.
class response : public response_head {
 public:
  response(response_head head, std::string body, duration elapsed,
           std::vector<response_head> history = {}, std::uint64_t bytes_downloaded = 0) noexcept;

  /// The body as it came.
  [[nodiscard]] const std::string& content() const& noexcept { return body_; }
  [[nodiscard]] std::string content() && noexcept { return std::move(body_); }

  /// The body as UTF-8. What is malformed in its charset becomes U+FFFD; a byte order mark in
  /// front is dropped.
  /// Errors: as `charset()`.
  [[nodiscard]] std::string text() const { return text(charset()); }
  /// The same, whatever the answer says that it is in.
  [[nodiscard]] std::string text(proto::charset as) const { return proto::decode_text(body_, as); }

  /// The body as a value of a described type.
  /// Errors: `decode_error`, listing every problem of the document.
  template <class Value>
  [[nodiscard]] Value json() const {
    return decode_json<Value>(body_);
  }

  /// Returns the response if its status is 2xx.
  /// Errors: `status_error`, which has the answer and its body.
  const response& raise_for_status() const&;
  response&& raise_for_status() &&;

  /// From the start of the request to the end of the answer, on the monotonic clock.
  [[nodiscard]] duration elapsed() const noexcept { return elapsed_; }

  /// How many bytes of the body came, before their content codings were taken off.
  [[nodiscard]] std::uint64_t bytes_downloaded() const noexcept { return bytes_downloaded_; }

  /// As `response_head::history()`.
  [[nodiscard]] const std::vector<response_head>& history() const noexcept { return history_; }

 private:
  std::string body_;
  duration elapsed_;
  std::uint64_t bytes_downloaded_;
  std::vector<response_head> history_;
};

}  // namespace leat::http
