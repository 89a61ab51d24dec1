// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leat::proto {

/// The five components of a URI reference as they are written (RFC 3986, appendix B).
struct uri_parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

/// Whether `text` can be a scheme (section 3.1).
[[nodiscard]] bool is_scheme(std::string_view text) noexcept;

/// Takes a reference apart. Nothing is refused: what stands in front of the first colon is a
/// scheme only if it can be one.
[[nodiscard]] uri_parts split_reference(std::string_view text) noexcept;

/// Section 5.2.4: resolves `.` and `..`. A path that climbs above its root stays at it.
[[nodiscard]] std::string remove_dot_segments(std::string_view path);

/// Section 5.2.3: the directory of the base's path with `path` behind it.
[[nodiscard]] std::string merge_paths(const uri_parts& base, std::string_view path);

}  // namespace leat::proto
