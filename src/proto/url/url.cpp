// SPDX-License-Identifier: MIT
#include "leat/proto/url/url.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "leat/proto/url/error.hpp"
#include "leat/proto/url/percent.hpp"

#include "proto/url/characters.hpp"
#include "proto/url/host.hpp"
#include "proto/url/reference.hpp"

namespace leat::proto {
namespace {

/// Whether URLs of this scheme are requested over HTTP, so that they need a host and a path.
bool is_web(std::string_view scheme) noexcept {
  return default_port(scheme) != 0;
}

std::error_code check_text(std::string_view text) noexcept {
  if (text.size() > url::max_bytes) return url_errc::too_long;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, is_control)) return url_errc::control_character;
  return {};
}

/// An authority, taken apart (RFC 3986, section 3.2).
struct authority_parts {
  std::string_view userinfo;
  std::string_view host;
  std::string_view port;
};

std::error_code split_authority(std::string_view text, authority_parts& parts) noexcept {
  if (const std::size_t at = text.find('@'); at != text.npos) {
    parts.userinfo = text.substr(0, at);
    text.remove_prefix(at + 1);
    // With a second one, or with a backslash, readers disagree about where the host begins.
    if (text.find('@') != text.npos || parts.userinfo.find('\\') != text.npos) {
      return url_errc::invalid_userinfo;
    }
  }
  const std::size_t host_end = text.starts_with('[') ? std::min(text.find(']'), text.size() - 1) + 1
                                                     : std::min(text.find(':'), text.size());
  parts.host = text.substr(0, host_end);
  text.remove_prefix(host_end);
  if (text.empty()) return {};
  if (text.front() != ':') return url_errc::invalid_host;
  parts.port = text.substr(1);
  return {};
}

/// The number in `text`; 0 if it is empty. Nothing if it is no port.
std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  unsigned port = 0;
  for (const char c : text) {
    if (!is_url_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<unsigned>(c - '0');
    if (port > 65535) return std::nullopt;
  }
  return static_cast<std::uint16_t>(port);
}

}  // namespace

/// Puts a URL together, each component in normal form.
class url_builder {
 public:
  /// `parts` must have a scheme. `path` stands for `parts.path`.
  [[nodiscard]] static std::error_code build(const uri_parts& parts, std::string_view path,
                                             url& into) {
    url_builder builder;
    builder.put_scheme(parts.scheme.value_or(std::string_view()));
    if (parts.authority) {
      if (const auto error = builder.put_authority(*parts.authority)) return error;
    } else if (is_web(builder.made_.scheme())) {
      return url_errc::missing_host;
    }
    if (const auto error = builder.put_path(path, parts.authority.has_value())) return error;
    builder.put_query(parts.query);
    builder.put_fragment(parts.fragment);
    if (builder.made_.text_.size() + builder.made_.userinfo_.size() > url::max_bytes) {
      return url_errc::too_long;
    }
    into = std::move(builder.made_);
    return {};
  }

  /// `base` up to its path, then `path`, which is in normal form, then the query of `base` and
  /// that which is given, and the fragment that is given.
  [[nodiscard]] static std::error_code replace_tail(const url& base, std::string_view path,
                                                    std::optional<std::string_view> query,
                                                    std::optional<std::string_view> fragment,
                                                    url& into) {
    const bool has_authority = base.host_begin_ != base.scheme_end_ + 1;
    if (!has_authority && path.starts_with("//")) return url_errc::missing_host;
    url_builder builder;
    url& made = builder.made_;
    made.text_.reserve(base.authority_end_ + path.size() + base.query().size() +
                       query.value_or("").size() + fragment.value_or("").size() + 3);
    made.text_.append(base.text_, 0, base.authority_end_);
    made.scheme_end_ = base.scheme_end_;
    made.host_begin_ = base.host_begin_;
    made.host_end_ = base.host_end_;
    made.authority_end_ = base.authority_end_;
    made.port_ = base.port_;
    made.is_ipv6_ = base.is_ipv6_;
    made.text_ += path;
    made.path_end_ = made.query_end_ = builder.end();
    if (base.has_query()) {
      made.text_.append("?").append(base.query());
      made.query_end_ = builder.end();
      if (query) {
        made.text_ += '&';
        append_normalized(made.text_, *query, query_allowed);
        made.query_end_ = builder.end();
      }
    } else {
      builder.put_query(query);
    }
    builder.put_fragment(fragment);
    if (made.text_.size() > url::max_bytes) return url_errc::too_long;
    made.userinfo_ = base.userinfo_;
    into = std::move(made);
    return {};
  }

  /// `base`, whose path is the root or none, with a path in normal form and nothing behind it.
  static void put_below_root(const url& base, std::string_view path, url& into) {
    std::string text;
    text.reserve(base.authority_end_ + path.size());
    text.append(base.text_, 0, base.authority_end_).append(path);
    if (&into != &base) {
      if (!(base.userinfo_.empty() && into.userinfo_.empty())) into.userinfo_ = base.userinfo_;
      into.scheme_end_ = base.scheme_end_;
      into.host_begin_ = base.host_begin_;
      into.host_end_ = base.host_end_;
      into.authority_end_ = base.authority_end_;
      into.port_ = base.port_;
      into.is_ipv6_ = base.is_ipv6_;
    }
    into.text_ = std::move(text);
    into.path_end_ = into.query_end_ = static_cast<std::uint32_t>(into.text_.size());
  }

  /// The components of a URL, without its user name and password.
  [[nodiscard]] static uri_parts parts_of(const url& from) noexcept {
    uri_parts parts;
    parts.scheme = from.scheme();
    if (from.host_begin_ != from.scheme_end_ + 1) parts.authority = from.authority();
    parts.path = from.path();
    if (from.has_query()) parts.query = from.query();
    if (from.has_fragment()) parts.fragment = from.fragment();
    return parts;
  }

  static void set_userinfo(url& of, const std::string& userinfo) { of.userinfo_ = userinfo; }

  static void drop_fragment(url& of) { of.text_.resize(of.query_end_); }

 private:
  [[nodiscard]] std::uint32_t end() const noexcept {
    return static_cast<std::uint32_t>(made_.text_.size());
  }

  void put_scheme(std::string_view scheme) {
    for (const char c : scheme) made_.text_ += lower_case(c);
    made_.scheme_end_ = end();
    made_.text_ += ':';
    made_.host_begin_ = made_.host_end_ = made_.authority_end_ = end();
  }

  std::error_code put_authority(std::string_view authority) {
    authority_parts parts;
    host_form host;
    if (const auto error = split_authority(authority, parts)) return error;
    if (const auto error = parse_host(parts.host, host)) return error;
    const auto port = parse_port(parts.port);
    if (!port) return url_errc::invalid_port;
    const bool needs_host =
        is_web(made_.scheme()) || !parts.userinfo.empty() || !parts.port.empty();
    if (host.text.empty() && needs_host) return url_errc::missing_host;

    append_normalized(made_.userinfo_, parts.userinfo, userinfo_allowed);
    const std::uint16_t implied = default_port(made_.scheme());
    made_.text_ += "//";
    made_.host_begin_ = end();
    made_.text_ += host.text;
    made_.is_ipv6_ = host.is_ipv6;
    made_.host_end_ = end();
    made_.port_ = parts.port.empty() ? implied : *port;
    if (!parts.port.empty() && (implied == 0 || *port != implied)) {
      made_.text_ += ':';
      made_.text_ += std::to_string(*port);
    }
    made_.authority_end_ = end();
    return {};
  }

  std::error_code put_path(std::string_view path, bool has_authority) {
    std::string normal;
    normal.reserve(path.size());
    append_normalized(normal, path, path_allowed);
    if (normal.starts_with('/')) normal = remove_dot_segments(normal);
    if (has_authority && normal.empty() && is_web(made_.scheme())) normal = "/";
    // Without an authority, a path must not look like one (RFC 3986, section 3.3), as that of
    // `x:/..//a` does once its dots are gone.
    if (!has_authority && normal.starts_with("//")) return url_errc::missing_host;
    made_.text_ += normal;
    made_.path_end_ = made_.query_end_ = end();
    return {};
  }

  void put_query(std::optional<std::string_view> query) {
    if (!query) return;
    made_.text_ += '?';
    append_normalized(made_.text_, *query, query_allowed);
    made_.query_end_ = end();
  }

  void put_fragment(std::optional<std::string_view> fragment) {
    if (!fragment) return;
    made_.text_ += '#';
    append_normalized(made_.text_, *fragment, query_allowed);
  }

  url made_;
};

std::string url::redacted() && {
  return userinfo_.empty() ? std::move(text_) : std::as_const(*this).redacted();
}

std::string url::redacted() const& {
  if (userinfo_.empty()) return text_;
  std::string text(between(0, host_begin_));
  text += "[secure]@";
  return text.append(text_, host_begin_);
}

std::string url::username() const {
  return percent_decode_leniently(std::string_view(userinfo_).substr(0, userinfo_.find(':')));
}

std::string url::password() const {
  const std::size_t colon = userinfo_.find(':');
  if (colon == std::string::npos) return {};
  return percent_decode_leniently(std::string_view(userinfo_).substr(colon + 1));
}

url url::without_userinfo() const {
  url copy = *this;
  copy.userinfo_.clear();
  return copy;
}

url url::without_fragment() const {
  url copy = *this;
  url_builder::drop_fragment(copy);
  return copy;
}

std::error_code parse_url(std::string_view text, url& into) {
  if (const auto error = check_text(text)) return error;
  const uri_parts parts = split_reference(text);
  if (!parts.scheme) {
    const std::size_t mark = text.find_first_of(":/?#");
    const bool has_prefix = mark != text.npos && mark != 0 && text[mark] == ':';
    return has_prefix ? url_errc::invalid_scheme : url_errc::missing_scheme;
  }
  return url_builder::build(parts, parts.path, into);
}

std::error_code resolve(const url& base, std::string_view reference, url& into) {
  if (const auto error = check_text(reference)) return error;
  if (base.is_empty()) return url_errc::missing_scheme;

  // RFC 3986, section 5.2.2. Dot segments are removed when the result is put together.
  const uri_parts from = url_builder::parts_of(base);
  uri_parts target = split_reference(reference);
  std::string path(target.path);
  if (!target.scheme) {
    target.scheme = from.scheme;
    if (!target.authority) {
      target.authority = from.authority;
      if (target.path.empty()) {
        path = from.path;
        if (!target.query) target.query = from.query;
      } else if (!target.path.starts_with('/')) {
        path = merge_paths(from, target.path);
      }
    }
  }

  url resolved;
  if (const auto error = url_builder::build(target, path, resolved)) return error;
  if (resolved.userinfo().empty() && resolved.origin() == base.origin()) {
    url_builder::set_userinfo(resolved, base.userinfo());
  }
  into = std::move(resolved);
  return {};
}

namespace {

/// Whether `path` begins with one slash, is in normal form and has neither a query nor a fragment,
/// and nothing of `base` stands between the two.
bool is_plain_below_root(const url& base, std::string_view path) noexcept {
  if (base.authority().empty() || base.path().size() > 1 || base.has_query()) return false;
  if (!path.starts_with('/') || base.text().size() + path.size() > url::max_bytes) return false;
  char before = '\0';
  for (const char c : path) {
    // A percent sign is not allowed; a dot or a slash behind a slash may have to go.
    if (!is_in(path_allowed, c) || (before == '/' && (c == '.' || c == '/'))) return false;
    before = c;
  }
  return true;
}

}  // namespace

std::error_code append(const url& base, std::string_view path, url& into) {
  // What most clients ask for is written as it is.
  if (is_plain_below_root(base, path)) {
    url_builder::put_below_root(base, path, into);
    return {};
  }
  if (const auto error = check_text(path)) return error;
  if (base.is_empty()) return url_errc::missing_scheme;

  // Only the path, the query and the fragment are looked for, never a scheme or an authority.
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
  if (const std::size_t hash = path.find('#'); hash != path.npos) {
    fragment = path.substr(hash + 1);
    path = path.substr(0, hash);
  }
  if (const std::size_t mark = path.find('?'); mark != path.npos) {
    query = path.substr(mark + 1);
    path = path.substr(0, mark);
  }
  if (path.empty()) return url_builder::replace_tail(base, base.path(), query, fragment, into);

  std::string below = "/";
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  append_normalized(below, path, path_allowed);
  if (below.find('.') != below.npos) below = remove_dot_segments(below);
  std::string_view above = base.path();
  while (above.ends_with('/')) above.remove_suffix(1);
  if (above.empty()) return url_builder::replace_tail(base, below, query, fragment, into);
  below.insert(0, above);
  return url_builder::replace_tail(base, below, query, fragment, into);
}

std::error_code replace_query(const url& base, std::string_view query, url& into) {
  if (const auto error = check_text(query)) return error;
  if (base.is_empty()) return url_errc::missing_scheme;
  uri_parts parts = url_builder::parts_of(base);
  parts.query = query.empty() ? std::nullopt : std::optional(query);

  url replaced;
  if (const auto error = url_builder::build(parts, parts.path, replaced)) return error;
  url_builder::set_userinfo(replaced, base.userinfo());
  into = std::move(replaced);
  return {};
}

std::error_code edit(const url& base, const url_changes& changes, url& into) {
  for (const auto& each : {changes.scheme, changes.username, changes.password, changes.host,
                           changes.path, changes.query, changes.fragment}) {
    if (!each) continue;
    if (const auto error = check_text(*each)) return error;
  }
  if (base.is_empty()) return url_errc::missing_scheme;

  uri_parts parts = url_builder::parts_of(base);
  const auto set = [](std::optional<std::string_view>& part,
                      const std::optional<std::string_view>& change) {
    if (change) part = change->empty() ? std::nullopt : change;
  };
  if (changes.scheme) {
    parts.scheme = changes.scheme;
    if (!is_scheme(*changes.scheme)) return url_errc::invalid_scheme;
  }
  set(parts.query, changes.query);
  set(parts.fragment, changes.fragment);

  std::string authority;
  if (changes.host) {
    const bool is_bare_ipv6 =
        changes.host->find(':') != std::string_view::npos && !changes.host->starts_with('[');
    // What would end the authority, or be taken for credentials or a port.
    const std::string_view host = *changes.host;
    const bool is_open = host.starts_with('[') && !host.ends_with(']');
    if (host.find_first_of("/?#@\\") != host.npos || is_open) return url_errc::invalid_host;
    authority = is_bare_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
  } else if (parts.authority) {
    authority = base.is_ipv6() ? "[" + std::string(base.host()) + "]" : std::string(base.host());
  }
  // A port of 0 that was spelt out stays; among the changes it stands for none.
  const bool has_port = changes.port ? *changes.port != 0 : base.has_explicit_port();
  if (has_port) authority += ":" + std::to_string(changes.port.value_or(base.port()));
  std::string userinfo = base.userinfo();
  if (changes.username || changes.password) {
    const std::string name = changes.username ? std::string(*changes.username) : base.username();
    const std::string word = changes.password ? std::string(*changes.password) : base.password();
    userinfo = percent_encode(name);
    if (!word.empty()) userinfo += ":" + percent_encode(word);
  }
  if (parts.authority || !authority.empty() || !userinfo.empty()) {
    if (!userinfo.empty()) authority.insert(0, userinfo + "@");
    parts.authority = authority;
  }

  std::string path(changes.path.value_or(parts.path));
  if (parts.authority && !path.empty() && !path.starts_with('/')) path.insert(0, 1, '/');
  return url_builder::build(parts, path, into);
}

bool has_scheme(std::string_view text) noexcept {
  const uri_parts parts = split_reference(text);
  return parts.scheme && parts.authority;
}

std::uint16_t default_port(std::string_view scheme) noexcept {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return 0;
}

}  // namespace leat::proto
