// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/response.hpp"
#include "leat/proto/url/url.hpp"

namespace leat::http {

/// The request as an authentication sees it: it adds fields and changes nothing else.
struct auth_target {
  std::string_view method;
  const proto::url& url;
  std::string_view content;  ///< The body, if it is held in memory.
  http::headers& headers;
  /// In `auth_flow::again()`: the body of the answer, its content codings taken off, for a flow
  /// that reads answers.
  std::string_view answer_body = {};
  /// What the request line asks for; empty: the URL's.
  std::string_view target = {};
};

/// A request that a flow has sent for itself, such as one for a token. It has what is written here
/// and the fields that every request has, but nothing of the client's or of the request that is
/// authenticated, which may go to another server. Its redirects are not followed.
struct auth_request {
  /// `to` is absolute, or relative to the URL of the request that is authenticated. Credentials in
  /// it are sent as `basic_auth()` does.
  explicit auth_request(std::string to, std::string by = "GET");

  std::string url;
  std::string method;
  http::headers headers;
  std::string content;
  std::string content_type;  ///< Sent when there is a body.
};

/// One request being authenticated: a conversation of requests and answers that may take several
/// rounds. It does no I/O, so that it serves both surfaces. What a step throws ends the request.
///
/// In its order: `own_request()` and `own_answer()`, as often as the flow likes; `begin()`; the
/// request is sent; `again()`. If that returns true, it begins anew, but for `begin()`.
class auth_flow {
 public:
  auth_flow() = default;
  auth_flow(const auth_flow&) = delete;
  auth_flow& operator=(const auth_flow&) = delete;
  virtual ~auth_flow() = default;

  /// Whether `again()` looks at the bodies of answers. Then each is read to its end before, and
  /// held in memory, within `max_body_bytes`.
  [[nodiscard]] virtual bool reads_answers() const noexcept { return false; }

  /// The most of a streamed body that is read into memory before everything else, so that
  /// `auth_target::content` has it: for flows that sign it. A longer one is `limit_exceeded`. With
  /// 0 it stays a stream, and `content` is empty.
  [[nodiscard]] virtual std::uint64_t max_held_content() const noexcept { return 0; }

  /// Asked before the request is sent, the first time or again, and after each `own_answer()`: what
  /// is to be sent before it, or nothing. It has the limits in time of the request, `total` once
  /// for all of it, and holds no connection while the request does. The jar of the client takes
  /// part in it, and so do its hooks of each hop.
  ///
  /// Errors, of the request: those of a request, and `http::request_of()` is this one then;
  /// `invalid_url`, `local_protocol_error`.
  [[nodiscard]] virtual std::optional<auth_request> own_request(const auth_target& request);
  /// Called with what was answered to `own_request()`, whatever its status.
  virtual void own_answer(auth_target& request, const response& answer);

  /// Called before the request is first sent.
  virtual void begin(auth_target& request) = 0;

  /// Called with each answer. Returns whether the request is to be sent again, after having
  /// changed it; otherwise the answer stands.
  virtual bool again(auth_target& request, const response_head& answer) {
    static_cast<void>(request);
    static_cast<void>(answer);
    return false;
  }
};

/// Credentials, and how they are shown to a server. Sent to the origin of the request only:
/// whoever a redirect leads to does not get them.
///
/// Thread-safety: any thread.
class auth {
 public:
  auth() = default;
  auth(const auth&) = delete;
  auth& operator=(const auth&) = delete;
  virtual ~auth() = default;

  [[nodiscard]] virtual std::unique_ptr<auth_flow> start() const = 0;
};

using auth_ptr = std::shared_ptr<const auth>;

/// User name and password with every request (RFC 7617), as UTF-8.
/// Errors: `invalid_argument`, if the user name holds a colon or either a control character.
[[nodiscard]] auth_ptr basic_auth(std::string_view user, std::string_view password);

/// A token with every request (RFC 6750).
/// Errors: `invalid_argument`, if it cannot stand in a field.
[[nodiscard]] auth_ptr bearer_auth(std::string_view token);

/// Challenge and response (RFC 7616), with MD5, SHA, SHA-256, SHA-512-256 or SHA-512, `-sess` or
/// not, and `qop=auth`. What a server has asked for is used for the next requests at once.
///
/// A server that has no Digest to offer, or a malformed one, leaves the answer as it is: 401.
/// Errors, of the request: `unsupported_challenge`, where it offers other algorithms or qualities
/// only.
[[nodiscard]] auth_ptr digest_auth(std::string user, std::string password);

/// Whatever `apply` adds to the header.
[[nodiscard]] auth_ptr custom_auth(std::function<void(auth_target&)> apply);

/// The user names and passwords of a netrc file, by host; `text` is its content. A host that
/// is not in it, and for which there is no `default`, gets none.
/// Errors: `invalid_argument`, with the line that cannot be read.
[[nodiscard]] auth_ptr netrc_auth(std::string_view text);

/// No authentication, not even that of the client or of a URL.
[[nodiscard]] auth_ptr no_auth();

}  // namespace leat::http
