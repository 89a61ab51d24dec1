// SPDX-License-Identifier: MIT
#include "leat/app/distribution.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "leat/app/error.hpp"

#include "app/text.hpp"
#include "app/toml_text.hpp"

namespace leat::app {
namespace {

constexpr std::size_t max_manifest_bytes = std::size_t{1024} * 1024;

std::vector<std::string> ceilings_of(const environment& variables) {
  std::vector<std::string> ceilings;
  const std::string all = variables.find("GIT_CEILING_DIRECTORIES").value_or("");
  for (std::size_t begin = 0; begin <= all.size();) {
    const std::size_t end = std::min(all.find(':', begin), all.size());
    std::string each = all.substr(begin, end - begin);
    while (each.size() > 1 && each.ends_with('/')) each.pop_back();
    if (is_absolute_path(each)) ceilings.push_back(std::move(each));
    begin = end + 1;
  }
  return ceilings;
}

/// `a/b/../c/.` without the dots; what leads out of the root stays there.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
    begin = end + 1;
  }
  std::string made;
  for (const std::string_view part : parts) made.append("/").append(part);
  return made.empty() ? "/" : made;
}

}  // namespace

distribution::distribution(std::string name, std::string location, bool is_editable)
    : name_(std::move(name)), location_(std::move(location)), is_editable_(is_editable) {}

std::string distribution::data_location(std::initializer_list<std::string_view> parts) const {
  std::string path = joined_path(location_, "data");
  for (const std::string_view part : parts) path.append("/").append(part);
  return path;
}

task<distribution> find_distribution(files& disk, distribution_search search,
                                     environment variables) {
  std::string executable = search.executable;
  if (executable.empty() && (!search.installed.empty() || search.anchor.empty())) {
    executable = co_await disk.read_link("/proc/self/exe");
  }
  if (!search.installed.empty()) {
    const std::string folder = without_dots(joined_path(parent_path(executable), search.installed));
    const file_kind found = co_await disk.kind_of(folder);
    if (found == file_kind::folder) co_return distribution(search.name, folder);
  }

  const std::string anchor = search.anchor.empty() ? executable : search.anchor;
  if (!is_absolute_path(anchor)) {
    throw file_locate_failure("project root", search.manifest,
                              "the anchor " + anchor + " is no absolute path");
  }
  std::string folder = without_dots(anchor);
  const file_kind begins_at = co_await disk.kind_of(folder);
  if (begins_at != file_kind::folder) folder = std::string(parent_path(folder));

  const std::string first = folder;
  const auto ceilings = ceilings_of(variables);
  for (;;) {
    const bool is_ceiling = std::ranges::find(ceilings, folder) != ceilings.end();
    if (is_ceiling && folder != first) break;
    const std::string manifest = joined_path(folder, search.manifest);
    const file_kind found = co_await disk.kind_of(manifest);
    if (found == file_kind::file) {
      const std::string text = co_await disk.read(manifest, max_manifest_bytes);
      co_return distribution(project_name_of(text, manifest), folder, true);
    }
    if (folder == "/") break;
    folder = std::string(parent_path(folder));
  }
  throw file_locate_failure("project root", search.manifest,
                            "not in " + first + " nor in a folder above it");
}

}  // namespace leat::app
