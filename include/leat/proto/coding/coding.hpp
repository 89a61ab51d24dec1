// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat::proto {

/// The content codings that we have (RFC 9110, section 8.4.1; RFC 7932; RFC 8878).
enum class content_coding : std::uint8_t {
  gzip,
  deflate,  ///< The zlib format; when decoding, the bare one too, which some servers send.
  br,
  zstd,
};

[[nodiscard]] std::string_view name_of(content_coding coding) noexcept;

/// The coding of that name, in any case of letters; `x-gzip` is `gzip`.
[[nodiscard]] std::optional<content_coding> find_coding(std::string_view name) noexcept;

/// All of them, as the value of an Accept-Encoding field.
[[nodiscard]] std::string_view accept_encoding() noexcept;

/// `content`, coded whole, with the effort that each library thinks is usual.
[[nodiscard]] std::string encode(content_coding coding, std::string_view content);

}  // namespace leat::proto
