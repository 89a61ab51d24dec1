// SPDX-License-Identifier: MIT
#include "leat/app/globals.hpp"

#include "app/text.hpp"

namespace leat::app {
namespace {

std::string_view name_of(location_species species) noexcept {
  switch (species) {
    case location_species::cache: return "cache";
    case location_species::data: return "data";
    case location_species::state: break;
  }
  return "state";
}

const std::string& folder_of(const directories& all, location_species species) noexcept {
  switch (species) {
    case location_species::cache: return all.cache;
    case location_species::data: return all.data;
    case location_species::state: break;
  }
  return all.state;
}

}  // namespace

std::string globals::location(location_species species,
                              std::initializer_list<std::string_view> parts) const {
  const auto* const moved =
      configuration().find(address::of_parts({"locations", std::string(name_of(species))}));
  std::string path = moved != nullptr ? moved->as_string() : folder_of(directories(), species);
  for (const std::string_view part : parts) path = joined_path(path, part);
  return path;
}

std::map<std::string, configuration> globals::as_dictionary() const {
  const auto& where = directories();
  return {
      {"application", configuration::table({{"name", application().name()},
                                            {"publisher", application().publisher()},
                                            {"version", application().version()}})},
      {"distribution", configuration::table({{"name", distribution().name()},
                                             {"location", distribution().location()},
                                             {"editable", distribution().is_editable()}})},
      {"directories", configuration::table({{"configuration", where.configuration},
                                            {"data", where.data},
                                            {"state", where.state},
                                            {"cache", where.cache}})},
      {"configuration", configuration()},
  };
}

bool operator==(const globals& a, const globals& b) noexcept {
  return a.exits_ == b.exits_ && a.application() == b.application() &&
         a.distribution() == b.distribution() && a.directories() == b.directories() &&
         a.variables() == b.variables() && a.configuration() == b.configuration();
}

}  // namespace leat::app
