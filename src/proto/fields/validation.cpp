// SPDX-License-Identifier: MIT
#include "leat/proto/fields/validation.hpp"

#include "leat/proto/fields/error.hpp"

#include "proto/fields/characters.hpp"

namespace leat::proto {

bool is_token(std::string_view text) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
#if defined(__SSE2__)
  const auto unusual = [](__m128i block) { return unusual_name_mask(block); };
  if (begin != end && finds_nothing(unusual, begin, end)) return true;
#endif
  return begin != end && find_token_end(begin, begin, end) == end;
}

bool is_field_value(std::string_view text) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
#if defined(__SSE2__)
  const auto unprintable = [](__m128i block) { return unprintable_mask(block); };
  if (finds_nothing(unprintable, begin, end)) return true;
#endif
  return find_control(begin, begin, end) == end;
}

bool is_request_target(std::string_view text) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
#if defined(__SSE2__)
  const auto unusual = [](__m128i block) { return unusual_target_mask(block); };
  return begin != end && finds_nothing(unusual, begin, end);
#else
  return begin != end && find_other(target_characters, begin, end) == end;
#endif
}

bool is_reason(std::string_view text) noexcept {
  return is_field_value(text);
}

std::error_code check_field(std::string_view name, std::string_view value) noexcept {
  if (!is_token(name)) return fields_errc::invalid_field_name;
  if (!is_field_value(value)) return fields_errc::invalid_field_value;
  return {};
}

bool is_method(std::string_view text) noexcept {
  // What nearly every request says, without looking at it letter by letter.
  return text == "GET" || text == "POST" || is_token(text);
}

std::error_code check_method(std::string_view method) noexcept {
  if (!is_method(method)) return fields_errc::invalid_method;
  return {};
}

std::error_code check_target(std::string_view target) noexcept {
  if (!is_request_target(target)) return fields_errc::invalid_target;
  return {};
}

std::error_code check_reason(std::string_view reason) noexcept {
  if (!is_reason(reason)) return fields_errc::invalid_reason;
  return {};
}

}  // namespace leat::proto
