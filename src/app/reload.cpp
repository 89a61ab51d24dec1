// SPDX-License-Identifier: MIT
#include "leat/app/reload.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/coro/to_thread.hpp"
#include "leat/model/duration.hpp"
#include "leat/model/json.hpp"

namespace leat::app {

/// A value that is not what it was. Null where it is not there.
struct reloads::difference {
  address where;
  const configuration* before;
  const configuration* after;
};

namespace {

/// Collects the innermost tables' entries, and arrays as a whole, that differ.
void collect_differences(
    const std::vector<std::string>& path, const configuration* before, const configuration* after,
    const std::function<void(address, const configuration*, const configuration*)>& found) {
  const auto is_table = [](const configuration* each) {
    return each == nullptr || each->kind() == configuration_kind::table;
  };
  const bool has_entries = (before != nullptr && !before->entries().empty()) ||
                           (after != nullptr && !after->entries().empty());
  if (!is_table(before) || !is_table(after) || !has_entries) {
    if (before != nullptr && after != nullptr && *before == *after) return;
    found(address::of_parts(path), before, after);
    return;
  }
  const auto visit = [&](const std::string& key) {
    const address below = address::of_parts({key});
    const auto* const was = before != nullptr ? before->find(below) : nullptr;
    const auto* const is = after != nullptr ? after->find(below) : nullptr;
    std::vector<std::string> longer = path;
    longer.push_back(key);
    collect_differences(longer, was, is, found);
  };
  if (before != nullptr) {
    for (const auto& [key, value] : before->entries()) visit(key);
  }
  if (after == nullptr) return;
  for (const auto& [key, value] : after->entries()) {
    if (before == nullptr || !before->contains(address::of_parts({key}))) visit(key);
  }
}

/// A value as a log may have it, or nothing: any text may be a secret that nobody calls one.
std::string shown(const std::string& key, const configuration* value) {
  if (value == nullptr) return "unset";
  const bool is_text =
      value->kind() == configuration_kind::string && !model::parse_duration(value->as_string());
  const bool is_tree =
      value->kind() == configuration_kind::table || value->kind() == configuration_kind::array;
  if (is_text || is_tree) return "";
  // Written as an entry, so that what has a key that logs hide is hidden here too.
  const std::string object = model::to_json(configuration::table({{key, *value}}));
  const auto colon = object.find("\":");
  return object.substr(colon + 2, object.size() - colon - 3);
}

void append_difference(std::string& to, const address& where, const configuration* before,
                       const configuration* after) {
  if (!to.empty()) to += ", ";
  to += to_string(where);
  const std::string& key = where.parts().back();
  const std::string was = shown(key, before);
  const std::string is = shown(key, after);
  if (was.empty() || is.empty()) return;
  to += " " + was + " -> " + is;
}

bool begins_with(const address& where, const address& begin) noexcept {
  const auto& all = where.parts();
  const auto& head = begin.parts();
  return head.size() <= all.size() && std::equal(head.begin(), head.end(), all.begin());
}

const address& level_address() {
  static const address where("inscription.level");
  return where;
}

}  // namespace

void reloads::add(address where, filler fill) {
  sections_.push_back({std::move(where), std::move(fill)});
}

task<bool> reloads::run() {
  const auto turn = co_await one_at_a_time_.lock();
  std::string error;
  try {
    co_await take_over(co_await around_.read());
    co_return true;
  } catch (...) {
    error = describe(std::current_exception());
  }
  around_.logger.error("configuration not reloaded", {{"error", error}});
  co_return false;
}

task<void> reloads::take_over(configuration_reading read) {
  std::vector<difference> differences;
  collect_differences({}, &around_.in_force.configuration, &read.configuration,
                      [&](address where, const configuration* before, const configuration* after) {
                        differences.push_back({std::move(where), before, after});
                      });
  std::string changed;
  std::string needs_restart;
  std::vector<const section*> touched;
  for (const auto& each : differences) {
    const bool is_level = each.where == level_address();
    bool is_declared = is_level;
    for (const auto& one : sections_) {
      if (!begins_with(each.where, one.where)) continue;
      is_declared = true;
      if (std::ranges::find(touched, &one) == touched.end()) touched.push_back(&one);
    }
    append_difference(is_declared ? changed : needs_restart, each.where, each.before, each.after);
  }

  const auto effects = co_await to_thread([&] {
    std::vector<std::function<void()>> filled;
    filled.reserve(touched.size());
    for (const auto* each : touched) {
      filled.push_back(each->fill(read.configuration, around_.variables));
    }
    return filled;
  });

  // From here on nothing is awaited: all of it takes effect.
  const log::level before = around_.in_force.inscription.level;
  const log::level after = read.inscription.level;
  // The record is to be seen at whichever level shows it.
  if (after < before) around_.logger.set_backend_minimum(after);
  if (differences.empty()) {
    around_.logger.info("configuration unchanged");
  } else {
    around_.logger.info("configuration reloaded",
                        {{"changed", changed}, {"needs_restart", needs_restart}});
  }
  if (after > before) around_.logger.set_backend_minimum(after);
  around_.in_force = std::move(read);
  for (const auto& take_effect : effects) take_effect();
}

}  // namespace leat::app
