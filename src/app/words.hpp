// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "leat/model/codec.hpp"

/// What codecs of enumerations do that a public header declares and does not describe.
namespace leat::app {

using word_list = std::span<const model::enumerator>;

template <class Enum>
constexpr model::enumerator word(std::string_view name, Enum value) noexcept {
  return {name, static_cast<std::int64_t>(value)};
}

template <class Enum>
bool read_word(model::reader& in, Enum& to, word_list words) {
  std::int64_t value = 0;
  if (!in.read_enumerator(value, words)) return false;
  to = static_cast<Enum>(value);
  return true;
}

template <class Enum>
void write_word(model::writer& out, Enum value, word_list words) {
  out.enumerator_name(static_cast<std::int64_t>(value), words);
}

inline model::value_form form_of_words(word_list words) noexcept {
  return {.kind = model::form_kind::name, .names = words};
}

}  // namespace leat::app
