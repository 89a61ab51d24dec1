// SPDX-License-Identifier: MIT
#include "app/inscription_settings.hpp"

#include <cstddef>
#include <utility>

#include "leat/model/describe.hpp"

#include "app/problems.hpp"

namespace leat::app {
namespace {

enum class file_handling : std::uint8_t { append, truncate, rotate };
BOOST_DESCRIBE_ENUM(file_handling, append, truncate, rotate)

struct inscription_settings {
  std::optional<log::level> level;
  std::optional<log::presentation> presentation;
  std::optional<std::string> file;
  std::optional<file_handling> mode;
  std::optional<std::uint64_t> max_bytes;
  std::optional<std::uint64_t> kept_files;
};
BOOST_DESCRIBE_STRUCT(inscription_settings, (),
                      (level, presentation, file, mode, max_bytes, kept_files))

consteval auto leat_rules(const inscription_settings*) {
  using namespace leat::model::rules;
  return list(field<&inscription_settings::file>(min_length(1)),
              field<&inscription_settings::max_bytes>(at_least(1)),
              field<&inscription_settings::kept_files>(at_most(most_kept_files)));
}

const address& table_address() {
  static const address where("inscription");
  return where;
}

/// What fits none of the others.
void check_combination(const inscription_settings& read, const configuration& table,
                       bool is_partial, std::vector<problem>& problems) {
  const auto refuse = [&](const char* key, const char* why) {
    if (const configuration* const at = table.find(address::of_parts({key}))) {
      problems.push_back(problem_at(*at, std::string("inscription.") + key, why));
    }
  };
  if (read.mode && *read.mode != file_handling::rotate) {
    for (const char* const key : {"max_bytes", "kept_files"}) {
      refuse(key, "is for a file that rotates: mode = \"rotate\"");
    }
  }
  // It may be in what could not be read.
  if (is_partial || table.contains(address::of_parts({"file"}))) return;
  for (const char* const key : {"mode", "max_bytes", "kept_files"}) {
    refuse(key, "says nothing without a file");
  }
}

std::optional<log::sink> target_of(inscription_settings read) {
  if (!read.file) return std::nullopt;
  const rotation_settings rotates{read.max_bytes, read.kept_files};
  const auto otherwise = rotates.is_empty() ? file_handling::append : file_handling::rotate;
  switch (read.mode.value_or(otherwise)) {
    case file_handling::append: return log::sink::file(*std::move(read.file));
    case file_handling::truncate:
      return log::sink::file(*std::move(read.file), log::file_mode::truncate);
    case file_handling::rotate: break;
  }
  return log::sink::rotating_file(*std::move(read.file), rotates.rotation());
}

}  // namespace

log::rotation rotation_settings::rotation() const {
  log::rotation made;
  if (max_bytes) made.max_bytes = *max_bytes;
  if (kept_files) made.kept_files = static_cast<std::size_t>(*kept_files);
  return made;
}

void read_inscription(inscription& how, const configuration& all, bool is_partial,
                      std::vector<problem>& problems) {
  const configuration* const table = all.find(table_address());
  if (table == nullptr) return;
  inscription_settings read;
  try {
    all.read_into(read, table_address());
  } catch (const invalid_configuration& e) {
    append_problems(problems, e, {});
  }
  check_combination(read, *table, is_partial, problems);
  if (read.level) how.level = *read.level;
  if (read.presentation) {
    how.presentation = *read.presentation;
    how.chooses_presentation = false;
  }
  if (auto target = target_of(std::move(read))) how.target = std::move(target);
}

std::optional<log::level> read_level(const configuration& text, std::vector<problem>& problems) {
  try {
    return text.to<log::level>();
  } catch (const invalid_configuration& e) {
    append_problems(problems, e, {});
  }
  return std::nullopt;
}

}  // namespace leat::app
