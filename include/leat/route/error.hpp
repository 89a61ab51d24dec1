// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>

#include "leat/base/error.hpp"

/// The branch of the error tree that every client throws which makes connections through proxies:
///
///     leat::error
///     ├── route::proxy_error      the proxy made no connection; says which, and why
///     └── route::invalid_proxy    what describes a proxy cannot be understood
namespace leat::route {

enum class errc {
  proxy_protocol = 1,
  proxy_refused,
  proxy_unavailable,
  proxy_authentication,
  invalid_proxy,
};

std::error_code make_error_code(errc value) noexcept;

/// No connection came about because of the proxy that it was to go through. `code()` says what the
/// caller can do:
///
/// | code | when |
/// |---|---|
/// | `proxy_authentication` | it wants other credentials, or takes no SOCKS client like us |
/// | `proxy_refused` | it does not allow, or cannot do, what it was asked for |
/// | `proxy_unavailable` | it cannot be reached, or cannot reach the origin now; transient |
/// | `proxy_protocol` | its answer is not that of a proxy |
///
/// `cause()` is the code of the network or of the protocol machine, if there was one. Its own
/// answer to a request that it forwards (`http` through an HTTP proxy) is a response, because
/// nobody can tell it from one of the origin.
class proxy_error : public error {
 public:
  proxy_error(errc code, std::string proxy, const std::string& message, std::error_code cause = {},
              int status = 0);

  /// Which proxy, without credentials: `socks5://proxy.test:1080`.
  [[nodiscard]] const std::string& proxy() const noexcept { return proxy_; }
  /// What an HTTP proxy answered to CONNECT; 0 if it is another, or has not answered.
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  std::string proxy_;
  int status_;
};

/// An option or a variable of the environment that describes a proxy is no URL of one. Its text,
/// which may hold a password, is not in the message.
class invalid_proxy : public error {
 public:
  explicit invalid_proxy(const std::string& message, std::error_code cause = {});
};

}  // namespace leat::route

template <>
struct std::is_error_code_enum<leat::route::errc> : std::true_type {};
