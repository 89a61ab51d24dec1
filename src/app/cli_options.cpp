// SPDX-License-Identifier: MIT
#include "app/cli_options.hpp"

#include <algorithm>

#include "leat/app/secret.hpp"
#include "leat/base/error.hpp"
#include "leat/base/utf8.hpp"

#include "app/overrides.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

using model::form_kind;

// The width that every terminal has, and where explanations begin.
constexpr std::size_t columns = 80;
constexpr std::size_t explained_at = 32;

std::string with_dashes(std::string_view name) {
  std::string made(name);
  std::ranges::replace(made, '_', '-');
  return made;
}

std::string in_capitals(std::string_view name) {
  std::string made = with_dashes(name);
  for (char& c : made) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return made;
}

bool is_scalar(form_kind kind) noexcept {
  return kind != form_kind::array && kind != form_kind::map && kind != form_kind::object;
}

bool can_stand_alone(const model::value_form& form) {
  if (form.kind == form_kind::array) return is_scalar(form.element().kind);
  return is_scalar(form.kind);
}

class option_collector {
 public:
  void collect(const model::value_form& form, const document* defaults) {
    for (const model::member& each : form.members) {
      path_.emplace_back(each.name);
      const document* const initial = defaults != nullptr ? defaults->find(each.name) : nullptr;
      const model::value_form inner = each.form();
      if (inner.kind == form_kind::object && !inner.is_optional) {
        collect(inner, initial);
      } else {
        add(each, inner, initial);
      }
      path_.pop_back();
    }
  }

  std::vector<cli_option> made;

 private:
  void add(const model::member& what, const model::value_form& form, const document* initial) {
    cli_option option;
    option.path = path_;
    for (std::size_t i = 1; i < path_.size(); ++i) {
      option.name += (i > 1 ? "." : "") + with_dashes(path_[i]);
    }
    if (!can_stand_alone(form)) {
      throw invalid_argument("cli: --" + option.name +
                             " would have to be a table, and a command line has none");
    }
    option.form = form;
    option.rules = what.rules;
    option.is_required = what.is_required && what.rules.is_positional && !option.is_list();
    if (initial != nullptr) option.initial = *initial;
    made.push_back(std::move(option));
  }

  std::vector<std::string> path_{std::string(arguments_key)};
};

std::string name_of(form_kind kind) {
  switch (kind) {
    case form_kind::boolean: return {};
    case form_kind::integer: return "INTEGER";
    case form_kind::number: return "NUMBER";
    case form_kind::time: return "TIME";
    default: return "TEXT";
  }
}

std::string shown_default(const cli_option& option) {
  if (option.is_flag() || option.is_required || option.initial.kind == document::kind_t::null) {
    return {};
  }
  std::string text = plain_scalar(option.initial);
  for (const auto& each : option.initial.elements) {
    text += (text.empty() ? "" : ", ") + plain_scalar(each);
  }
  if (text == redacted) return {};
  return text.empty() ? text : "[" + one_line(text) + "]";
}

std::string explanation(const cli_option& option) {
  std::string text(option.rules.description);
  const auto append = [&text](const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : " ") + more;
  };
  if (option.is_required) append("(required)");
  if (option.is_list()) append("(may be given several times)");
  append(shown_default(option));
  return text;
}

std::string left_side(const cli_option& option) {
  if (option.rules.is_positional) return option.spelled() + (option.is_list() ? "..." : "");
  std::string text;
  if (option.rules.letter != '\0') text = std::string("-") + option.rules.letter + ", ";
  // Of a flag, what changes something.
  const bool is_on = option.is_flag() && option.initial.boolean;
  text += is_on ? option.negated_name() : "--" + option.name;
  const std::string value = option.value_name();
  return value.empty() ? text : text + " " + value;
}

bool is_key_of(const cli_option& option, std::string_view key) {
  const std::string own = to_string(address::of_parts(option.path));
  // The element of a list is a problem of the list.
  return key == own || (key.starts_with(own) && key.substr(own.size()).starts_with("["));
}

}  // namespace

std::string cli_option::negated_name() const {
  const std::size_t dot = name.rfind('.');
  const std::size_t last = dot == name.npos ? 0 : dot + 1;
  return "--" + name.substr(0, last) + "no-" + name.substr(last);
}

std::string cli_option::spelled() const {
  return rules.is_positional ? in_capitals(name) : "--" + name;
}

std::string cli_option::value_name() const {
  const model::value_form one = is_list() ? form.element() : form;
  if (one.kind != form_kind::name) return name_of(one.kind);
  std::string text;
  for (const auto& each : one.names) text += (text.empty() ? "" : "|") + std::string(each.name);
  return text;
}

std::vector<cli_option> options_of(const model::value_form& form,
                                   const std::function<void(model::writer&)>& write_defaults) {
  const document defaults = document_of(write_defaults);
  option_collector collector;
  collector.collect(form, &defaults);
  return std::move(collector.made);
}

configuration arguments_of(const std::vector<cli_option>& options,
                           const std::vector<std::vector<std::string>>& texts) {
  configuration made;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const cli_option& option = options[i];
    const auto& given = texts[i];
    const origin from{.kind = origin::source_kind::command_line};
    const address where = address::of_parts(option.path);
    if (given.empty()) {
      // The table that it would be in is there, so that it is missed there and nowhere else.
      const address table = address::of_parts({option.path.begin(), option.path.end() - 1});
      if (!made.contains(table)) made = made.with(table, configuration());
    } else if (option.is_list()) {
      std::vector<configuration> elements;
      for (const auto& each : given) elements.push_back(value_of_text(each, from));
      made = made.with(where, configuration::array(std::move(elements)));
    } else {
      made = made.with(where, value_of_text(given.back(), from));
    }
  }
  return made;
}

std::vector<problem> as_options(std::vector<problem> problems,
                                const std::vector<cli_option>& options) {
  std::vector<problem> kept;
  for (auto& each : problems) {
    const auto found = std::ranges::find_if(
        options, [&](const cli_option& option) { return is_key_of(option, each.key); });
    const bool is_known = found != options.end();
    if (each.is_absence && !(is_known && found->is_required)) continue;
    if (is_known) each.key = found->spelled();
    kept.push_back(std::move(each));
  }
  return kept;
}

std::string help_of(const std::vector<cli_option>& options) {
  std::string text;
  for (const auto& each : options) text += help_line(left_side(each), explanation(each));
  return text;
}

std::string help_line(std::string_view left, std::string_view right) {
  std::string text = "  " + std::string(left);
  std::size_t column = 2 + count_code_points(left);
  if (column + 2 > explained_at && !right.empty()) {
    text += '\n';
    column = 0;
  }
  bool is_line_empty = true;
  while (!right.empty()) {
    const std::size_t end = std::min(right.find(' '), right.size());
    const std::string_view word = right.substr(0, end);
    right.remove_prefix(std::min(end + 1, right.size()));
    if (word.empty()) continue;
    const std::size_t width = count_code_points(word);
    if (!is_line_empty && column + 1 + width > columns) {
      text += '\n';
      column = 0;
      is_line_empty = true;
    }
    if (is_line_empty) {
      text.append(explained_at - column, ' ');
      column = explained_at;
    } else {
      text += ' ';
      ++column;
    }
    text += word;
    column += width;
    is_line_empty = false;
  }
  return text + '\n';
}

}  // namespace leat::app
