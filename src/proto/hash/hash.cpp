// SPDX-License-Identifier: MIT
#include "leat/proto/hash/hash.hpp"

#include <array>

#include <openssl/evp.h>

namespace leat::proto {
namespace {

const EVP_MD* implementation_of(hash_algorithm algorithm) noexcept {
  switch (algorithm) {
    case hash_algorithm::md5: return EVP_md5();
    case hash_algorithm::sha1: return EVP_sha1();
    case hash_algorithm::sha256: return EVP_sha256();
    case hash_algorithm::sha512: return EVP_sha512();
    case hash_algorithm::sha512_256: return EVP_sha512_256();
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> hash(hash_algorithm algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> made{};
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), made.data(), &size, implementation_of(algorithm),
                 nullptr) != 1) {
    return std::nullopt;
  }
  return std::string(reinterpret_cast<const char*>(made.data()), size);
}

std::optional<std::string> hash_hex(hash_algorithm algorithm, std::string_view bytes) {
  const auto made = hash(algorithm, bytes);
  if (!made) return std::nullopt;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(made->size() * 2);
  for (const char c : *made) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

}  // namespace leat::proto
