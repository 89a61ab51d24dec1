// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "leat/base/memory.hpp"

namespace leat::io {

enum class tls_verification : std::uint8_t {
  chain_and_host,  ///< The certificate is trusted, in date, and of the host that was asked for.
  chain_only,      ///< Whoever has a trusted certificate may answer for any host.
  none,            ///< Anybody may answer: for tests.
};

/// A certificate with its key, in PEM. The chain begins with the certificate itself.
struct tls_identity {
  std::string certificate_chain;
  std::string key;
  std::string key_password;
};

struct tls_client_options {
  tls_client_options() = default;

  tls_verification verification = tls_verification::chain_and_host;
  /// Certificates in PEM that are trusted in place of the system's.
  std::string trusted;
  /// A file with certificates in PEM, and a folder of them that is named as `openssl rehash` does,
  /// each in place of the system's. Not looked at where `trusted` is set. The environment
  /// (SSL_CERT_FILE) is not either.
  std::string trusted_file;
  std::string trusted_folder;
  /// SHA-256 of the public keys one of which the server must have, in Base64, as curl's
  /// `sha256//` has it. Checked besides everything else.
  std::vector<std::string> pinned_keys;
  /// Shown to a server that asks.
  tls_identity identity;
  /// Offered in this order (RFC 7301), for instance `h2` and `http/1.1`.
  std::vector<std::string> alpn;
};

struct tls_server_options {
  tls_server_options() = default;

  tls_identity identity;
  /// Certificates in PEM of which a client must show one; empty: clients show none.
  std::string client_authorities;
  /// Accepted, the first that the client offers as well. None in common: no protocol is chosen.
  std::vector<std::string> alpn;
};

/// What TLS connections are made with: trust, keys, rules. Making one reads files of the system
/// and is slow; make it once, before the loop runs or on a thread. TLS 1.2 is the least.
///
/// Cheap to copy: copies share it.
/// Thread-safety: any thread.
class tls_context {
 public:
  /// Errors: `tls_error`, if a certificate or key cannot be read or does not fit.
  [[nodiscard]] static tls_context client(const tls_client_options& options = {});
  /// Errors: `tls_error`; there must be an identity.
  [[nodiscard]] static tls_context server(const tls_server_options& options);

  class impl;
  [[nodiscard]] const impl& get() const noexcept { return *impl_; }

 private:
  explicit tls_context(std::shared_ptr<const impl> made) noexcept : impl_(std::move(made)) {}
  std::shared_ptr<const impl> impl_;
};

}  // namespace leat::io
