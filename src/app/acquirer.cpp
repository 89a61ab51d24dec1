// SPDX-License-Identifier: MIT
#include "leat/app/acquirer.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "leat/app/error.hpp"
#include "leat/coro/map_concurrent.hpp"

#include "app/list_files.hpp"
#include "app/locations.hpp"
#include "app/overrides.hpp"
#include "app/problems.hpp"
#include "app/text.hpp"

namespace leat::app {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{1024} * 1024;

struct main_file {
  configuration read;
  std::string path;
};

/// One include: a file's configuration, or what is wrong with it.
struct included {
  configuration read;
  std::vector<problem> problems;
};

[[noreturn]] void throw_all(std::vector<problem> problems) {
  throw invalid_configuration("configuration", std::move(problems));
}

task<configuration> read_file(files& disk, std::string path) {
  std::vector<problem> problems;
  try {
    const std::string text = co_await disk.read(path, max_file_bytes);
    co_return configuration::parse(text, path);
  } catch (const file_access_failure& e) {
    append_problems(problems, e, path);
  } catch (const invalid_configuration& e) {
    append_problems(problems, e, path);
  }
  throw_all(std::move(problems));
}

task<main_file> find_main_file(const acquisition& from, const std::string& filename) {
  const configuration_source& source = from.source;
  main_file made{{}, joined_path(from.directories.configuration, filename)};
  if (source.kind == configuration_source::source_kind::text) {
    made.read = configuration::parse(source.value);
    co_return made;
  }
  if (source.kind == configuration_source::source_kind::file) {
    made.path = source.value;
  } else {
    const file_kind found = co_await from.disk.kind_of(made.path);
    if (found == file_kind::absent) {
      const std::string original = from.distribution.data_location({"configuration", filename});
      const file_kind has_template = co_await from.disk.kind_of(original);
      if (has_template == file_kind::absent) co_return made;
      std::string text = co_await from.disk.read(original, max_file_bytes);
      // Another process may be faster; its file is as good, and is the one that is read.
      static_cast<void>(co_await from.disk.install(made.path, std::move(text)));
    }
  }
  made.read = co_await read_file(from.disk, made.path);
  co_return made;
}

/// The paths that an `includes` key lists, made complete; what is wrong with it is told.
std::vector<std::string> included_paths(const configuration& includes, const std::string& name,
                                        const acquisition& from, const std::string& main_path,
                                        std::vector<problem>& problems) {
  const auto refuse = [&](const configuration& what, const std::string& key, std::string message) {
    problems.push_back(problem_at(what, key, std::move(message)));
  };
  const configuration* list = &includes;
  std::string key = name;
  if (includes.kind() == configuration_kind::table) {
    for (const auto& [each, value] : includes.entries()) {
      if (each != "specs") refuse(value, name + "." + toml_key(each), "is not known");
    }
    list = includes.find("specs");
    key += ".specs";
    if (list == nullptr) return {};
  }
  if (list->kind() != configuration_kind::array) {
    refuse(*list, key, "must be an array of paths");
    return {};
  }
  const auto names = template_variables_of(from.application, from.directories);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < list->elements().size(); ++i) {
    const configuration& each = list->elements()[i];
    const std::string place = key + "[" + std::to_string(i) + "]";
    if (each.kind() != configuration_kind::string) {
      refuse(each, place, "must be a path");
      continue;
    }
    std::string path = each.as_string();
    const std::string unknown = expand_template(path, names);
    if (!unknown.empty()) {
      refuse(each, place, "has {" + unknown + "} in it, which stands for nothing");
    } else {
      paths.push_back(joined_path(parent_path(main_path), path));
    }
  }
  return paths;
}

/// The files that a path stands for.
task<std::vector<std::string>> files_of(files& disk, const std::string& path,
                                        std::vector<problem>& problems) {
  try {
    const file_kind found = co_await disk.kind_of(path);
    std::vector<std::string> made;
    if (found != file_kind::folder) {
      made.push_back(path);  // reading tells if it is not there
      co_return made;
    }
    co_return co_await list_files(disk, path, ".toml");
  } catch (const file_access_failure& e) {
    append_problems(problems, e, path);
  }
  co_return std::vector<std::string>{};
}

task<included> read_included(files& disk, std::string includes_name, std::string path) {
  included made;
  try {
    made.read = co_await read_file(disk, path);
    if (const auto* const nested = made.read.find(address::of_parts({includes_name}))) {
      made.problems.push_back(problem_at(*nested, includes_name, "belongs into the main file"));
    }
  } catch (const invalid_configuration& e) {
    made.problems = e.problems();
  }
  co_return made;
}

}  // namespace

task<configuration> toml_acquirer::operator()(const acquisition& from) const {
  const main_file main = co_await find_main_file(from, main_filename);
  const address key = address::of_parts({includes_name});
  const configuration* const includes = main.read.find(key);
  if (includes == nullptr) co_return main.read;

  std::vector<problem> problems;
  std::vector<std::string> paths;
  const auto specs = included_paths(*includes, includes_name, from, main.path, problems);
  for (const auto& spec : specs) {
    const auto found = co_await files_of(from.disk, spec, problems);
    paths.insert(paths.end(), found.begin(), found.end());
  }
  if (paths.size() > max_files) {
    problems.push_back({.key = includes_name,
                        .message = "stands for " + std::to_string(paths.size()) +
                                   " files, more than max_files (" + std::to_string(max_files) +
                                   ")",
                        .source = main.path});
    throw_all(std::move(problems));
  }
  files& disk = from.disk;
  const auto all = co_await map_concurrent(max_concurrent_reads, std::move(paths),
                                           [&disk, name = includes_name](std::string path) {
                                             return read_included(disk, name, std::move(path));
                                           });

  configuration made = main.read.without(key);
  for (const auto& each : all) {
    problems.insert(problems.end(), each.problems.begin(), each.problems.end());
    made = made.merged_with(each.read);
  }
  if (!problems.empty()) throw_all(std::move(problems));
  co_return made;
}

}  // namespace leat::app
