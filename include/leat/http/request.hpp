// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/base/memory.hpp"
#include "leat/http/auth.hpp"
#include "leat/http/body_source.hpp"
#include "leat/http/form_data.hpp"
#include "leat/http/headers.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/http/trace_event.hpp"
#include "leat/model/json.hpp"
#include "leat/proto/http1/limits.hpp"
#include "leat/proto/url/url.hpp"

namespace leat::http {

/// Whether and how far redirects are followed.
struct redirect_policy {
  bool follow = false;         ///< Off, because whom a request reaches should be seen in it.
  std::size_t max = 20;        ///< One more is `too_many_redirects`.
  bool detects_cycles = true;  ///< `redirect_loop` at once, not after `max` rounds.
};

/// What one request changes of its client's limits on the head of the answer
/// (`transport_options::http1`), of each that comes in its course. Unset means the client's value;
/// there is no way to have none.
struct head_limits {
  head_limits() noexcept = default;

  std::optional<std::uint32_t> max_line_bytes;
  std::optional<std::uint32_t> max_field_section_bytes;
  std::optional<std::uint32_t> max_fields;
  std::optional<std::uint32_t> max_informational;

  [[nodiscard]] bool has_any() const noexcept {
    return max_line_bytes || max_field_section_bytes || max_fields || max_informational;
  }
  [[nodiscard]] proto::http1::limits applied_to(proto::http1::limits defaults) const noexcept;
};

/// What few requests ask for.
struct request_extras {
  /// What is asked for, in place of the URL's path and query: it is sent as it is, where a proxy
  /// forwards too. For `OPTIONS *`, and for servers that want to be asked in their own way.
  std::string target;
  /// Whom a server behind `https` is asked to be (SNI, RFC 6066), and has to prove to be, in place
  /// of the URL's host. Its connections are kept apart from those to the host itself.
  std::string server_name;
  /// What the request asks for, in a name that many requests share: the template of a path, such as
  /// `/users/{id}`. Metrics of the client have it as a label; it is not sent. A name that differs
  /// from request to request would make a series of each (`metrics::registry_options`).
  std::string endpoint;
  /// What the Cookie field has besides those of the client's jar, as it stands there.
  std::string cookies;
  /// The most that the body of the answer may have; the client's limit holds besides.
  std::uint64_t max_body_bytes = std::numeric_limits<std::uint64_t>::max();
  http::head_limits head_limits;
};

/// What a request carries besides its method and URL. Everything is optional; what it says
/// wins over what the client was configured with.
///
///     client.post("/policies", request_options().json(draft).header("x-trace", id));
class request_options {
 public:
  request_options() noexcept;
  request_options(const request_options&);
  request_options(request_options&&) noexcept;
  request_options& operator=(const request_options&);
  request_options& operator=(request_options&&) noexcept;
  ~request_options();

  /// Adds a field of the header; it replaces the client's fields of that name.
  request_options& header(std::string_view name, std::string_view value) &;
  request_options&& header(std::string_view name, std::string_view value) && {
    return std::move(header(name, value));
  }

  /// Adds a parameter to the URL's query; encoded as needed.
  request_options& query(std::string name, std::string value) &;
  request_options&& query(std::string name, std::string value) && {
    return std::move(query(std::move(name), std::move(value)));
  }

  /// Sends a cookie besides those of the client's jar, or in place of one of that name. It is not
  /// kept, and where a redirect leads to another origin it stays behind. A Cookie field that is
  /// written by hand takes the place of all.
  /// Errors: `invalid_argument`, if it cannot be sent.
  request_options& cookie(std::string_view name, std::string_view value) &;
  request_options&& cookie(std::string_view name, std::string_view value) && {
    return std::move(cookie(name, value));
  }

  /// Sets the body.
  request_options& content(std::string bytes, std::string type) &;
  request_options&& content(std::string bytes, std::string type) && {
    return std::move(content(std::move(bytes), std::move(type)));
  }

  /// Sets the body to the JSON text of `value`, a described struct or anything else that
  /// `model` can write. Errors: `model::write_error`.
  template <class Value>
  request_options& json(const Value& value) & {
    return content(model::to_json(value), "application/json");
  }
  template <class Value>
  request_options&& json(const Value& value) && {
    return std::move(json(value));
  }

  /// Sets the body to the fields of a form, in their order, as `application/x-www-form-urlencoded`.
  request_options& form(const std::vector<std::pair<std::string, std::string>>& fields) &;
  request_options&& form(const std::vector<std::pair<std::string, std::string>>& fields) && {
    return std::move(form(fields));
  }

  /// Whether redirects are followed, whatever the client does.
  request_options& follow_redirects(bool follow = true) &;
  request_options&& follow_redirects(bool follow = true) && {
    return std::move(follow_redirects(follow));
  }

  /// The credentials of this request in place of the client's; `no_auth()` for none.
  request_options& authenticate(auth_ptr with) &;
  request_options&& authenticate(auth_ptr with) &&;

  /// Sends the head first, with `Expect: 100-continue`, and the body once the server agrees or
  /// `wait` has passed (RFC 9110, section 10.1.1). If it answers at once, the body is not sent. For
  /// large bodies that may be refused. Nothing waits without a body.
  request_options& expect_continue(duration wait = std::chrono::seconds(1)) &;
  request_options&& expect_continue(duration wait = std::chrono::seconds(1)) && {
    return std::move(expect_continue(wait));
  }

  /// See `request_extras::endpoint`. It holds for what a redirect leads to as well.
  request_options& endpoint(std::string name) &;
  request_options&& endpoint(std::string name) && { return std::move(endpoint(std::move(name))); }

  /// See `request_extras::max_body_bytes`; more is `limit_exceeded`. It holds for what a redirect
  /// leads to as well.
  request_options& max_body_bytes(std::uint64_t most) &;
  request_options&& max_body_bytes(std::uint64_t most) && {
    return std::move(max_body_bytes(most));
  }

  /// Limits of the head of the answer for this request, also above the client's; more is
  /// `remote_protocol_error`. They hold for what a redirect leads to as well, and over HTTP/2 as
  /// far as the client's do. Errors: `invalid_argument`, if one of bytes is above
  /// `proto::http1::most_line_bytes`.
  request_options& limit_head(const head_limits& to) &;
  request_options&& limit_head(const head_limits& to) && { return std::move(limit_head(to)); }

  /// See `request_extras::target`. What cannot stand in a request line is a
  /// `local_protocol_error`, of the request. A redirect leads to where it says.
  request_options& target(std::string as) &;
  request_options&& target(std::string as) && { return std::move(target(std::move(as))); }

  /// See `request_extras::server_name`. It does not hold for what a redirect leads to.
  request_options& server_name(std::string host) &;
  request_options&& server_name(std::string host) && {
    return std::move(server_name(std::move(host)));
  }

  /// Tells `callback` what happens to this request, in place of the client's `trace`; an empty one
  /// turns that off.
  request_options& trace(trace_callback callback) &;
  request_options&& trace(trace_callback callback) && {
    return std::move(trace(std::move(callback)));
  }

  http::headers headers;
  std::vector<std::pair<std::string, std::string>> query_parameters;
  std::string body;
  std::string content_type;  ///< Sent when there is a body.
  timeout_overrides timeouts;
  std::optional<bool> follows_redirects;
  std::optional<duration> continue_wait;
  auth_ptr auth;                                 ///< Null: the client's.
  std::shared_ptr<const request_extras> extras;  ///< Null: none.
  trace_ptr tracer;                              ///< Null: the client's.

 private:
  request_extras& own_extras();
};

/// The options of one surface: those that both share, and where a streamed body comes from.
/// Converts from `request_options`, so those are what one usually writes.
template <class Io>
class basic_request_options : public request_options {
 public:
  basic_request_options() noexcept;
  // NOLINTNEXTLINE(google-explicit-constructor): what both surfaces share is enough for either
  basic_request_options(request_options shared) noexcept;
  basic_request_options(const basic_request_options&);
  basic_request_options(basic_request_options&&) noexcept;
  basic_request_options& operator=(const basic_request_options&);
  basic_request_options& operator=(basic_request_options&&) noexcept;
  ~basic_request_options();

  /// Sets the body to what `source` gives; it takes the place of `content()` and `json()`.
  basic_request_options& stream(std::shared_ptr<basic_body_source<Io>> source,
                                std::string type = "application/octet-stream") &;
  basic_request_options&& stream(std::shared_ptr<basic_body_source<Io>> source,
                                 std::string type = "application/octet-stream") &&;

  /// Sets the body to a form with files.
  basic_request_options& multipart(basic_form_data<Io> form) &;
  basic_request_options&& multipart(basic_form_data<Io> form) &&;

  std::shared_ptr<basic_body_source<Io>> streamed;
};

using async_request_options = basic_request_options<io::async>;
using blocking_request_options = basic_request_options<io::blocking>;

/// A request as it will be sent: what `build_request()` makes of the options, and what hooks and
/// transports see. It may be changed before it is given to `send()`.
template <class Io>
struct basic_request {
  std::string method;
  proto::url url;
  http::headers headers;  ///< With Host.
  std::string content;    ///< Empty if the body is streamed.
  std::shared_ptr<basic_body_source<Io>> streamed;
  http::timeouts timeouts;
  redirect_policy redirects;
  /// How long the body is held back for the server's consent, if the header asks for that.
  std::optional<duration> continue_wait;
  auth_ptr auth;                                 ///< Null: none.
  std::shared_ptr<const request_extras> extras;  ///< Null: none.
  /// Whom a transport tells its steps; null: nobody.
  trace_ptr tracer;

  /// What is asked for in the request line.
  [[nodiscard]] std::string_view target() const noexcept {
    return has_own_target() ? std::string_view(extras->target) : url.target();
  }
  [[nodiscard]] bool has_own_target() const noexcept { return extras && !extras->target.empty(); }
};

using async_request = basic_request<io::async>;
using request = basic_request<io::blocking>;

}  // namespace leat::http
