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

/// A file as far as it could be read, and what is wrong with it.
struct read_part {
  configuration read;
  std::vector<problem> problems;
};

struct main_file {
  read_part part;
  std::string path;
};

read_part parsed(std::string_view text, const std::string& path) {
  read_part made;
  try {
    made.read = configuration::parse(text, path);
  } catch (const invalid_configuration& e) {
    made.problems = e.problems();
  }
  return made;
}

task<read_part> read_file(files& disk, std::string path) {
  read_part failed;
  try {
    const std::string text = co_await disk.read(path, max_file_bytes);
    co_return parsed(text, path);
  } catch (const file_access_failure& e) {
    append_problems(failed.problems, e, path);
  }
  co_return failed;
}

/// Whether the file is there, if need be because a template was copied.
task<bool> discover(const acquisition& from, std::string path, std::string filename) {
  const file_kind found = co_await from.disk.kind_of(path);
  if (found != file_kind::absent) co_return true;
  const std::string original = from.distribution.data_location({"configuration", filename});
  const file_kind has_template = co_await from.disk.kind_of(original);
  if (has_template == file_kind::absent) co_return false;
  std::string text = co_await from.disk.read(original, max_file_bytes);
  // Another process may be faster; its file is as good, and is the one that is read.
  static_cast<void>(co_await from.disk.install(std::move(path), std::move(text)));
  co_return true;
}

task<main_file> find_main_file(const acquisition& from, const std::string& filename) {
  const configuration_source& source = from.source;
  main_file made{{}, joined_path(from.directories.configuration, filename)};
  if (source.kind == configuration_source::source_kind::text) {
    made.part = parsed(source.value, {});
    co_return made;
  }
  if (source.kind == configuration_source::source_kind::file) {
    made.path = source.value;
  } else {
    try {
      const bool is_there = co_await discover(from, made.path, filename);
      if (!is_there) co_return made;
    } catch (const file_access_failure& e) {
      append_problems(made.part.problems, e, made.path);
    }
    if (!made.part.problems.empty()) co_return made;
  }
  made.part = co_await read_file(from.disk, made.path);
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

task<read_part> read_included(files& disk, std::string includes_name, std::string path) {
  read_part made = co_await read_file(disk, std::move(path));
  if (const auto* const nested = made.read.find(address::of_parts({includes_name}))) {
    made.problems.push_back(problem_at(*nested, includes_name, "belongs into the main file"));
  }
  co_return made;
}

task<read_part> read_all(const toml_acquirer& how, const acquisition& from) {
  main_file main = co_await find_main_file(from, how.main_filename);
  const address key = address::of_parts({how.includes_name});
  const configuration* const includes = main.part.read.find(key);
  if (includes == nullptr) co_return std::move(main.part);

  std::vector<problem> problems = std::move(main.part.problems);
  std::vector<std::string> paths;
  const auto specs = included_paths(*includes, how.includes_name, from, main.path, problems);
  for (const auto& spec : specs) {
    const auto found = co_await files_of(from.disk, spec, problems);
    paths.insert(paths.end(), found.begin(), found.end());
  }
  if (paths.size() > how.max_files) {
    problems.push_back({.key = how.includes_name,
                        .message = "stands for " + std::to_string(paths.size()) +
                                   " files, more than max_files (" + std::to_string(how.max_files) +
                                   ")",
                        .source = main.path});
    paths.clear();
  }
  files& disk = from.disk;
  const auto all = co_await map_concurrent(how.max_concurrent_reads, std::move(paths),
                                           [&disk, name = how.includes_name](std::string path) {
                                             return read_included(disk, name, std::move(path));
                                           });

  read_part made{main.part.read.without(key), std::move(problems)};
  for (const auto& each : all) {
    made.problems.insert(made.problems.end(), each.problems.begin(), each.problems.end());
    made.read = made.read.merged_with(each.read);
  }
  co_return made;
}

}  // namespace

task<configuration> toml_acquirer::operator()(const acquisition& from) const {
  read_part all = co_await read_all(*this, from);
  if (!all.problems.empty()) {
    if (from.problems == nullptr) {
      throw invalid_configuration("configuration", std::move(all.problems));
    }
    from.problems->insert(from.problems->end(), all.problems.begin(), all.problems.end());
  }
  co_return std::move(all.read);
}

}  // namespace leat::app
