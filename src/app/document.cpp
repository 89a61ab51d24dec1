// SPDX-License-Identifier: MIT
#include "app/document.hpp"

#include <algorithm>
#include <cmath>

#include "leat/base/utf8.hpp"
#include "leat/model/json.hpp"

namespace leat::app {
namespace {

using kind_t = document::kind_t;

/// JSON text back into a value, for what programs pass on without knowing it.
struct any_json {
  document value;
};

}  // namespace
}  // namespace leat::app

template <>
struct leat::model::codec<leat::app::any_json> {
  static bool read(reader& in, leat::app::any_json& to) {
    using leat::app::document;
    document& made = to.value;
    switch (in.kind()) {
      case value_kind::object:
        made = document::of_object();
        return in.read_object([&](std::string_view key) {
          leat::app::any_json member;
          const bool is_read = read(in, member);
          made.add(key, std::move(member.value));
          return is_read;
        });
      case value_kind::array:
        made = document::of_array();
        return in.read_array([&] {
          leat::app::any_json element;
          const bool is_read = read(in, element);
          made.elements.push_back(std::move(element.value));
          return is_read;
        });
      case value_kind::string: made.kind = document::kind_t::text; return in.read_string(made.text);
      case value_kind::boolean:
        made.kind = document::kind_t::boolean;
        return in.read_boolean(made.boolean);
      case value_kind::number: return read_number(in, made);
      case value_kind::date_time:
      case value_kind::null: break;
    }
    return true;
  }

 private:
  static bool read_number(reader& in, leat::app::document& made) {
    using kind_t = leat::app::document::kind_t;
    number_value number;
    if (!in.read_number(number)) return false;
    using form = number_value::form;
    made.integer = number.integer;
    made.unsigned_integer = number.unsigned_integer;
    made.real = number.real;
    made.kind = number.how == form::negative       ? kind_t::integer
                : number.how == form::non_negative ? kind_t::unsigned_integer
                                                   : kind_t::real;
    return true;
  }
};

namespace leat::app {
namespace {

/// Builds a tree of what it is told.
class document_writer final : public model::writer {
 public:
  [[nodiscard]] document take() && { return std::move(root_); }

  void null() override { put({}); }
  void boolean(bool value) override { put(document::of_boolean(value)); }
  void integer(std::int64_t value) override { put(document::of_integer(value)); }
  void unsigned_integer(std::uint64_t value) override {
    put({.kind = kind_t::unsigned_integer, .unsigned_integer = value});
  }
  void number(double value) override { put({.kind = kind_t::real, .real = value}); }
  void string(std::string_view value) override { put(document::of_text(value)); }
  void json(const model::json_text& value) override {
    put(model::from_json<any_json>(value.view()).value);
  }

  void begin_array() override { open_.push_back(&put(document::of_array())); }
  void end_array() override { open_.pop_back(); }
  void begin_object() override { open_.push_back(&put(document::of_object())); }
  void key(std::string_view name) override { key_ = valid_utf8(name); }
  void end_object() override { open_.pop_back(); }

 private:
  /// What is open never moves: its siblings come only once it is closed.
  document& put(document value) {
    if (open_.empty()) return root_ = std::move(value);
    document& into = *open_.back();
    if (into.kind == kind_t::array) return into.elements.emplace_back(std::move(value));
    return into.members.emplace_back(std::move(key_), std::move(value)).second;
  }

  document root_;
  std::vector<document*> open_;
  std::string key_;
};

}  // namespace

document document::of_text(std::string_view value) {
  return {.kind = kind_t::text, .text = valid_utf8(value)};
}

document document::of_integer(std::int64_t value) {
  return {.kind = kind_t::integer, .integer = value};
}

document document::of_boolean(bool value) {
  return {.kind = kind_t::boolean, .boolean = value};
}

const document* document::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(members, key, &member::first);
  return found == members.end() ? nullptr : &found->second;
}

document document_of(model::detail::function_ref<void(model::writer&)> write) {
  document_writer out;
  write(out);
  return std::move(out).take();
}

std::string plain_scalar(const document& value) {
  switch (value.kind) {
    case kind_t::boolean: return value.boolean ? "true" : "false";
    case kind_t::integer: return std::to_string(value.integer);
    case kind_t::unsigned_integer: return std::to_string(value.unsigned_integer);
    case kind_t::real:
      // As TOML spells them.
      if (std::isnan(value.real)) return "nan";
      if (std::isinf(value.real)) return value.real > 0 ? "inf" : "-inf";
      return model::to_json(value.real);
    case kind_t::text: return value.text;
    case kind_t::null:
    case kind_t::array:
    case kind_t::object: break;
  }
  return {};
}

std::string valid_utf8(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = utf8_sequence_size(text);
    if (size == 0) {
      made += "\uFFFD";
      text.remove_prefix(1);
    } else {
      made += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return made;
}

}  // namespace leat::app
