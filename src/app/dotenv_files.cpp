// SPDX-License-Identifier: MIT
#include "app/dotenv_files.hpp"

#include <utility>

#include "leat/app/dotenv.hpp"
#include "leat/coro/map_concurrent.hpp"

#include "app/list_files.hpp"
#include "app/problems.hpp"

namespace leat::app {
namespace {

constexpr std::size_t max_concurrent_reads = 8;

struct read_text {
  std::string text;
  std::vector<problem> problems;
};

task<read_text> read_one(files& disk, std::string path) {
  read_text made;
  try {
    made.text = co_await disk.read(path, dotenv_limits{}.max_bytes);
  } catch (const file_access_failure& e) {
    append_problems(made.problems, e, path);
  }
  co_return made;
}

task<std::vector<std::string>> files_at(files& disk, const std::string& path) {
  std::vector<std::string> made;
  const file_kind found = co_await disk.kind_of(path);
  if (found == file_kind::absent) co_return made;
  if (found != file_kind::folder) {
    made.push_back(path);
    co_return made;
  }
  co_return co_await list_files(disk, path, ".env");
}

}  // namespace

task<environment> with_dotenv_files(files& disk, std::vector<std::string> paths,
                                    environment variables, std::vector<problem>& problems) {
  for (const auto& path : paths) {
    std::vector<std::string> names;
    try {
      names = co_await files_at(disk, path);
    } catch (const file_access_failure& e) {
      append_problems(problems, e, path);
    }
    auto texts = co_await map_concurrent(max_concurrent_reads, names, [&disk](std::string each) {
      return read_one(disk, std::move(each));
    });
    environment::variables found;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      problems.insert(problems.end(), texts[i].problems.begin(), texts[i].problems.end());
      try {
        const environment outer = variables.with_defaults(found);
        for (auto& [name, value] : parse_dotenv(texts[i].text, names[i], outer)) {
          found.insert_or_assign(std::move(name), std::move(value));
        }
      } catch (const invalid_configuration& e) {
        append_problems(problems, e, names[i]);
      }
    }
    variables = variables.with_defaults(found);
  }
  co_return variables;
}

}  // namespace leat::app
