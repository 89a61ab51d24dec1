// SPDX-License-Identifier: MIT
#include "log/redaction.hpp"

#include <algorithm>

#include "leat/log/backend.hpp"

namespace leat::log {
namespace {

/// The letter or digit in lower case; 0 for what joins words.
constexpr char bare(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool counts = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
  return counts ? c : '\0';
}

/// Whether the bare form of `key` ends in `word`.
bool ends_in(std::string_view key, std::string_view word) noexcept {
  if (key.size() < word.size()) return false;
  while (!word.empty()) {
    if (key.empty()) return false;
    const char c = bare(key.back());
    key.remove_suffix(1);
    if (c == '\0') continue;
    if (c != word.back()) return false;
    word.remove_suffix(1);
  }
  return true;
}

}  // namespace

redaction::redaction(const std::vector<std::string>& keys) {
  for (const auto& key : keys) {
    std::string word;
    for (const char c : key) {
      if (bare(c) != '\0') word += bare(c);
    }
    if (!word.empty()) listed_[static_cast<unsigned char>(word.back())].push_back(word);
  }
}

bool redaction::hides(std::string_view key) const {
  while (!key.empty() && bare(key.back()) == '\0') key.remove_suffix(1);
  if (key.empty()) return false;
  const auto& candidates = listed_[static_cast<unsigned char>(bare(key.back()))];
  return std::ranges::any_of(candidates, [&](const auto& word) { return ends_in(key, word); });
}

std::vector<std::string> default_redacted_keys() {
  return {"authorization", "cookie",  "cookies", "password",   "passwords",   "passwd",
          "passphrase",    "secret",  "secrets", "token",      "api_key",     "access_key",
          "private_key",   "session", "jwt",     "credential", "credentials", "signature"};
}

}  // namespace leat::log
