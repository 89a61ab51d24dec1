// SPDX-License-Identifier: MIT
#include "app/toml_text.hpp"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "leat/app/configuration.hpp"
#include "leat/app/error.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/toml.hpp"

#include "app/configuration_parts.hpp"
#include "app/problems.hpp"

namespace leat::app {
namespace {

/// Puts a value together from whatever document a reader reads.
struct any_value {
  configuration value;
};

}  // namespace
}  // namespace leat::app

template <>
struct leat::model::codec<leat::app::any_value> {
  static bool read(reader& in, leat::app::any_value& to) {
    using leat::app::configuration_kind;
    leat::app::configuration_parts::node made;
    const auto place = in.place();
    made.from.line = place.line;
    made.from.column = place.column;
    bool is_good = true;
    switch (in.kind()) {
      case value_kind::object:
        is_good = in.read_object([&](std::string_view key) {
          leat::app::any_value entry;
          const bool is_read = read(in, entry);
          made.entries.emplace_back(key, std::move(entry.value));
          return is_read;
        });
        break;
      case value_kind::array:
        made.kind = configuration_kind::array;
        is_good = in.read_array([&] {
          leat::app::any_value element;
          const bool is_read = read(in, element);
          made.elements.push_back(std::move(element.value));
          return is_read;
        });
        break;
      case value_kind::string:
        made.kind = configuration_kind::string;
        is_good = in.read_string(made.text);
        break;
      case value_kind::boolean:
        made.kind = configuration_kind::boolean;
        is_good = in.read_boolean(made.boolean);
        break;
      case value_kind::number: is_good = read_number(in, made); break;
      case value_kind::date_time: {
        made.kind = configuration_kind::date_time;
        json_text text;
        is_good = in.read_json(text);
        // A date as JSON is its text in quotes.
        const std::string_view quoted = text.view();
        if (is_good) made.text = quoted.substr(1, quoted.size() - 2);
        break;
      }
      case value_kind::null:
        is_good = in.report(problem_kind::wrong_type, "a configuration has no null");
        break;
    }
    to.value = leat::app::configuration_parts::make(std::move(made));
    return is_good;
  }

 private:
  static bool read_number(reader& in, leat::app::configuration_parts::node& made) {
    using form = number_value::form;
    number_value number;
    if (!in.read_number(number)) return false;
    if (number.how == form::real || number.how == form::infinite) {
      made.kind = leat::app::configuration_kind::real;
      made.real = number.real;
      return true;
    }
    made.kind = leat::app::configuration_kind::integer;
    return in.read_integer(made.integer, std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max());
  }
};

namespace leat::app {
namespace {

/// Says of all values in a tree which document they are from.
configuration from_document(const configuration& what, const origin& document) {
  auto made = configuration_parts::of(what);
  made.from.kind = document.kind;
  made.from.source = document.source;
  for (auto& each : made.entries) each.second = from_document(each.second, document);
  for (auto& each : made.elements) each = from_document(each, document);
  return configuration_parts::make(std::move(made));
}

struct manifest_project {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(manifest_project, (), (name))

consteval auto leat_rules(const manifest_project*) {
  using namespace leat::model::rules;
  return list(field<&manifest_project::name>(min_length(1)));
}

struct manifest {
  manifest_project project;
};
BOOST_DESCRIBE_STRUCT(manifest, (), (project))

}  // namespace

configuration configuration::parse(std::string_view toml, std::string_view source_name) {
  const std::string_view shown = source_name.empty() ? "configuration text" : source_name;
  std::vector<problem> problems;
  try {
    const any_value read = model::from_toml<any_value>(toml, shown);
    return from_document(read.value, {.kind = source_name.empty() ? origin::source_kind::text
                                                                  : origin::source_kind::file,
                                      .source = std::string(shown)});
  } catch (const leat::error& e) {
    append_problems(problems, e, shown);
  }
  throw invalid_configuration("configuration", std::move(problems));
}

std::string project_name_of(std::string_view text, std::string_view source_name) {
  model::toml_options options;
  // Other tools keep their settings in it too.
  options.on_unknown_key = model::unknown_keys::ignore;
  std::vector<problem> problems;
  try {
    return model::from_toml<manifest>(text, source_name, options).project.name;
  } catch (const leat::error& e) {
    append_problems(problems, e, source_name);
  }
  throw invalid_configuration("manifest", std::move(problems));
}

}  // namespace leat::app
