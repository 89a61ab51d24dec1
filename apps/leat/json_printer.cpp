// SPDX-License-Identifier: MIT
#include "json_printer.hpp"

#include <algorithm>
#include <utility>

namespace cli {
namespace {

constexpr const char* key_colour = "\x1b[1;34m";
constexpr const char* string_colour = "\x1b[32m";
constexpr const char* number_colour = "\x1b[36m";
constexpr const char* name_colour = "\x1b[35m";  // true, false, null
constexpr const char* no_colour = "\x1b[0m";

bool is_white_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string json_printer::print(std::string_view piece) {
  out_.clear();
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (is_too_deep_) {
      out_ += piece.substr(i);
      break;
    }
    take(piece[i]);
  }
  return std::move(out_);
}

std::string json_printer::finish() {
  out_.clear();
  end_word();
  if (token_ == token::string) end_colour();
  if (has_value_before_ || !objects_.empty() || token_ != token::none) out_ += '\n';
  return std::move(out_);
}

void json_printer::take(char c) {
  if (token_ == token::string) return take_in_string(c);
  const bool ends_word =
      is_white_space(c) || std::string_view("{}[],:\"").find(c) != std::string_view::npos;
  if (ends_word) end_word();
  if (is_white_space(c)) return;
  switch (c) {
    case '{':
    case '[': return open(c);
    case '}':
    case ']': return close(c);
    case ',':
      out_ += ',';
      new_line();
      is_key_next_ = is_in_object();
      return;
    case ':': out_ += ": "; return;
    case '"':
      begin_value();
      begin_colour(is_key_next_ ? key_colour : string_colour);
      is_key_next_ = false;
      token_ = token::string;
      out_ += c;
      return;
    default:
      if (token_ == token::none) {
        begin_value();
        begin_colour(c == '-' || (c >= '0' && c <= '9') ? number_colour : name_colour);
        token_ = token::word;
      }
      out_ += c;
  }
}

void json_printer::take_in_string(char c) {
  out_ += c;
  if (is_escaped_) {
    is_escaped_ = false;
  } else if (c == '\\') {
    is_escaped_ = true;
  } else if (c == '"') {
    end_colour();
    token_ = token::none;
    has_value_before_ = objects_.empty();
  }
}

/// What stands between a value and what is in front of it.
void json_printer::begin_value() {
  if (is_just_opened_ || (objects_.empty() && has_value_before_)) new_line();
  is_just_opened_ = false;
  has_value_before_ = false;
}

void json_printer::open(char bracket) {
  begin_value();
  out_ += bracket;
  if (objects_.size() == max_depth) {
    is_too_deep_ = true;
    return;
  }
  objects_.push_back(bracket == '{');
  is_just_opened_ = true;
  is_key_next_ = bracket == '{';
}

void json_printer::close(char bracket) {
  if (!objects_.empty()) objects_.pop_back();
  if (!std::exchange(is_just_opened_, false)) new_line();
  out_ += bracket;
  is_key_next_ = false;
  has_value_before_ = objects_.empty();
}

void json_printer::end_word() {
  if (token_ != token::word) return;
  end_colour();
  token_ = token::none;
  has_value_before_ = objects_.empty();
}

void json_printer::new_line() {
  out_ += '\n';
  out_.append(2 * std::min(objects_.size(), max_indent), ' ');
}

void json_printer::begin_colour(const char* colour) {
  if (colours_) out_ += colour;
}

void json_printer::end_colour() {
  if (colours_) out_ += no_colour;
}

}  // namespace cli
