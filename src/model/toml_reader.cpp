// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "leat/model/error.hpp"
#include "leat/model/reader.hpp"
#include "leat/model/toml.hpp"

#include "model/json_writer.hpp"

namespace leat::model {
namespace {

value_kind kind_of(const toml::node& node) noexcept {
  switch (node.type()) {
    case toml::node_type::table: return value_kind::object;
    case toml::node_type::array: return value_kind::array;
    case toml::node_type::string: return value_kind::string;
    case toml::node_type::integer:
    case toml::node_type::floating_point: return value_kind::number;
    case toml::node_type::boolean: return value_kind::boolean;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return value_kind::date_time;
    case toml::node_type::none: break;
  }
  return value_kind::null;
}

using entry = std::pair<std::string_view, const toml::node*>;

/// The library keeps tables sorted by key; people and ordered maps expect the file's order.
std::vector<entry> in_file_order(const toml::table& table) {
  std::vector<entry> entries;
  entries.reserve(table.size());
  for (const auto& [key, node] : table) entries.emplace_back(key.str(), &node);
  std::ranges::sort(entries, {}, [](const entry& each) {
    const toml::source_position& at = each.second->source().begin;
    return std::tuple(at.line, at.column, each.first);
  });
  return entries;
}

template <class Date>
std::string spelt(const Date& date) {
  std::ostringstream out;
  out << date;
  return std::move(out).str();
}

void write_node(writer& out, const toml::node& node) {
  node.visit([&](const auto& what) {
    if constexpr (toml::is_table<decltype(what)>) {
      out.begin_object();
      for (const auto& [key, value] : in_file_order(what)) {
        out.key(key);
        write_node(out, *value);
      }
      out.end_object();
    } else if constexpr (toml::is_array<decltype(what)>) {
      out.begin_array();
      for (const auto& element : what) write_node(out, element);
      out.end_array();
    } else if constexpr (toml::is_string<decltype(what)>) {
      out.string(what.get());
    } else if constexpr (toml::is_integer<decltype(what)>) {
      out.integer(what.get());
    } else if constexpr (toml::is_floating_point<decltype(what)>) {
      out.number(what.get());
    } else if constexpr (toml::is_boolean<decltype(what)>) {
      out.boolean(what.get());
    } else {
      out.string(spelt(what.get()));
    }
  });
}

class toml_reader final : public reader {
 public:
  toml_reader(const toml::table& root, const toml_options& options)
      : reader(path_style::toml_key, options.on_unknown_key, options.max_problems), node_(&root) {}

  using reader::throw_if_invalid;

  [[nodiscard]] value_kind kind() const override { return kind_of(*node_); }

 private:
  bool boolean() override { return node_->as_boolean()->get(); }

  number_value number() override {
    using form = number_value::form;
    number_value number;
    if (const auto* const real = node_->as_floating_point()) {
      number.real = real->get();
      number.how = std::isfinite(number.real) ? form::real : form::infinite;
      return number;
    }
    number.integer = node_->as_integer()->get();
    number.unsigned_integer = static_cast<std::uint64_t>(number.integer);
    number.real = static_cast<double>(number.integer);
    number.how = number.integer < 0 ? form::negative : form::non_negative;
    return number;
  }

  void copy_string(std::string& to) override { to = node_->as_string()->get(); }

  bool copy_json(json_text& to) override {
    std::string text;
    try {
      json_writer out(text);
      write_node(out, *node_);
      out.finish();
    } catch (const write_error&) {
      return report(problem_kind::out_of_range, "must not hold an infinite number");
    }
    to = json_text::from_checked(std::move(text));
    return true;
  }

  void visit_elements(detail::function_ref<void()> visit) override {
    const toml::node* const array = node_;
    for (const toml::node& element : *array->as_array()) {
      node_ = &element;
      visit();
    }
    node_ = array;
  }

  void visit_members(detail::function_ref<void(std::string_view)> visit) override {
    const toml::node* const table = node_;
    for (const auto& [key, value] : in_file_order(*table->as_table())) {
      node_ = value;
      visit(key);
    }
    node_ = table;
  }

  position where() override {
    const toml::source_position& at = node_->source().begin;
    return {at.line, at.column, {}};
  }

  const toml::node* node_;
};

/// The library tells lines and columns, the latter in code points.
std::size_t offset_of(std::string_view text, toml::source_position at) noexcept {
  std::size_t offset = 0;
  for (auto line = at.line; line > 1; --line) {
    const std::size_t feed = text.find('\n', offset);
    if (feed == text.npos) break;
    offset = feed + 1;
  }
  for (auto column = at.column; column > 1 && offset < text.size(); --column) {
    ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0U) == 0x80U) {
      ++offset;
    }
  }
  return offset;
}

toml::table parse(std::string_view text, std::string_view source_name) {
  try {
    return toml::parse(text, source_name);
  } catch (const toml::parse_error& e) {
    const toml::source_position& at = e.source().begin;
    throw parse_error(source_name, e.description(), offset_of(text, at), at.line, at.column);
  }
}

}  // namespace

void detail::read_toml(std::string_view text, std::string_view source_name,
                       const toml_options& options, function_ref<void(reader&)> read) {
  if (text.size() > options.max_bytes) {
    throw document_limit_exceeded(std::string(source_name) + " has " + std::to_string(text.size()) +
                                  " bytes, more than max_bytes (" +
                                  std::to_string(options.max_bytes) + ")");
  }
  const toml::table root = parse(text, source_name);
  toml_reader in(root, options);
  read(in);
  in.throw_if_invalid(source_name);
}

}  // namespace leat::model
