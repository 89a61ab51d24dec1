// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "leat/io/tls.hpp"

namespace leat::io {

struct ssl_deleter {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* connection) const noexcept { SSL_free(connection); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;

class tls_context::impl {
 public:
  explicit impl(const tls_client_options& options);
  explicit impl(const tls_server_options& options);

  /// A connection in memory. `host` is empty on servers.
  /// Errors: `tls_error`.
  [[nodiscard]] ssl_ptr make_connection(const std::string& host) const;

  [[nodiscard]] bool is_server() const noexcept { return is_server_; }

  /// Says whether the peer's key is one of those that were pinned, if any were.
  [[nodiscard]] bool accepts_key(SSL* connection) const;

 private:
  void use_identity(const tls_identity& identity);
  void trust(const std::string& pem);
  void trust_stored(const std::string& file, const std::string& folder);

  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
  std::vector<std::string> pinned_keys_;
  std::string alpn_;  // as on the wire: each with its length in front
  tls_verification verification_ = tls_verification::none;
  bool is_server_;
};

/// What OpenSSL has to say about the last thing that went wrong on this thread, and forgets it.
[[nodiscard]] std::string take_ssl_errors();

}  // namespace leat::io
