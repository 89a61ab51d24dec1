// SPDX-License-Identifier: MIT
#include "app/list_files.hpp"

#include "app/text.hpp"

namespace leat::app {

task<std::vector<std::string>> list_files(files& disk, std::string folder,
                                          std::string_view ending) {
  std::vector<std::string> paths;
  const auto names = co_await disk.list(folder);
  for (const auto& name : names) {
    if (name.ends_with(ending)) paths.push_back(joined_path(folder, name));
  }
  co_return paths;
}

}  // namespace leat::app
