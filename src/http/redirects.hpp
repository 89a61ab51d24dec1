// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "leat/http/headers.hpp"
#include "leat/http/request.hpp"
#include "leat/http/response.hpp"
#include "leat/proto/url/url.hpp"

/// What a redirect makes of a request (RFC 9110, section 15.4); the same for both surfaces.
namespace leat::http {

/// Where an answer leads to, if it is a redirect that says so.
[[nodiscard]] std::optional<std::string_view> redirect_location(const response_head& answer);

/// What the next request differs in.
struct redirect_step {
  proto::url url;
  bool becomes_get = false;       ///< And has no body any more.
  bool keeps_credentials = true;  ///< The same origin, or the same host with TLS now.
};

/// Errors: `remote_protocol_error` for a Location that is no URL.
[[nodiscard]] redirect_step follow_redirect(std::string_view method, const proto::url& from,
                                            const response_head& answer);

/// Changes the header of the request accordingly. Where credentials are not kept, neither are the
/// fields that are `secret`.
void apply_redirect(const redirect_step& step, headers& fields,
                    std::span<const std::string> secret);

/// The names of the fields that `now` has and `before` had not, or not with the same values.
[[nodiscard]] std::vector<std::string> changed_fields(const headers& before, const headers& now);

/// What is left of the extras of a request, most of which were about the one that the caller made:
/// its name, its limit and, where credentials are kept, its cookies.
[[nodiscard]] std::shared_ptr<const request_extras> extras_of_redirect(const request_extras* of,
                                                                       bool keeps_credentials);

[[noreturn]] void throw_too_many_redirects(const response_head& last, std::size_t max);
[[noreturn]] void throw_redirect_loop(const response_head& last);
[[noreturn]] void throw_not_replayable(std::string_view method, const proto::url& to);

}  // namespace leat::http
