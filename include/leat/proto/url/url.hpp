// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace leat::proto {

/// An absolute URL (RFC 3986) in normal form, so that two URLs for the same thing compare
/// equal whenever the generic rules can tell (section 6.2.2):
///
/// - scheme and host are lower-cased, an IPv6 host is written as RFC 5952 says, and one with
///   letters beyond ASCII as the DNS knows it (IDNA 2008): `bücher.test` is
///   `xn--bcher-kva.test`;
/// - the default port of http, https, ws and wss is left out, and their empty path is `/`;
/// - dot segments are removed;
/// - characters that may not stand in a component are percent-encoded, `%7e` becomes `~`, and
///   the digits of what remains encoded are upper-case. A `%` that starts no escape becomes
///   `%25`.
///
/// Where RFC 3986 and browsers differ, the reading with fewer surprises is taken: a backslash
/// is never a slash, a host that ends in a number must be a full dotted IPv4 address
/// (`http://127.1/` and `http://0x7f000001/` are refused), and http, https, ws and wss need
/// a host.
///
/// User name and password are kept apart from the rest and are in no text but `userinfo()`.
///
/// Lifetime: views into it are valid until it is assigned to.
/// Thread-safety: none; reading from several threads is safe.
class url {
 public:
  /// Longer texts are refused: no server is known to accept more, and a limit keeps offsets
  /// small.
  static constexpr std::size_t max_bytes = 65536;

  /// A URL of nothing; every component is empty.
  url() noexcept = default;

  [[nodiscard]] bool is_empty() const noexcept { return text_.empty(); }

  /// The whole URL without user name and password.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

  /// For logs and messages: as `text()`, with `[secure]@` where credentials were.
  [[nodiscard]] std::string redacted() const&;
  [[nodiscard]] std::string redacted() &&;

  /// In lower case, without the colon.
  [[nodiscard]] std::string_view scheme() const noexcept { return between(0, scheme_end_); }

  /// In lower case; an IPv6 address without its brackets, as a resolver wants it. Empty in
  /// URLs that have none, such as `sqlite:///a.db`.
  [[nodiscard]] std::string_view host() const noexcept {
    return is_ipv6_ ? between(host_begin_ + 1, host_end_ - 1) : between(host_begin_, host_end_);
  }
  [[nodiscard]] bool is_ipv6() const noexcept { return is_ipv6_; }

  /// The port to connect to: the one given, or the scheme's default; 0 if neither is known.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  /// Whether the port is spelled out, which a default port never is.
  [[nodiscard]] bool has_explicit_port() const noexcept { return authority_end_ != host_end_; }

  /// Host and, unless it is the default, port, as for a Host field: `[::1]:8080`.
  [[nodiscard]] std::string_view authority() const noexcept {
    return between(host_begin_, authority_end_);
  }

  [[nodiscard]] std::string_view path() const noexcept {
    return between(authority_end_, path_end_);
  }

  /// Without the question mark. `has_query()` tells an empty one from none.
  [[nodiscard]] std::string_view query() const noexcept {
    return has_query() ? between(path_end_ + 1, query_end_) : std::string_view();
  }
  [[nodiscard]] bool has_query() const noexcept { return query_end_ != path_end_; }

  /// Without the hash.
  [[nodiscard]] std::string_view fragment() const noexcept {
    return has_fragment() ? std::string_view(text_).substr(query_end_ + 1) : std::string_view();
  }
  [[nodiscard]] bool has_fragment() const noexcept { return query_end_ != text_.size(); }

  /// Path and query, as for a request line (origin-form, RFC 9112, section 3.2.1).
  [[nodiscard]] std::string_view target() const noexcept {
    return between(authority_end_, query_end_);
  }

  /// `scheme://authority`: what credentials and pools are bound to. Two URLs have the same
  /// origin if and only if these are equal.
  [[nodiscard]] std::string_view origin() const noexcept { return between(0, authority_end_); }

  /// User name and password as they stood in the URL, percent-encoded: `name:word`. Secret.
  [[nodiscard]] const std::string& userinfo() const noexcept { return userinfo_; }

  /// The two halves of `userinfo()`, decoded. Secret.
  [[nodiscard]] std::string username() const;
  [[nodiscard]] std::string password() const;

  /// The same URL without user name and password, fragment, or either.
  [[nodiscard]] url without_userinfo() const;
  [[nodiscard]] url without_fragment() const;

  /// Whether both are the same URL, credentials included.
  friend bool operator==(const url& a, const url& b) noexcept {
    return a.text_ == b.text_ && a.userinfo_ == b.userinfo_;
  }

 private:
  friend class url_builder;

  [[nodiscard]] std::string_view between(std::uint32_t begin, std::uint32_t end) const noexcept {
    return std::string_view(text_).substr(begin, end - begin);
  }

  std::string text_;
  std::string userinfo_;
  // Offsets into text_, each the end of what stands before it:
  // scheme :// host : port path ? query # fragment
  std::uint32_t scheme_end_ = 0;
  std::uint32_t host_begin_ = 0;
  std::uint32_t host_end_ = 0;
  std::uint32_t authority_end_ = 0;
  std::uint32_t path_end_ = 0;
  std::uint32_t query_end_ = 0;
  std::uint16_t port_ = 0;
  bool is_ipv6_ = false;
};

/// Reads an absolute URL into `into`, which keeps its value if the text is refused.
///
/// Errors: every url_errc. Throws nothing but std::bad_alloc.
[[nodiscard]] std::error_code parse_url(std::string_view text, url& into);

/// Resolves `reference`, for instance a Location field, against `base` (RFC 3986, section 5):
/// `https://h/a/b` and `../c?d` give `https://h/c?d`. The strict algorithm of section 5.2.2 is
/// used, so a reference with a scheme stands for itself.
///
/// The credentials of `base` are kept only as long as the origin stays the same and the
/// reference brings none. `into` may be `base`; it keeps its value if the reference is refused.
///
/// Errors: as `parse_url()`.
[[nodiscard]] std::error_code resolve(const url& base, std::string_view reference, url& into);

/// Appends a path, with an optional query and fragment, to the path of `base`: with exactly one
/// slash between the two, however many either of them has. `https://h/api` and `/users` give
/// `https://h/api/users`, and so do `https://h/api/` and `users`.
///
/// The result is always below `base`: dot segments in `path` cannot climb out of it, and
/// neither `//host/` nor `http://host/` is taken for more than a path. An empty path leaves the
/// path of `base` as it is. Queries are joined by `&`; the fragment is that of `path`.
/// Use `has_scheme()` first where an absolute URL is to replace the base.
///
/// Errors: url_errc::too_long, url_errc::control_character. `into` may be `base`.
[[nodiscard]] std::error_code append(const url& base, std::string_view path, url& into);

/// The same URL with `query`, already encoded (see `query_builder`), in place of its own; none
/// if `query` is empty.
///
/// Errors: url_errc::too_long, url_errc::control_character. `into` may be `base`.
[[nodiscard]] std::error_code replace_query(const url& base, std::string_view query, url& into);

/// What an edited URL has in place of its own; unset is kept, and empty is none.
struct url_changes {
  std::optional<std::string_view> scheme = std::nullopt;
  /// Decoded. Empty user names and passwords take the credentials away.
  std::optional<std::string_view> username = std::nullopt;
  std::optional<std::string_view> password = std::nullopt;
  /// An IPv6 address with or without its brackets.
  std::optional<std::string_view> host = std::nullopt;
  std::optional<std::uint16_t> port = std::nullopt;  ///< 0: that of the scheme.
  std::optional<std::string_view> path = std::nullopt;
  std::optional<std::string_view> query = std::nullopt;     ///< Already encoded.
  std::optional<std::string_view> fragment = std::nullopt;  ///< Already encoded.
};

/// The same URL with some components in place of its own. No component can spill into another:
/// what may not stand in it is percent-encoded, or refused in a scheme and a host. A default port
/// follows the scheme; one that was spelt out stays.
///
/// Errors: as `parse_url()`. `into` may be `base`; it keeps its value if a change is refused.
[[nodiscard]] std::error_code edit(const url& base, const url_changes& changes, url& into);

/// Whether `text` starts with a scheme and `://`, as an absolute URL does.
[[nodiscard]] bool has_scheme(std::string_view text) noexcept;

/// The port that `scheme` (in lower case) implies: http and ws 80, https and wss 443, else 0.
[[nodiscard]] std::uint16_t default_port(std::string_view scheme) noexcept;

}  // namespace leat::proto
