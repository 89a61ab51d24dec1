// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "leat/io/tls.hpp"

/// Certificates for tests: an authority that was made a moment ago, and what it signs.
class test_authority {
 public:
  test_authority();
  test_authority(test_authority&&) noexcept;
  ~test_authority();

  struct wish {
    std::vector<std::string> names = {"localhost"};      ///< DNS names
    std::vector<std::string> addresses = {"127.0.0.1"};  ///< IP addresses
    int days_from = -1;                                  ///< When it begins to be valid.
    int days_until = 1;
    bool is_self_signed = false;
  };

  /// What has to be trusted.
  [[nodiscard]] const std::string& certificate() const noexcept;

  [[nodiscard]] leat::io::tls_identity issue(const wish& wanted) const;
  [[nodiscard]] leat::io::tls_identity issue() const { return issue(wish()); }

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/// The pin of the key in a PEM certificate: Base64 of the SHA-256 of its public key.
[[nodiscard]] std::string pin_of(const std::string& certificate);
