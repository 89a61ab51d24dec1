// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/base/memory.hpp"
#include "leat/route/error.hpp"

/// The branch of the error tree that HTTP clients and servers throw, besides the leaves of
/// `io` (connecting, reading, writing and their timeouts) and `pool` (`pool_timeout`):
///
///     protocol_error
///     ├── http::local_protocol_error    we were asked to send what HTTP does not allow
///     └── http::remote_protocol_error   the peer sent what HTTP does not allow
///         └── http::no_response         ... and nothing at all: it closed the connection
///     http::error
///     ├── http::status_error            raise_for_status(): the status, with the method and URL
///     ├── http::decode_error            the body is not what it was asked for as
///     ├── http::invalid_url
///     ├── http::unsupported_protocol    a URL whose scheme this client does not speak
///     ├── http::too_many_redirects
///     ├── http::redirect_loop           the same request again, with nothing new to say
///     ├── http::body_not_replayable     a streamed body that would have to be sent a second time
///     ├── http::unreadable_body         a file that is a request's body cannot be read
///     ├── http::unsupported_challenge   a server asks for credentials in a way that we do not know
///     ├── http::cookie_conflict         several cookies of one name
///     ├── http::client_closed
///     ├── http::stream_closed           the body of an answer was closed before it was read
///     ├── http::stream_consumed         the body of an answer was read whole a second time
///     └── http::http_error              thrown by handlers: how a request is refused
///     leat::error
///     └── route::proxy_error            the proxy made no connection; says which, and why
namespace leat::http {

enum class errc {
  local_protocol = 1,
  remote_protocol,
  client_error_status,
  server_error_status,
  other_error_status,
  undecodable_body,
  invalid_url,
  unsupported_protocol,
  client_closed,
  request_refused,
  no_response,
  stream_closed,
  too_many_redirects,
  redirect_loop,
  body_not_replayable,
  cookie_conflict,
  stream_consumed,
  unreadable_body,
  unsupported_challenge,
};

std::error_code make_error_code(errc value) noexcept;

using route::proxy_error;

class response_head;

class error : public leat::error {
 public:
  using leat::error::error;
};

/// The request that an error has ended.
struct failed_request {
  std::string method;
  std::string url;  ///< Without credentials.
};

/// The request that `problem` has ended, or whose answer has caused it; null for what is of none.
///
///     } catch (const leat::error& e) {
///       if (const auto* request = http::request_of(e)) show(request->url, e.what());
///     }
///
/// Errors of every layer that leave a request of a client, or the reading of an answer, have it,
/// as `method` and `url` of their `details()` too: after a redirect that which was answered last,
/// or not at all; of an authentication's own request that one. It is not there for what is wrong
/// before there is a request, nor for what is no error of Leat. An error of a class of one's own
/// that several requests end with, such as that of a `once` that they wait for, has none either.
///
/// Lifetime: that of the error. Thread-safety: any thread.
[[nodiscard]] const failed_request* request_of(const leat::error& problem) noexcept;

/// The request cannot be sent as it is. Nothing was sent.
class local_protocol_error : public protocol_error {
 public:
  explicit local_protocol_error(const std::string& message, std::error_code cause = {});
};

/// The peer broke the protocol or passed a limit; the connection is closed. `cause()` is the
/// code of the protocol machine.
class remote_protocol_error : public protocol_error {
 public:
  explicit remote_protocol_error(const std::string& message, std::error_code cause = {});

 protected:
  using protocol_error::protocol_error;
};

/// The connection ended before anything of an answer came: the server closed it while the
/// request was on its way, or gave up. Whether it has acted on the request cannot be known.
class no_response final : public remote_protocol_error {
 public:
  explicit no_response(const std::string& message, std::error_code cause = {});
};

/// A response was not the success that `raise_for_status()` asked for.
class status_error : public error {
 public:
  /// `body` is what had been read of it.
  status_error(const std::string& message, std::shared_ptr<const response_head> answer,
               std::string body = {});

  [[nodiscard]] int status() const noexcept { return status_; }
  /// How the answer began; it knows the method and the URL of the request.
  [[nodiscard]] const response_head& answer() const noexcept { return *answer_; }
  /// The body of the answer; empty if it comes from a stream. Untrusted, and in no message.
  [[nodiscard]] const std::string& body() const noexcept { return *body_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  int status_;
  std::shared_ptr<const response_head> answer_;
  std::shared_ptr<const std::string> body_;
};

/// The body is not what it was asked for as, for instance no JSON of the expected shape; or not
/// in the content coding that it claims, and `cause()` is the code of its decoder then.
class decode_error : public error {
 public:
  explicit decode_error(const std::string& message, std::error_code cause = {});
};

class invalid_url : public error {
 public:
  explicit invalid_url(const std::string& message, std::error_code cause = {});
};

class unsupported_protocol : public error {
 public:
  explicit unsupported_protocol(const std::string& message);
};

/// The client was used after it was closed.
class client_closed : public error {
 public:
  client_closed();
};

/// More redirects than the client follows.
class too_many_redirects : public error {
 public:
  explicit too_many_redirects(const std::string& message);
};

/// A redirect leads to a request that was made before, with the same cookies.
class redirect_loop : public error {
 public:
  explicit redirect_loop(const std::string& message);
};

/// The request has to be sent a second time, and its body is a stream that has been read.
class body_not_replayable : public error {
 public:
  explicit body_not_replayable(const std::string& message);
};

/// A file that is the body of a request, or a part of it, cannot be read. `cause()` is the error
/// of the system.
class unreadable_body : public error {
 public:
  explicit unreadable_body(const std::string& message, std::error_code cause = {});
};

/// A server asks for credentials in a way that is not known here, such as a digest with another
/// algorithm.
class unsupported_challenge : public error {
 public:
  explicit unsupported_challenge(const std::string& message);
};

/// There are several cookies of a name; a domain or a path would tell which is meant.
class cookie_conflict : public error {
 public:
  cookie_conflict(const std::string& name, std::size_t count);
};

/// The body of an answer was asked for as a whole after it had been read to its end.
class stream_consumed : public error {
 public:
  explicit stream_consumed(const std::string& message);
};

/// The body of an answer was read after it had been closed.
class stream_closed : public error {
 public:
  explicit stream_closed(const std::string& message);
};

}  // namespace leat::http

template <>
struct std::is_error_code_enum<leat::http::errc> : std::true_type {};
