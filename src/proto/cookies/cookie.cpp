// SPDX-License-Identifier: MIT
#include "leat/proto/cookies/cookie.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "leat/proto/fields/ascii.hpp"

#include "proto/cookies/matching.hpp"

namespace leat::proto {
namespace {

// RFC 6265bis, sections 5.6 and 5.7.
constexpr std::size_t most_name_and_value = 4096;
constexpr std::size_t most_attribute = 1024;
// RFC 6265bis, section 5.6.2: nobody keeps a cookie for longer than 400 days.
constexpr std::chrono::seconds longest_life = std::chrono::days(400);

/// Cuts off what stands in front of `separator`, or all of it.
std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::size_t at = std::min(text.find(separator), text.size());
  const auto front = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return front;
}

bool starts_with_nocase(std::string_view text, std::string_view prefix) noexcept {
  return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool has_control(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u < 0x20 && u != '\t') || u == 0x7f;
  });
}

/// Max-Age (section 5.2.2): digits, perhaps with a minus in front; anything else is ignored.
std::optional<std::chrono::seconds> read_max_age(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  const auto digits = text.front() == '-' ? text.substr(1) : text;
  if (digits.empty() || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  if (text.front() == '-') return std::chrono::seconds(0);
  std::int64_t seconds = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (read.ec == std::errc::result_out_of_range) return std::chrono::seconds::max();
  return std::chrono::seconds(seconds);
}

struct attributes {
  std::optional<wall_time> expires;
  std::optional<std::chrono::seconds> max_age;
  std::string domain;
  std::string path;
  bool is_secure = false;
  bool is_http_only = false;
  same_site site = same_site::unset;
};

attributes read_attributes(std::string_view text) {
  attributes found;
  while (!text.empty()) {
    std::string_view value = take_until(text, ';');
    const std::string name = lower_case(trim_blanks(take_until(value, '=')));
    value = trim_blanks(value);
    if (value.size() > most_attribute) continue;
    if (name == "expires") {
      if (const auto date = parse_cookie_date(value)) found.expires = date;
    } else if (name == "max-age") {
      if (const auto age = read_max_age(value)) found.max_age = age;
    } else if (name == "domain") {
      if (value.starts_with('.')) value.remove_prefix(1);
      found.domain = lower_case(value);
    } else if (name == "path") {
      found.path = value.starts_with('/') ? std::string(value) : std::string();
    } else if (name == "secure") {
      found.is_secure = true;
    } else if (name == "httponly") {
      found.is_http_only = true;
    } else if (name == "samesite") {
      const std::string site = lower_case(value);
      found.site = site == "none"     ? same_site::none
                   : site == "lax"    ? same_site::lax
                   : site == "strict" ? same_site::strict
                                      : same_site::unset;
    }
  }
  return found;
}

std::optional<wall_time> expiry_of(const attributes& found, wall_time now) noexcept {
  if (found.max_age) {
    if (*found.max_age <= std::chrono::seconds(0)) return wall_time::min();
    return now + std::min(*found.max_age, longest_life);
  }
  if (found.expires) return std::min(*found.expires, now + longest_life);
  return std::nullopt;
}

}  // namespace

bool operator==(const cookie& a, const cookie& b) noexcept = default;

// Section 5.1.4.
std::string default_path(std::string_view path) {
  const std::size_t last = path.rfind('/');
  if (!path.starts_with('/') || last == 0) return "/";
  return std::string(path.substr(0, last));
}

bool is_secure_scheme(std::string_view scheme) noexcept {
  return scheme == "https" || scheme == "wss";
}

// Section 5.1.3. An address has nothing below it.
bool domain_matches(std::string_view host, std::string_view domain) noexcept {
  if (host == domain) return true;
  if (host.size() <= domain.size() || !host.ends_with(domain)) return false;
  if (host[host.size() - domain.size() - 1] != '.') return false;
  return host.find(':') == std::string_view::npos && !(host.back() >= '0' && host.back() <= '9');
}

// Section 5.1.4.
bool path_matches(std::string_view path, std::string_view prefix) noexcept {
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/';
}

bool is_sendable(const cookie& made) noexcept {
  const auto is_clean = [](std::string_view text) {
    return !has_control(text) && text.find_first_of(";\t") == std::string_view::npos;
  };
  return !made.name.empty() && made.name.find('=') == std::string::npos && is_clean(made.name) &&
         is_clean(made.value) && is_clean(made.domain) && !made.domain.empty() &&
         // No host begins with a dot; and in the file format it says something else.
         !made.domain.starts_with('.') && is_clean(made.path) && made.path.starts_with('/') &&
         made.name.size() + made.value.size() <= most_name_and_value;
}

cookie_refusal parse_set_cookie(std::string_view text, const url& from, wall_time now,
                                cookie& made) {
  if (has_control(text)) return cookie_refusal::malformed;
  const std::string_view pair = take_until(text, ';');
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return cookie_refusal::malformed;
  const auto name = trim_blanks(pair.substr(0, equals));
  const auto value = trim_blanks(pair.substr(equals + 1));
  if (name.empty()) return cookie_refusal::malformed;
  if (name.size() + value.size() > most_name_and_value) return cookie_refusal::too_long;

  const attributes found = read_attributes(text);
  const bool is_over_tls = is_secure_scheme(from.scheme());
  cookie read;
  read.name = name;
  read.value = value;
  read.expires = expiry_of(found, now);
  read.is_secure = found.is_secure;
  read.is_http_only = found.is_http_only;
  read.site = found.site;
  read.domain = from.host();
  if (!found.domain.empty()) {
    if (is_public_suffix(found.domain)) {
      // A host that is a suffix itself may keep cookies for itself alone (section 5.3, step 5).
      if (found.domain != from.host()) return cookie_refusal::public_suffix;
    } else if (!domain_matches(from.host(), found.domain)) {
      return cookie_refusal::foreign_domain;
    } else {
      read.domain = found.domain;
      read.is_host_only = false;
    }
  }
  read.path = found.path.empty() ? default_path(from.path()) : found.path;
  if (!is_sendable(read)) return cookie_refusal::malformed;

  if (read.is_secure && !is_over_tls) return cookie_refusal::insecure;
  if (starts_with_nocase(name, "__secure-") && !read.is_secure) return cookie_refusal::prefix;
  if (starts_with_nocase(name, "__host-") &&
      (!read.is_secure || !read.is_host_only || found.path != "/")) {
    return cookie_refusal::prefix;
  }
  made = std::move(read);
  return cookie_refusal::none;
}

}  // namespace leat::proto
