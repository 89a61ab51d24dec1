// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "leat/model/codec.hpp"

namespace leat::app {

/// A text that must not be told: a password, a token, a key.
///
/// A setting of this type may say where the secret is instead of having it in the file:
/// `env:NAME` for a variable, `file:/path` for a file, without the line feed at its end.
/// Written to any document it is "[redacted]"; it has no other text form.
class secret {
 public:
  secret() = default;
  explicit secret(std::string value) noexcept : value_(std::move(value)) {}

  /// The text itself, for whoever has to send it.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  [[nodiscard]] bool is_empty() const noexcept { return value_.empty(); }

  friend bool operator==(const secret&, const secret&) = default;

 private:
  std::string value_;
};

inline constexpr std::string_view redacted = "[redacted]";

}  // namespace leat::app

template <>
struct leat::model::codec<leat::app::secret> {
  static bool read(reader& in, leat::app::secret& to) {
    std::string value;
    if (!in.read_secret(value)) return false;
    to = leat::app::secret(std::move(value));
    return true;
  }
  static void write(writer& out, const leat::app::secret&) { out.string(leat::app::redacted); }
  static value_form form() { return {.kind = form_kind::text}; }
};
