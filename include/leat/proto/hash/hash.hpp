// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat::proto {

/// What protocols hash with; not a choice of ours. MD5 and SHA-1 protect nothing any more.
enum class hash_algorithm : std::uint8_t {
  md5,
  sha1,
  sha256,
  sha512,
  sha512_256,  ///< SHA-512 with other constants, cut to 256 bits (FIPS 180-4, section 5.3.6).
};

/// The hash of `bytes`; none where the system's policy forbids the algorithm, as FIPS does MD5.
[[nodiscard]] std::optional<std::string> hash(hash_algorithm algorithm, std::string_view bytes);

/// The same in lower-case hexadecimal digits.
[[nodiscard]] std::optional<std::string> hash_hex(hash_algorithm algorithm, std::string_view bytes);

/// Base64 with padding (RFC 4648, section 4).
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// A user name and password as the fields Authorization and Proxy-Authorization have them (RFC
/// 7617). Secret. Precondition: `user` holds no colon, which would end it.
[[nodiscard]] std::string basic_credentials(std::string_view user, std::string_view password);

/// None for text that is not exactly what `base64_encode()` could have made.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace leat::proto
