// SPDX-License-Identifier: MIT
#include "leat/log/record.hpp"

#include <algorithm>
#include <type_traits>

#include "log/redaction.hpp"

namespace leat::log {

bool operator==(const value& a, const value& b) noexcept {
  return a.visit([&b](const auto& held) {
    using type = std::remove_cvref_t<decltype(held)>;
    if constexpr (std::is_same_v<type, std::nullptr_t>) {
      return b.kind_ == value::kind::null;
    } else {
      const type* const other = b.get_if<type>();
      return other != nullptr && *other == held;
    }
  });
}

const field* record::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(fields_, key, &field::key);
  return found == fields_.end() ? nullptr : &*found;
}

void record::set(std::string_view key, const value& what) {
  const auto* const text = what.get_if<std::string_view>();
  // A key that is there stays where it is kept; its value may be of any age.
  const field* const present = find(key);
  const std::string_view kept_key = present != nullptr ? present->key : keep(key);
  set_view(kept_key, text != nullptr ? value(keep(*text)) : what);
}

void record::set_view(std::string_view key, const value& what) {
  const value shown = hidden_.hides(key) ? value(redacted_text) : what;
  const auto found = std::ranges::find(fields_, key, &field::key);
  if (found == fields_.end()) {
    fields_.push_back({key, shown});
  } else {
    found->value = shown;
  }
}

void record::erase(std::string_view key) {
  std::erase_if(fields_, [&](const field& each) { return each.key == key; });
}

}  // namespace leat::log
