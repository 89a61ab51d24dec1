// SPDX-License-Identifier: MIT
#include "leat/proto/trace/trace_headers.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace leat::proto {
namespace {

// traceparent: version "-" trace-id "-" parent-id "-" trace-flags
constexpr std::size_t trace_at = 3;
constexpr std::size_t span_at = trace_at + trace_context::trace_id_size + 1;
constexpr std::size_t flags_at = span_at + trace_context::span_id_size + 1;
constexpr std::size_t size_of_00 = flags_at + 2;
constexpr int sampled_flag = 1;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

constexpr bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}

constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_hex(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0; });
}

bool is_identifier(std::string_view text) noexcept {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

// Section 3.3.1.3: a member is key "=" value.
constexpr std::size_t most_key = 256;
constexpr std::size_t most_tenant = 241;
constexpr std::size_t most_system = 14;
constexpr std::size_t most_value = 256;
constexpr std::size_t large_member = 128;

bool is_key_text(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    return is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

bool is_key(std::string_view key) noexcept {
  const std::size_t at = key.find('@');
  if (at == std::string_view::npos) {
    return !key.empty() && key.size() <= most_key && is_lower(key.front()) && is_key_text(key);
  }
  const std::string_view tenant = key.substr(0, at);
  const std::string_view system = key.substr(at + 1);
  return !tenant.empty() && tenant.size() <= most_tenant && !system.empty() &&
         system.size() <= most_system && (is_lower(tenant.front()) || is_digit(tenant.front())) &&
         is_lower(system.front()) && is_key_text(tenant) && is_key_text(system);
}

bool is_value(std::string_view value) noexcept {
  return !value.empty() && value.size() <= most_value && value.back() != ' ' &&
         std::ranges::all_of(value,
                             [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// A member, and the text in which it is found.
struct member {
  std::string_view text;
  std::string_view key;
};

/// Adds the members of one field. False, if it is not valid.
bool add_members(std::vector<member>& to, std::string_view field, std::size_t most) {
  for (bool is_last = false; !is_last;) {
    const std::size_t comma = field.find(',');
    is_last = comma == std::string_view::npos;
    const std::string_view text = trimmed(field.substr(0, comma));
    if (!is_last) field.remove_prefix(comma + 1);
    if (text.empty()) continue;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view key = text.substr(0, equals);
    if (!is_key(key) || !is_value(text.substr(equals + 1)) || to.size() == most) return false;
    if (std::ranges::find(to, key, &member::key) != to.end()) return false;
    to.push_back({text, key});
  }
  return true;
}

std::size_t joined_size(const std::vector<member>& all) noexcept {
  std::size_t size = all.empty() ? 0 : all.size() - 1;
  for (const auto& each : all) size += each.text.size();
  return size;
}

void shorten(std::vector<member>& all, std::size_t most) {
  const auto is_large = [](const member& each) { return each.text.size() > large_member; };
  while (joined_size(all) > most) {
    const auto last_large = std::find_if(all.rbegin(), all.rend(), is_large);
    all.erase(last_large != all.rend() ? std::prev(last_large.base()) : std::prev(all.end()));
  }
}

}  // namespace

std::optional<trace_context> parse_traceparent(std::string_view field) noexcept {
  if (field.size() < size_of_00) return std::nullopt;
  const std::string_view version = field.substr(0, 2);
  if (!is_hex(version) || version == "ff") return std::nullopt;
  if (field.size() > size_of_00 && (version == "00" || field[size_of_00] != '-')) {
    return std::nullopt;
  }
  if (field[trace_at - 1] != '-' || field[span_at - 1] != '-' || field[flags_at - 1] != '-') {
    return std::nullopt;
  }
  const std::string_view trace = field.substr(trace_at, trace_context::trace_id_size);
  const std::string_view span = field.substr(span_at, trace_context::span_id_size);
  if (!is_identifier(trace) || !is_identifier(span) || !is_hex(field.substr(flags_at, 2))) {
    return std::nullopt;
  }
  trace_context read;
  std::ranges::copy(trace, read.trace.begin());
  std::ranges::copy(span, read.span.begin());
  read.is_sampled = (hex_value(field[flags_at + 1]) & sampled_flag) != 0;
  return read;
}

std::string format_traceparent(const trace_context& of) {
  std::string text = "00-";
  text.reserve(size_of_00);
  text.append(of.trace_id()).append("-").append(of.span_id());
  text.append(of.is_sampled ? "-01" : "-00");
  return text;
}

std::string parse_tracestate(std::span<const std::string_view> fields,
                             const tracestate_limits& limits) {
  std::vector<member> all;
  for (const auto field : fields) {
    if (!add_members(all, field, limits.max_members)) return {};
  }
  shorten(all, limits.max_bytes);
  std::string text;
  text.reserve(joined_size(all));
  for (const auto& each : all) {
    if (!text.empty()) text += ',';
    text += each.text;
  }
  return text;
}

}  // namespace leat::proto
