// SPDX-License-Identifier: MIT
#include "proto/url/reference.hpp"

#include <algorithm>
#include <cstddef>

#include "proto/url/characters.hpp"

namespace leat::proto {
namespace {

/// Cuts `text` at the first `mark` and returns what is behind it.
std::optional<std::string_view> cut_at(std::string_view& text, char mark) noexcept {
  const std::size_t place = text.find(mark);
  if (place == text.npos) return std::nullopt;
  const std::string_view behind = text.substr(place + 1);
  text = text.substr(0, place);
  return behind;
}

}  // namespace

bool is_scheme(std::string_view text) noexcept {
  return !text.empty() && lower_case(text.front()) >= 'a' && lower_case(text.front()) <= 'z' &&
         std::ranges::all_of(text, [](char c) { return is_in(scheme_allowed, c); });
}

uri_parts split_reference(std::string_view text) noexcept {
  uri_parts parts;
  parts.fragment = cut_at(text, '#');
  parts.query = cut_at(text, '?');

  const std::size_t colon = text.find_first_of(":/");
  if (colon != text.npos && text[colon] == ':' && is_scheme(text.substr(0, colon))) {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t end = std::min(text.find('/'), text.size());
    parts.authority = text.substr(0, end);
    text.remove_prefix(end);
  }
  parts.path = text;
  return parts;
}

std::string remove_dot_segments(std::string_view path) {
  const bool is_rooted = path.starts_with('/');
  std::string kept;
  kept.reserve(path.size());
  if (is_rooted) {
    kept = "/";
    path.remove_prefix(1);
  }
  const std::size_t root = kept.size();

  while (true) {
    const std::size_t slash = path.find('/');
    const bool is_last = slash == path.npos;
    const std::string_view segment = path.substr(0, slash);
    if (segment == "..") {
      if (kept.size() > root) {
        const std::size_t previous = kept.rfind('/', kept.size() - 2);
        kept.resize(previous == kept.npos || previous + 1 < root ? root : previous + 1);
      }
    } else if (segment != ".") {
      kept += segment;
      if (!is_last) kept += '/';
    }
    if (is_last) return kept;
    path.remove_prefix(slash + 1);
  }
}

std::string merge_paths(const uri_parts& base, std::string_view path) {
  if (base.authority && base.path.empty()) return std::string("/").append(path);
  const std::size_t slash = base.path.rfind('/');
  std::string merged(base.path.substr(0, slash == base.path.npos ? 0 : slash + 1));
  return merged.append(path);
}

}  // namespace leat::proto
