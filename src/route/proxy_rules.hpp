// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leat/proto/url/url.hpp"
#include "leat/route/environment.hpp"

#include "route/ip_address.hpp"

namespace leat::route {

/// A proxy, as its URL describes it.
struct proxy_server {
  enum class kind : std::uint8_t { http, https, socks5 };

  kind speaks = kind::http;
  std::string host;
  std::uint16_t port = 0;
  std::string name;  ///< Its URL without credentials, for messages and pools.
  bool has_login = false;
  std::string username;  ///< Secret.
  std::string password;  ///< Secret.

  /// Whether a request is given to it as it is, instead of a connection being asked for.
  [[nodiscard]] bool forwards(const proto::url& to) const noexcept {
    return speaks != kind::socks5 && to.scheme() == "http";
  }
  /// The value of Proxy-Authorization (RFC 7617); empty without credentials. Secret.
  [[nodiscard]] std::string authorization() const;
};

/// Reads the URL of a proxy: `http`, `https`, `socks5` or `socks5h`; without a scheme it is `http`.
/// `where` says in messages where it stood.
/// Errors: `invalid_proxy`, without the text, because it may hold a password.
[[nodiscard]] proxy_server parse_proxy(std::string_view text, const char* where);

/// What NO_PROXY says, as a list with commas or blanks:
///
/// | entry | names |
/// |---|---|
/// | `*` | everything |
/// | `example.com` | the host and all below it |
/// | `.example.com`, `*.example.com` | all below it |
/// | `10.0.0.1`, `::1`, `[::1]` | the address |
/// | `10.0.0.0/8`, `fd00::/8` | the addresses of the network |
///
/// each, but a network, with a port behind it if only that is meant. Names are not looked up. What
/// is none of these names nothing.
class no_proxy_list {
 public:
  no_proxy_list() = default;
  explicit no_proxy_list(std::string_view text);

  [[nodiscard]] bool names(const proto::url& to) const;

 private:
  struct entry {
    std::string domain;  // in lower case, without dots around it
    std::optional<ip_address> network;
    unsigned bits = 0;
    std::uint16_t port = 0;  // 0: any
    bool is_below_only = false;

    [[nodiscard]] bool names(std::string_view host, const std::optional<ip_address>& address,
                             std::uint16_t to_port) const noexcept;
  };

  void add(std::string_view text);

  std::vector<entry> entries_;
  bool names_all_ = false;
};

/// Which proxy a request goes through.
class proxy_rules {
 public:
  /// None.
  proxy_rules() = default;
  /// This one, whatever the request.
  explicit proxy_rules(proxy_server always);
  /// What the environment says; `ws` goes where `http` goes, and `wss` where `https` goes. Nothing
  /// of the machine itself goes through a proxy then, whatever the variables are. Errors:
  /// `invalid_proxy`, naming the variable.
  explicit proxy_rules(const environment& variables);

  /// Null: none. Lifetime: that of the rules.
  [[nodiscard]] const proxy_server* find(const proto::url& to) const;

  /// Tells connections that may carry the same requests from those that may not.
  [[nodiscard]] static std::string pool_key(const proto::url& to, const proxy_server* via);

 private:
  std::shared_ptr<const proxy_server> for_http_;
  std::shared_ptr<const proxy_server> for_https_;
  no_proxy_list except_;
  bool is_from_environment_ = false;
};

}  // namespace leat::route
