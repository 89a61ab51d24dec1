// SPDX-License-Identifier: MIT
#include "app/toml_text.hpp"

#include "leat/app/error.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/toml.hpp"

#include "app/problems.hpp"

namespace leat::app {
namespace {

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
