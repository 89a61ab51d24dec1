// SPDX-License-Identifier: MIT
#include "app/problems.hpp"

#include <string>
#include <utility>

#include "leat/model/error.hpp"

namespace leat::app {

void append_problems(std::vector<problem>& to, const leat::error& failure,
                     std::string_view source) {
  if (const auto* const listed = dynamic_cast<const invalid_configuration*>(&failure)) {
    to.insert(to.end(), listed->problems().begin(), listed->problems().end());
  } else if (const auto* const file = dynamic_cast<const file_access_failure*>(&failure)) {
    to.push_back({.message = file->reason(), .source = file->path()});
  } else if (const auto* const syntax = dynamic_cast<const model::parse_error*>(&failure)) {
    to.push_back({.message = syntax->reason(),
                  .source = std::string(source),
                  .line = syntax->line(),
                  .column = syntax->column()});
  } else if (const auto* const misfit = dynamic_cast<const model::validation_error*>(&failure)) {
    for (const auto& each : misfit->problems()) {
      to.push_back({.key = each.where,
                    .message = each.message,
                    .source = each.source.empty() ? std::string(source) : each.source,
                    .line = each.line,
                    .column = each.column,
                    .is_absence = each.kind == model::problem_kind::missing});
    }
    if (!misfit->is_complete()) {
      to.push_back({.message = "there are more problems", .source = std::string(source)});
    }
  } else {
    to.push_back({.message = failure.what(), .source = std::string(source)});
  }
}

problem problem_at(const configuration& value, std::string key, std::string message) {
  return {.key = std::move(key),
          .message = std::move(message),
          .source = value.origin().source,
          .line = value.origin().line,
          .column = value.origin().column};
}

}  // namespace leat::app
