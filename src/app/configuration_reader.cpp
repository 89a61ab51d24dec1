// SPDX-License-Identifier: MIT
#include "app/configuration_reader.hpp"

#include <cmath>
#include <fstream>
#include <string>
#include <utility>

#include "leat/model/error.hpp"
#include "leat/model/options.hpp"

#include "app/configuration_parts.hpp"
#include "app/problems.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

using model::problem_kind;
using model::value_kind;

constexpr std::size_t max_problems = 1000;
constexpr std::size_t max_secret_bytes = std::size_t{64} * 1024;

bool is_ours(std::string_view key) noexcept {
  return key == "includes" || key == "locations" || key == "inscription";
}

/// The whole of a small file; null if there is none or it is larger.
bool read_secret_file(const std::string& path, std::string& to) {
  std::ifstream in(path, std::ios::binary);
  std::string text(max_secret_bytes + 1, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && !in.eof()) return false;
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_secret_bytes) return false;
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  to = std::move(text);
  return true;
}

class configuration_reader final : public model::reader {
 public:
  configuration_reader(const configuration& root, bool is_whole, const environment* secrets)
      : reader(path_style::toml_key, model::unknown_keys::refuse, max_problems),
        at_(&root),
        whole_(is_whole ? &root : nullptr),
        secrets_(secrets) {}

  using reader::throw_if_invalid;

  [[nodiscard]] value_kind kind() const override {
    switch (at_->kind()) {
      case configuration_kind::table: return value_kind::object;
      case configuration_kind::array: return value_kind::array;
      case configuration_kind::string: return value_kind::string;
      case configuration_kind::integer:
      case configuration_kind::real: return value_kind::number;
      case configuration_kind::boolean: return value_kind::boolean;
      case configuration_kind::date_time: return value_kind::date_time;
    }
    return value_kind::null;
  }

 private:
  bool boolean() override { return at_->as_boolean(); }

  model::number_value number() override {
    using form = model::number_value::form;
    model::number_value number;
    number.real = at_->as_real();
    if (at_->kind() == configuration_kind::real) {
      number.how = std::isfinite(number.real) ? form::real : form::infinite;
      return number;
    }
    number.integer = at_->as_integer();
    number.unsigned_integer = static_cast<std::uint64_t>(number.integer);
    number.how = number.integer < 0 ? form::negative : form::non_negative;
    return number;
  }

  void copy_string(std::string& to) override { to = at_->as_string(); }

  [[nodiscard]] bool is_also_string() const override {
    return configuration_parts::of(*at_).is_also_string;
  }

  bool copy_json(model::json_text&) override {
    return report(problem_kind::wrong_type, "cannot be read as JSON");
  }

  bool resolve_secret(std::string& to) override {
    constexpr std::string_view variable = "env:";
    constexpr std::string_view file = "file:/";
    const bool is_variable = to.starts_with(variable);
    if (!is_variable && !to.starts_with(file)) return true;
    if (secrets_ == nullptr) {
      return report(problem_kind::bad_format,
                    "refers to a secret that is elsewhere, which is not looked up here");
    }
    if (is_variable) {
      const std::string name = to.substr(variable.size());
      auto found = secrets_->find(name);
      if (!found) {
        return report(problem_kind::bad_format,
                      "refers to the environment variable " + name + ", which is not set");
      }
      to = std::move(*found);
      return true;
    }
    const std::string path = to.substr(file.size() - 1);
    if (!read_secret_file(path, to)) {
      return report(problem_kind::bad_format, "refers to the file " + path +
                                                  ", which cannot be read or has more than " +
                                                  std::to_string(max_secret_bytes) + " bytes");
    }
    return true;
  }

  void visit_elements(model::detail::function_ref<void()> visit) override {
    const configuration* const array = at_;
    for (const configuration& element : array->elements()) {
      at_ = &element;
      visit();
    }
    at_ = array;
  }

  void visit_members(model::detail::function_ref<void(std::string_view)> visit) override {
    const configuration* const table = at_;
    for (const auto& [key, value] : table->entries()) {
      if (table == whole_ && is_ours(key)) continue;
      at_ = &value;
      visit(key);
    }
    at_ = table;
  }

  position where() override {
    const origin& from = at_->origin();
    return {from.line, from.column, from.source};
  }

  const configuration* at_;
  const configuration* whole_;
  const environment* secrets_;
};

}  // namespace

void read_configuration(const configuration* what, const address& where, const environment* secrets,
                        model::detail::function_ref<void(model::reader&)> fill) {
  std::vector<problem> problems;
  try {
    const configuration nothing;
    configuration_reader in(what != nullptr ? *what : nothing, where.parts().empty(), secrets);
    fill(in);
    in.throw_if_invalid("configuration");
    return;
  } catch (const model::validation_error& e) {
    append_problems(problems, e, {});
  }
  const std::string prefix = to_string(where);
  for (auto& each : problems) {
    // What is no table itself was looked for as one.
    if (what == nullptr && each.key.empty()) {
      each.message = "is required";
      each.is_absence = true;
    }
    if (prefix.empty()) break;
    const bool needs_dot = !each.key.empty() && each.key.front() != '[';
    each.key = prefix + (needs_dot ? "." : "") + each.key;
  }
  throw invalid_configuration("configuration", std::move(problems));
}

}  // namespace leat::app
