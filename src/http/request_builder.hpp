// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/client_options.hpp"
#include "leat/http/request.hpp"
#include "leat/proto/http1/ready_fields.hpp"
#include "leat/proto/url/url.hpp"

/// How a request comes from its options and those of the client; the same for both surfaces.
namespace leat::http {

// RFC 9110, section 11.7.1.
inline constexpr std::string_view proxy_authorization = "proxy-authorization";

/// Errors: `invalid_argument`.
void check_limits(const connection_limits& limits);
void check_limits(const timeouts& limits);

/// Errors: `invalid_url`. Its message does not hold the text, which may have a password in it.
[[nodiscard]] proto::url parse_absolute(std::string_view text);

/// Makes `target` `url` as it stands, or appended to `base`, which is null if there is none.
/// Errors: `invalid_url`.
void resolve_url(const proto::url* base, std::string_view url, proto::url& target);

/// What a flow of an authentication asks for, in a request to `base`. Errors: `invalid_url`.
[[nodiscard]] proto::url resolve_own(const proto::url& base, std::string_view text);

// Of a body that is read into memory: it is too long, or another than it said.
[[noreturn]] void throw_unheld(std::string_view method, const proto::url& to, std::uint64_t most);
[[noreturn]] void throw_other_size(std::string_view method, const proto::url& to,
                                   std::uint64_t announced, std::uint64_t size);

using query_list = std::vector<std::pair<std::string, std::string>>;

/// Adds the query parameters of a request to `target`, and those of its client whose names neither
/// has. Errors: `invalid_url`.
void add_query(const query_list& of_client, const query_list& of_request, proto::url& target);

/// Scheme and authority of an absolute URL, as they are spelled; empty if they hold credentials,
/// or if there are none.
[[nodiscard]] std::string_view spelled_origin(std::string_view url) noexcept;

/// An origin that is asked again and again: what its requests have in common is made once.
struct known_origin {
  std::string spelled;  ///< As it stands in front of URLs; empty for that of the base URL.
  proto::url root;
  headers usual;                     ///< Of a request that brings none and has no body.
  proto::http1::ready_fields ready;  ///< The same for the origin itself; a proxy's are left out.
  std::string pool_key;              ///< Of connections that go through no proxy.
  bool has_cookie = false;           ///< `usual` has a Cookie.

  /// Whether `url` is a path below this origin, and behind it nothing that could be taken for
  /// more of an authority.
  [[nodiscard]] bool is_in_front_of(std::string_view url) const noexcept {
    const std::size_t size = spelled.size();
    return size != 0 && url.size() > size && url[size] == '/' && url.starts_with(spelled) &&
           (url.size() == size + 1 || url[size + 1] != '/');
  }
};

/// Errors: none that `merge_headers()` does not have.
[[nodiscard]] std::unique_ptr<const known_origin> make_known_origin(std::string spelled,
                                                                    proto::url root,
                                                                    const headers& of_client,
                                                                    bool decodes);

/// The origins that were asked twice in a row, the first few of them. None is forgotten, so that
/// the one which was found last is found again without a lock, and stays for whoever uses it.
/// Thread-safety: full.
class origin_memory {
 public:
  /// What is known of the origin of `url`, or null. Lifetime: that of the memory.
  [[nodiscard]] const known_origin* find(std::string_view url) {
    const known_origin* const latest = latest_.load(std::memory_order_acquire);
    if (latest == nullptr || latest->is_in_front_of(url)) return latest;
    return recall(url);
  }

  /// Takes note of a request to an origin that was not found. Returns true if it is to be learned.
  [[nodiscard]] bool has_come_again(std::string_view spelled);
  void learn(std::unique_ptr<const known_origin> made);

  // A service asks few; a crawler gains little from being remembered.
  static constexpr std::size_t most_known = 16;

 private:
  const known_origin* recall(std::string_view url);
  [[nodiscard]] bool knows(std::string_view spelled) const noexcept;

  std::atomic<const known_origin*> latest_ = nullptr;
  std::mutex mutex_;  // of what follows
  std::vector<std::unique_ptr<const known_origin>> known_;
  std::string last_spelled_;
};

/// The fields of a request: those every request has, then the client's, then its own. All fields
/// of a name replace all of that name.
[[nodiscard]] headers merge_headers(const proto::url& url, const headers& of_client,
                                    const request_options& options, bool has_body, bool decodes);

/// A Cookie field of both; those of a request stand in place of those of the jar that have their
/// names.
[[nodiscard]] std::string join_cookies(std::string_view of_jar, std::string_view of_request);

/// Errors: `local_protocol_error`.
void check_method(const std::string& method);

}  // namespace leat::http
