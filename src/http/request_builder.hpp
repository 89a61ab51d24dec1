// SPDX-License-Identifier: MIT
#pragma once

#include <string>

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

/// Makes `target` `url` as it stands, or appended to `base`, with the query parameters of
/// `options`. Errors: `invalid_url`.
void resolve_url(const proto::url& base, const std::string& url, const request_options& options,
                 proto::url& target);

/// The fields of a request: those every request has, then the client's, then its own. All fields
/// of a name replace all of that name.
[[nodiscard]] headers merge_headers(const proto::url& url, const headers& of_client,
                                    const request_options& options, bool has_body, bool decodes);

/// Errors: `local_protocol_error`.
void check_method(const std::string& method);

}  // namespace leat::http
