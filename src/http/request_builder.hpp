// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "leat/http/client_options.hpp"
#include "leat/http/request.hpp"
#include "leat/proto/url/url.hpp"

/// How a request comes from its options and those of the client; the same for both surfaces.
namespace leat::http {

/// Errors: `invalid_argument`.
void check_limits(const connection_limits& limits);
void check_limits(const timeouts& limits);

/// Errors: `invalid_url`. Its message does not hold the text, which may have a password in it.
[[nodiscard]] proto::url parse_absolute(std::string_view text);

/// Makes `target` `url` as it stands, or appended to `base`. Errors: `invalid_url`.
void resolve_url(const proto::url& base, const std::string& url, proto::url& target);

/// Adds the query parameters of `options` to `target`. Errors: `invalid_url`.
void add_query(const request_options& options, proto::url& target);

/// Scheme and authority of an absolute URL, as they are spelled; empty if they hold credentials,
/// or if there are none.
[[nodiscard]] std::string_view spelled_origin(std::string_view url) noexcept;

/// An origin that is asked again and again: its URLs need not be read as a whole each time.
struct known_origin {
  std::string spelled;
  proto::url root;
  headers usual;  ///< Of a request that brings none and has no body.

  /// Whether `url` is a path below this origin, and behind it nothing that could be taken for
  /// more of an authority.
  [[nodiscard]] bool is_in_front_of(std::string_view url) const noexcept {
    const std::size_t size = spelled.size();
    return size != 0 && url.size() > size && url[size] == '/' && url.starts_with(spelled) &&
           (url.size() == size + 1 || url[size + 1] != '/');
  }
};

/// The fields of a request: those every request has, then the client's, then its own. All fields
/// of a name replace all of that name.
[[nodiscard]] headers merge_headers(const proto::url& url, const headers& of_client,
                                    const request_options& options, bool has_body, bool decodes);

/// Errors: `local_protocol_error`.
void check_method(const std::string& method);

}  // namespace leat::http
