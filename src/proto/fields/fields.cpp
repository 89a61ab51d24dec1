// SPDX-License-Identifier: MIT
#include "leat/proto/fields/fields.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/list.hpp"

#include "proto/fields/characters.hpp"

namespace leat::proto {
namespace {

std::size_t text_bytes(const field_slice& slice) noexcept {
  return std::size_t{slice.name_size} + slice.value_size;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : text) {
    if (!is_control(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
}

}  // namespace

std::optional<std::string_view> fields_view::get(std::string_view name) const noexcept {
  for (const field each : *this) {
    if (equals_ignoring_case(each.name, name)) return each.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> fields_view::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const field each : *this) {
    if (equals_ignoring_case(each.name, name)) values.push_back(each.value);
  }
  return values;
}

bool fields_view::contains(std::string_view name) const noexcept {
  return get(name).has_value();
}

std::optional<std::string> fields_view::joined(std::string_view name) const {
  std::optional<std::string> list;
  const bool is_set_cookie = equals_ignoring_case(name, "set-cookie");
  for (const field each : *this) {
    if (!equals_ignoring_case(each.name, name)) continue;
    if (!list) {
      list.emplace(each.value);
      // The dates in cookies have commas, so a joined value could not be taken apart again
      // (RFC 9110, section 5.3).
      if (is_set_cookie) break;
    } else {
      list->append(", ").append(each.value);
    }
  }
  return list;
}

bool fields_view::has_token(std::string_view name, std::string_view token) const noexcept {
  return std::any_of(begin(), end(), [&](const field& each) {
    return equals_ignoring_case(each.name, name) && list_contains(each.value, token);
  });
}

std::span<const field_slice> fields_view::slices() const noexcept {
  return {slices_, size_};
}

fields::fields(std::initializer_list<field> list) {
  std::size_t bytes = 0;
  for (const field& each : list) bytes += each.name.size() + each.value.size();
  reserve(list.size(), bytes);
  for (const field& each : list) add(each.name, each.value);
}

fields::fields(fields_view view)
    : text_(view.text()), slices_(view.slices().begin(), view.slices().end()) {}

std::optional<std::string_view> fields::get(std::string_view name) const noexcept {
  return view().get(name);
}

std::vector<std::string_view> fields::get_all(std::string_view name) const {
  return view().get_all(name);
}

std::optional<std::string> fields::joined(std::string_view name) const {
  return view().joined(name);
}

void fields::add(std::string_view name, std::string_view value) {
  const std::uint32_t begin = append(name, value);
  const auto name_size = static_cast<std::uint32_t>(name.size());
  slices_.push_back(
      {begin, name_size, begin + name_size, static_cast<std::uint32_t>(value.size())});
}

void fields::set(std::string_view name, std::string_view value) {
  const auto is_same_name = [&](const field& each) {
    return equals_ignoring_case(each.name, name);
  };
  const auto found = std::find_if(begin(), end(), is_same_name);
  if (found == end()) return add(name, value);

  const auto place = slices_.begin() + std::distance(begin(), found);
  // The names of the others are compared before anything moves: `name` may be one of them.
  const auto others = std::remove_if(place + 1, slices_.end(), [&](const field_slice& slice) {
    const bool goes = is_same_name(*iterator(text_.data(), &slice));
    if (goes) dead_bytes_ += text_bytes(slice);
    return goes;
  });
  slices_.erase(others, slices_.end());

  dead_bytes_ += text_bytes(*place);
  const std::uint32_t begin = append(name, value);
  const auto name_size = static_cast<std::uint32_t>(name.size());
  *place = {begin, name_size, begin + name_size, static_cast<std::uint32_t>(value.size())};
  drop_dead_text();
}

std::size_t fields::remove(std::string_view name) noexcept {
  return std::erase_if(slices_, [&](const field_slice& slice) {
    const bool goes = equals_ignoring_case((*iterator(text_.data(), &slice)).name, name);
    if (goes) dead_bytes_ += text_bytes(slice);
    return goes;
  });
}

void fields::clear() noexcept {
  text_.clear();
  slices_.clear();
  dead_bytes_ = 0;
}

void fields::reserve(std::size_t count, std::size_t text_bytes) {
  slices_.reserve(count);
  text_.reserve(text_bytes);
}

std::uint32_t fields::append(std::string_view first, std::string_view second) {
  const std::size_t begin = text_.size();
  const std::size_t added = first.size() + second.size();
  if (added > std::numeric_limits<std::uint32_t>::max() - begin) {
    throw std::length_error("fields: text passes 4 GiB");
  }
  if (text_.capacity() - begin >= added) {
    text_.append(first).append(second);
  } else {
    // Both texts may lie in the string that is about to be replaced.
    std::string grown;
    grown.reserve(std::max(begin + added, 2 * text_.capacity()));
    grown.append(text_).append(first).append(second);
    text_ = std::move(grown);
  }
  return static_cast<std::uint32_t>(begin);
}

void fields::drop_dead_text() {
  // Small amounts are not worth a copy; beyond that, dead text may at most match the living.
  constexpr std::size_t tolerated_bytes = 512;
  if (dead_bytes_ <= tolerated_bytes || dead_bytes_ * 2 <= text_.size()) return;
  fields compact;
  compact.reserve(slices_.size(), text_.size());
  for (const field each : *this) compact.add(each.name, each.value);
  *this = std::move(compact);
}

bool operator==(const fields& a, const fields& b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const field& x, const field& y) {
    return equals_ignoring_case(x.name, y.name) && x.value == y.value;
  });
}

bool is_secret_field(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 4> secret{"authorization", "proxy-authorization", "cookie",
                                                   "set-cookie"};
  return std::ranges::any_of(
      secret, [&](std::string_view each) { return equals_ignoring_case(each, name); });
}

std::string redacted(fields_view fields, std::span<const std::string_view> also_secret) {
  const auto is_hidden = [&](std::string_view name) {
    return is_secret_field(name) || std::ranges::any_of(also_secret, [&](std::string_view each) {
             return equals_ignoring_case(each, name);
           });
  };

  std::string text = "{";
  for (const field each : fields) {
    if (text.size() > 1) text += ", ";
    append_escaped(text, each.name);
    text += ": ";
    append_escaped(text, is_hidden(each.name) ? "[secure]" : each.value);
  }
  return text += '}';
}

}  // namespace leat::proto
