// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/model/function_ref.hpp"
#include "leat/model/writer.hpp"

namespace leat::app {

/// A value that is about to be shown, whatever it was: all presentations are made of it. Its
/// texts are UTF-8; what was not stands there as U+FFFD.
struct document {
  enum class kind_t : std::uint8_t {
    null,
    boolean,
    integer,
    unsigned_integer,
    real,
    text,
    array,
    object,
  };
  using member = std::pair<std::string, document>;

  kind_t kind = kind_t::null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::uint64_t unsigned_integer = 0;
  double real = 0;
  std::string text{};
  std::vector<document> elements{};
  std::vector<member> members{};

  [[nodiscard]] static document of_text(std::string_view value);
  [[nodiscard]] static document of_integer(std::int64_t value);
  [[nodiscard]] static document of_boolean(bool value);
  [[nodiscard]] static document of_array() { return {.kind = kind_t::array}; }
  [[nodiscard]] static document of_object() { return {.kind = kind_t::object}; }

  /// The member of an object; null if there is none.
  [[nodiscard]] const document* find(std::string_view key) const noexcept;
  void add(std::string_view key, document value) { members.emplace_back(key, std::move(value)); }

  [[nodiscard]] bool is_container() const noexcept {
    return kind == kind_t::array || kind == kind_t::object;
  }
  [[nodiscard]] bool is_empty() const noexcept { return elements.empty() && members.empty(); }
};

/// What `write` writes. Errors: what it throws.
[[nodiscard]] document document_of(model::detail::function_ref<void(model::writer&)> write);

/// A scalar as people write it: texts as they are, numbers in their shortest form.
[[nodiscard]] std::string plain_scalar(const document& value);

/// The text, with U+FFFD for each byte that is no part of UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace leat::app
