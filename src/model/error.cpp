// SPDX-License-Identifier: MIT
#include "leat/model/error.hpp"

#include <array>
#include <utility>

#include "leat/base/error_detail.hpp"

namespace leat::model {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::syntax), "malformed document", caller_fault},
    error_entry{static_cast<int>(errc::invalid), "document does not fit its type", caller_fault},
    error_entry{static_cast<int>(errc::not_writable), "value has no form in the document",
                caller_fault},
    error_entry{static_cast<int>(errc::limit_exceeded), "document exceeds a limit", caller_fault},
};

constinit const table_category model_category("leat.model", entries);

std::string at(std::size_t line, std::size_t column) {
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Keys come from the document and may hold anything; `what()` is one line.
std::string one_line(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte != 0x7F) {
      shown += c;
    } else {
      shown += "\\x";
      shown += digits[byte >> 4];
      shown += digits[byte & 0xF];
    }
  }
  return shown;
}

std::string told(std::string_view source, const std::vector<problem>& problems, bool is_complete) {
  std::string text(source);
  text += " is not valid: ";
  const char* separator = "";
  for (const auto& each : problems) {
    text += separator;
    if (!each.where.empty()) text += one_line(each.where);
    std::string place = one_line(each.source);
    if (each.line != 0) place += (place.empty() ? "" : " ") + at(each.line, each.column);
    if (!place.empty()) {
      text += each.where.empty() ? "" : " ";
      text += "(" + place + ")";
    }
    if (!each.where.empty() || !place.empty()) text += ": ";
    text += one_line(each.message);
    separator = "; ";
  }
  if (!is_complete) text += "; and more";
  return text;
}

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), model_category};
}

std::string_view to_string(problem_kind kind) noexcept {
  switch (kind) {
    case problem_kind::missing: return "missing";
    case problem_kind::unknown_key: return "unknown_key";
    case problem_kind::wrong_type: return "wrong_type";
    case problem_kind::out_of_range: return "out_of_range";
    case problem_kind::wrong_length: return "wrong_length";
    case problem_kind::bad_characters: return "bad_characters";
    case problem_kind::unknown_name: return "unknown_name";
    case problem_kind::bad_format: return "bad_format";
  }
  return "unknown";
}

parse_error::parse_error(std::string_view source, std::string_view reason, std::size_t offset,
                         std::size_t line, std::size_t column)
    : error(errc::syntax,
            one_line(std::string(source) + " " + at(line, column) + ": " + std::string(reason))),
      reason_(one_line(reason)),
      offset_(offset),
      line_(line),
      column_(column) {}

error_details parse_error::own_details() const {
  return {{"reason", reason_},
          {"line", static_cast<std::int64_t>(line_)},
          {"column", static_cast<std::int64_t>(column_)}};
}

validation_error::validation_error(std::string_view source, std::vector<problem> problems,
                                   bool is_complete)
    : error(errc::invalid, told(source, problems, is_complete)),
      problems_(std::move(problems)),
      subject_(source),
      is_complete_(is_complete) {}

error_details validation_error::own_details() const {
  std::vector<error_details> all;
  for (const auto& each : problems_) {
    error_details one;
    if (!each.where.empty()) one.push_back({"key", each.where});
    one.push_back({"message", each.message});
    if (!each.source.empty()) one.push_back({"source", each.source});
    if (each.line != 0) {
      one.push_back({"line", static_cast<std::int64_t>(each.line)});
      one.push_back({"column", static_cast<std::int64_t>(each.column)});
    }
    all.push_back(std::move(one));
  }
  return {{summary_key, subject_ + " is not valid"},
          {"problems", std::move(all)},
          {"is_complete", is_complete_}};
}

}  // namespace leat::model
