// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "leat/base/chrono.hpp"
#include "leat/proto/url/url.hpp"

namespace leat::proto {

/// The wall clock, which is what servers mean when they say until when a cookie is good.
using wall_time = std::chrono::sys_seconds;

enum class same_site : std::uint8_t { unset, none, lax, strict };

/// A cookie as it is kept (RFC 6265, section 5.3).
struct cookie {
  std::string name;
  std::string value;
  std::string domain;                ///< In lower case, without a leading dot.
  std::string path = "/";            ///< Begins with a slash.
  std::optional<wall_time> expires;  ///< None: good until the session ends.
  bool is_host_only = true;          ///< For `domain` itself, not for what is below it.
  bool is_secure = false;            ///< Sent over TLS only.
  bool is_http_only = false;
  same_site site = same_site::unset;  ///< Kept, not acted on: a client has no sites.

  friend bool operator==(const cookie& a, const cookie& b) noexcept;
};

/// What became of a Set-Cookie field.
enum class cookie_refusal : std::uint8_t {
  none,            ///< It was taken.
  malformed,       ///< No `=`, no name, or a control character in it.
  too_long,        ///< More than 4096 bytes of name and value, or 1024 of an attribute.
  foreign_domain,  ///< Its Domain does not cover the host that sent it.
  public_suffix,   ///< Its Domain is one under which anybody can register, such as `co.uk`.
  insecure,        ///< Secure, but not sent over TLS; or it would overlay a secure one.
  prefix,          ///< Its name begins with `__Secure-` or `__Host-`, and it is not that.
};

/// Reads the value of a Set-Cookie field that came from `from` (RFC 6265, section 5.2, with the
/// limits and prefixes of RFC 6265bis). Attributes that are unknown or make no sense are ignored,
/// as that says. Makes `made` only if the result is `none`.
[[nodiscard]] cookie_refusal parse_set_cookie(std::string_view text, const url& from, wall_time now,
                                              cookie& made);

/// The date of an Expires attribute, by the lenient rules of RFC 6265, section 5.1.1.
[[nodiscard]] std::optional<wall_time> parse_cookie_date(std::string_view text) noexcept;

/// Whether `domain` is one under which anybody can register (https://publicsuffix.org).
[[nodiscard]] bool is_public_suffix(std::string_view domain);

}  // namespace leat::proto
