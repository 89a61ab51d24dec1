// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "leat/proto/cookies/cookie.hpp"

namespace leat::proto {

/// How many cookies are kept. What is over the limit pushes out what was used longest ago.
struct cookie_limits {
  std::size_t per_domain = 180;  ///< As browsers have it; RFC 6265 asks for 50 at least.
  std::size_t total = 3000;      ///< RFC 6265, section 6.1.
};

/// The cookies that servers have set, and which of them go with a request (RFC 6265). It knows
/// no clock: whoever calls says what time it is.
///
/// Thread-safety: none.
class cookie_jar {
 public:
  explicit cookie_jar(cookie_limits limits = {}) noexcept : limits_(limits) {}

  /// Takes a Set-Cookie field of an answer from `from`. One that has expired removes what it
  /// stands for.
  cookie_refusal store(std::string_view set_cookie, const url& from, wall_time now);

  /// Puts a cookie in, in place of one with the same name, domain and path. For those that no
  /// server has set.
  /// Errors: `malformed`, if name, value, domain or path cannot be sent.
  cookie_refusal set(cookie made, wall_time now);

  /// The value of the Cookie field for a request to `to`; empty if there is none. Longer paths
  /// come first, then older cookies (section 5.4).
  [[nodiscard]] std::string header_for(const url& to, wall_time now);

  /// The cookies of that name, and of that domain and path if they are given.
  [[nodiscard]] std::vector<cookie> find(std::string_view name, std::string_view domain = {},
                                         std::string_view path = {}) const;

  /// Removes what `find()` would return. Returns how many there were.
  std::size_t remove(std::string_view name, std::string_view domain = {},
                     std::string_view path = {});
  /// Removes all cookies of a domain, and of what is below it; of all domains, if it is empty.
  void clear(std::string_view domain = {});
  /// Removes what has expired.
  void drop_expired(wall_time now);
  /// Removes what is good for this session only.
  void end_session();

  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
  /// All of them, oldest first.
  [[nodiscard]] std::vector<cookie> all() const;

  /// The jar as text, in the format that curl and wget use: a cookie a line, fields separated by
  /// tabs. It holds secrets. Cookies of a session are left out unless they are asked for.
  [[nodiscard]] std::string save(bool with_session = false) const;

  /// Adds what `save()` or those programs have written. Nothing is added if there is a line that
  /// cannot be read: `bad_line` is its number then.
  /// Errors: `std::errc::invalid_argument`.
  [[nodiscard]] std::error_code load(std::string_view text, wall_time now, std::size_t& bad_line);

 private:
  struct entry {
    cookie held;
    std::uint64_t created;  // a running number: order, not time
    std::uint64_t used;
  };

  entry* find_same(const cookie& like) noexcept;
  void put(cookie made, wall_time now);
  void make_room(const std::string& domain, wall_time now);

  cookie_limits limits_;
  std::vector<entry> kept_;  // oldest first
  std::uint64_t clock_ = 0;
};

}  // namespace leat::proto
