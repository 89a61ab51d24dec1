// SPDX-License-Identifier: MIT
#include "leat/app/configuration.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "leat/base/error.hpp"

#include "app/configuration_parts.hpp"
#include "app/configuration_reader.hpp"
#include "app/problems.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

using kind_t = configuration_kind;
using node = configuration_parts::node;

[[noreturn]] void throw_other_kind(const configuration& what, std::string_view wanted) {
  std::string place = what.origin().source;
  throw invalid_argument("a configuration's value" + (place.empty() ? "" : " of " + place) +
                         " is " + std::string(describe(what.kind())) + " and not " +
                         std::string(wanted));
}

std::vector<configuration::entry>::const_iterator find_entry(
    const std::vector<configuration::entry>& entries, std::string_view key) noexcept {
  return std::ranges::find(entries, key, &configuration::entry::first);
}

std::string absent_or_no_table(const configuration& at) {
  return at.kind() == kind_t::table
             ? "is not there"
             : "is not there: what should have it is " + std::string(describe(at.kind()));
}

using parts_left = std::span<const std::string>;

configuration put(const configuration& into, const address& where, parts_left left,
                  configuration value) {
  if (left.empty()) return value;
  if (into.kind() != kind_t::table) {
    throw address_locate_failure(to_string(where), left.front(), absent_or_no_table(into));
  }
  node made = configuration_parts::of(into);
  made.is_also_string = false;
  const auto found = std::ranges::find(made.entries, left.front(), &configuration::entry::first);
  if (found != made.entries.end()) {
    found->second = put(found->second, where, left.subspan(1), std::move(value));
  } else {
    made.entries.emplace_back(left.front(),
                              put(configuration(), where, left.subspan(1), std::move(value)));
  }
  return configuration_parts::make(std::move(made));
}

configuration take_out(const configuration& from, const address& where, parts_left left) {
  node made = configuration_parts::of(from);
  const auto found = std::ranges::find(made.entries, left.front(), &configuration::entry::first);
  if (found == made.entries.end()) {
    throw address_locate_failure(to_string(where), left.front(), absent_or_no_table(from));
  }
  if (left.size() == 1) {
    made.entries.erase(found);
  } else {
    found->second = take_out(found->second, where, left.subspan(1));
  }
  return configuration_parts::make(std::move(made));
}

}  // namespace

std::string_view describe(configuration_kind kind) noexcept {
  switch (kind) {
    case kind_t::table: return "a table";
    case kind_t::array: return "an array";
    case kind_t::string: return "a string";
    case kind_t::integer: return "an integer";
    case kind_t::real: return "a number";
    case kind_t::boolean: return "a boolean";
    case kind_t::date_time: return "a date or time";
  }
  return "something else";
}

configuration::configuration() : configuration(std::make_shared<const node>()) {}

configuration configuration::from_boolean(bool value) {
  return configuration_parts::make({.kind = kind_t::boolean, .boolean = value});
}

configuration::configuration(double value)
    : configuration(configuration_parts::make({.kind = kind_t::real, .real = value})) {}

configuration::configuration(std::string value)
    : configuration(configuration_parts::make({.kind = kind_t::string, .text = std::move(value)})) {
}

configuration configuration::from_integer(std::int64_t value) {
  return configuration_parts::make({.kind = kind_t::integer, .integer = value});
}

configuration configuration::table(std::vector<entry> entries) {
  node made;
  for (auto& each : entries) {
    const auto found = std::ranges::find(made.entries, each.first, &entry::first);
    if (found != made.entries.end()) {
      found->second = std::move(each.second);
    } else {
      made.entries.push_back(std::move(each));
    }
  }
  return configuration_parts::make(std::move(made));
}

configuration configuration::array(std::vector<configuration> elements) {
  return configuration_parts::make({.kind = kind_t::array, .elements = std::move(elements)});
}

configuration configuration::date_time(std::string text) {
  return configuration_parts::make({.kind = kind_t::date_time, .text = std::move(text)});
}

configuration_kind configuration::kind() const noexcept {
  return node_->kind;
}

const origin& configuration::origin() const noexcept {
  return node_->from;
}

bool configuration::as_boolean() const {
  if (kind() != kind_t::boolean) throw_other_kind(*this, "a boolean");
  return node_->boolean;
}

std::int64_t configuration::as_integer() const {
  if (kind() != kind_t::integer) throw_other_kind(*this, "an integer");
  return node_->integer;
}

double configuration::as_real() const {
  if (kind() == kind_t::integer) return static_cast<double>(node_->integer);
  if (kind() != kind_t::real) throw_other_kind(*this, "a number");
  return node_->real;
}

const std::string& configuration::as_string() const {
  if (kind() != kind_t::string && kind() != kind_t::date_time && !node_->is_also_string) {
    throw_other_kind(*this, "a string");
  }
  return node_->text;
}

const std::vector<configuration::entry>& configuration::entries() const noexcept {
  return node_->entries;
}

const std::vector<configuration>& configuration::elements() const noexcept {
  return node_->elements;
}

const configuration* configuration::find(const address& where) const noexcept {
  const configuration* at = this;
  for (const auto& part : where.parts()) {
    const auto found = find_entry(at->entries(), part);
    if (found == at->entries().end()) return nullptr;
    at = &found->second;
  }
  return at;
}

const configuration& configuration::at(const address& where) const {
  const configuration* at = this;
  for (const auto& part : where.parts()) {
    const auto found = find_entry(at->entries(), part);
    if (found == at->entries().end()) {
      throw address_locate_failure(to_string(where), part, absent_or_no_table(*at));
    }
    at = &found->second;
  }
  return *at;
}

configuration configuration::with(const address& where, configuration value) const {
  return put(*this, where, where.parts(), std::move(value));
}

configuration configuration::without(const address& where) const {
  if (where.parts().empty()) return {};
  return take_out(*this, where, where.parts());
}

configuration configuration::merged_with(const configuration& over) const {
  if (kind() != kind_t::table || over.kind() != kind_t::table) return over;
  node made = *node_;
  for (const auto& [key, value] : over.entries()) {
    const auto found = std::ranges::find(made.entries, key, &entry::first);
    if (found != made.entries.end()) {
      found->second = found->second.merged_with(value);
    } else {
      made.entries.emplace_back(key, value);
    }
  }
  return configuration_parts::make(std::move(made));
}

configuration configuration::with_origin(app::origin from) const {
  node made = *node_;
  for (auto& each : made.entries) each.second = each.second.with_origin(from);
  for (auto& each : made.elements) each = each.with_origin(from);
  made.from = std::move(from);
  return configuration_parts::make(std::move(made));
}

void configuration::read(const address& where, const environment* secrets,
                         model::detail::function_ref<void(model::reader&)> fill) const {
  const configuration* const from = find(where);
  if (from == nullptr) {
    // What is wrong on the way there is told; what is only missing has its defaults.
    for (std::size_t i = 1; i < where.parts().size(); ++i) {
      const auto part = where.parts().begin();
      const configuration* const above =
          find(address::of_parts({part, part + static_cast<std::ptrdiff_t>(i)}));
      if (above == nullptr) break;
      if (above->kind() != kind_t::table) static_cast<void>(at(where));
    }
  }
  read_configuration(from, where, secrets, fill);
}

bool operator==(const configuration& a, const configuration& b) noexcept {
  if (a.node_ == b.node_) return true;
  const node& x = *a.node_;
  const node& y = *b.node_;
  if (x.kind != y.kind || x.boolean != y.boolean || x.integer != y.integer ||
      x.elements != y.elements || x.entries.size() != y.entries.size()) {
    return false;
  }
  // Not a number is equal to itself here: it is the same setting.
  if (x.real != y.real && (x.real == x.real || y.real == y.real)) return false;
  const bool has_text = x.kind == kind_t::string || x.kind == kind_t::date_time;
  if (has_text && x.text != y.text) return false;
  return std::ranges::all_of(x.entries, [&](const configuration::entry& each) {
    const auto found = find_entry(y.entries, each.first);
    return found != y.entries.end() && found->second == each.second;
  });
}

}  // namespace leat::app
