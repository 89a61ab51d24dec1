// SPDX-License-Identifier: MIT
#include "leat/proto/fields/fields.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/list.hpp"

#include "proto/fields/characters.hpp"

namespace leat::proto {
namespace {

constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();

// They lie in memory of no type and are copied as bytes.
static_assert(std::is_trivially_copyable_v<field_slice>);
static_assert(alignof(field_slice) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

// What the first field that is added makes room for: those of a small head.
constexpr std::size_t first_slices = 8;
constexpr std::size_t first_text = 192;

std::uint32_t text_bytes(const field_slice& slice) noexcept {
  return slice.name_size + slice.value_size;
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

// With the other constructor there is a destructor for what a throw leaves.
fields::fields(std::initializer_list<field> list) : fields() {
  std::size_t bytes = 0;
  for (const field& each : list) bytes += each.name.size() + each.value.size();
  reserve(list.size(), bytes);
  for (const field& each : list) add(each.name, each.value);
}

fields& fields::operator=(const fields& other) {
  if (this == &other) return *this;
  assign(other.view());
  dead_bytes_ = other.dead_bytes_;
  return *this;
}

void fields::swap(fields& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(size_, other.size_);
  std::swap(capacity_, other.capacity_);
  std::swap(text_size_, other.text_size_);
  std::swap(text_capacity_, other.text_capacity_);
  std::swap(dead_bytes_, other.dead_bytes_);
}

void fields::assign(fields_view view) {
  const auto slices = view.slices();
  const auto text = view.text();
  if (slices.size() > capacity_ || text.size() > text_capacity_) {
    fields fresh;
    fresh.allocate(slices.size(), text.size());
    swap(fresh);
  }
  std::ranges::copy(slices, this->slices());
  text.copy(this->text(), text.size());
  size_ = static_cast<std::uint32_t>(slices.size());
  text_size_ = static_cast<std::uint32_t>(text.size());
  dead_bytes_ = 0;
}

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
  const fields before =
      grow(std::size_t{size_} + 1, std::size_t{text_size_} + name.size() + value.size());
  slices()[size_] = put_text(name, value);
  ++size_;
}

void fields::set(std::string_view name, std::string_view value) {
  const auto is_same_name = [&](const field_slice& slice) {
    return equals_ignoring_case((*iterator(text(), &slice)).name, name);
  };
  const auto index = std::find_if(slices(), slices() + size_, is_same_name) - slices();
  if (index == size_) return add(name, value);

  const fields before = grow(size_, std::size_t{text_size_} + name.size() + value.size());
  field_slice* const place = slices() + index;
  dead_bytes_ += text_bytes(*place);
  field_slice* const others_end =
      std::remove_if(place + 1, slices() + size_, [&](const field_slice& slice) {
        const bool goes = is_same_name(slice);
        if (goes) dead_bytes_ += text_bytes(slice);
        return goes;
      });
  size_ = static_cast<std::uint32_t>(others_end - slices());
  *place = put_text(name, value);
  drop_dead_text();
}

std::size_t fields::remove(std::string_view name) noexcept {
  field_slice* const end = slices() + size_;
  field_slice* const kept_end = std::remove_if(slices(), end, [&](const field_slice& slice) {
    const bool goes = equals_ignoring_case((*iterator(text(), &slice)).name, name);
    if (goes) dead_bytes_ += text_bytes(slice);
    return goes;
  });
  size_ = static_cast<std::uint32_t>(kept_end - slices());
  return static_cast<std::size_t>(end - kept_end);
}

void fields::clear() noexcept {
  size_ = text_size_ = dead_bytes_ = 0;
}

void fields::reserve(std::size_t count, std::size_t text_bytes) {
  if (count <= capacity_ && text_bytes <= text_capacity_) return;
  if (memory_ == nullptr) return allocate(count, text_bytes);
  *this = copy_with_room(std::max<std::size_t>(count, capacity_),
                         std::max<std::size_t>(text_bytes, text_capacity_));
}

void fields::release() noexcept {
  ::operator delete(memory_, bytes_of(capacity_, text_capacity_));
}

void fields::allocate(std::size_t slices, std::size_t text) {
  constexpr std::size_t most_bytes = std::numeric_limits<std::size_t>::max();
  if (std::max(slices, text) > most || slices > (most_bytes - text) / sizeof(field_slice)) {
    throw std::length_error("fields: their number or their text is too large");
  }
  memory_ = ::operator new(bytes_of(slices, text));
  capacity_ = static_cast<std::uint32_t>(slices);
  text_capacity_ = static_cast<std::uint32_t>(text);
}

fields fields::copy_with_room(std::size_t slices, std::size_t text) const {
  fields copy;
  copy.allocate(slices, text);
  copy.assign(view());
  copy.dead_bytes_ = dead_bytes_;
  return copy;
}

fields fields::grow(std::size_t slices, std::size_t text) {
  const auto grown = [](std::size_t needed, std::size_t capacity, std::size_t least) {
    if (needed <= capacity) return capacity;
    return std::max({needed, std::min(2 * capacity, most), least});
  };
  if (slices <= capacity_ && text <= text_capacity_) return {};
  fields before = copy_with_room(grown(slices, capacity_, first_slices),
                                 grown(text, text_capacity_, first_text));
  swap(before);
  return before;
}

field_slice fields::put_text(std::string_view name, std::string_view value) noexcept {
  const std::uint32_t begin = text_size_;
  char* const name_at = text() + begin;
  name.copy(name_at, name.size());
  value.copy(name_at + name.size(), value.size());
  const auto name_size = static_cast<std::uint32_t>(name.size());
  const auto value_size = static_cast<std::uint32_t>(value.size());
  text_size_ += name_size + value_size;
  return {begin, name_size, begin + name_size, value_size};
}

void fields::drop_dead_text() {
  // Small amounts are not worth a copy; beyond that, dead text may at most match the living.
  constexpr std::size_t tolerated_bytes = 512;
  if (dead_bytes_ <= tolerated_bytes || std::size_t{dead_bytes_} * 2 <= text_size_) return;
  fields compact;
  compact.reserve(size_, text_size_);
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
