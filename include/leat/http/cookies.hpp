// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leat/base/impl_ptr.hpp"
#include "leat/http/headers.hpp"
#include "leat/proto/cookies/jar.hpp"

namespace leat::http {

/// The cookies of a client (RFC 6265): what servers set is kept and sent back, to whom it belongs
/// and for as long as it is good. Several clients may share one.
///
/// Thread-safety: any thread.
class cookies {
 public:
  explicit cookies(proto::cookie_limits limits = {});
  cookies(const cookies&) = delete;
  cookies& operator=(const cookies&) = delete;
  ~cookies();

  /// The value of the cookie of that name; none if there is none.
  /// Errors: `cookie_conflict`, if there are several: say of which domain or path.
  [[nodiscard]] std::optional<std::string> get(std::string_view name, std::string_view domain = {},
                                               std::string_view path = {}) const;

  /// Puts a cookie in for one host and all of its paths; more is possible with `proto::cookie`.
  /// Errors: `invalid_argument`, if it cannot be sent.
  void set(std::string name, std::string value, std::string host);
  void set(proto::cookie made);

  /// Removes what has that name, and that domain and path if they are given. Returns how many.
  std::size_t remove(std::string_view name, std::string_view domain = {},
                     std::string_view path = {});
  /// Removes all, or those of a domain and what is below it.
  void clear(std::string_view domain = {});

  [[nodiscard]] std::vector<proto::cookie> all() const;

  /// As text, in the format that curl and wget use. It holds secrets. Cookies of a session are
  /// left out.
  [[nodiscard]] std::string save() const;
  /// Adds what `save()` has written; all of it or nothing.
  /// Errors: `invalid_argument`, with the line that cannot be read.
  void load(std::string_view text);

  /// The Cookie field of a request; empty if there is none. For clients.
  [[nodiscard]] std::string header_for(const proto::url& to);
  /// Takes the Set-Cookie fields of an answer. For clients.
  void store(const proto::url& from, const http::headers& answer);

 private:
  class impl;
  class changing;
  impl_ptr<impl> impl_;
};

}  // namespace leat::http
