// SPDX-License-Identifier: MIT
#include "model/json_syntax.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <span>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "leat/model/error.hpp"

namespace leat::model {
namespace {

namespace json = boost::json;

/// What the parser tells while it checks a text: all that matters of it are the keys of the
/// objects that are open, because each may occur once.
///
/// RFC 8259, section 4, leaves it to the receiver what a repeated key means. Two receivers
/// that choose differently see two different requests, so nobody gets to choose.
class unique_keys {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  /// Keys without escapes are told as parts of `text`, which saves their copies.
  explicit unique_keys(std::string_view text) : text_(text) {
    keys_.reserve(16);
    first_keys_.reserve(16);
  }

  bool on_object_begin(json::error_code&) {
    first_keys_.push_back(keys_.size());
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    begun_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    const std::string_view last(part.data(), part.size());
    const bool is_in_text =
        std::greater_equal<>()(part.data(), text_.data()) &&
        std::less_equal<>()(part.data() + part.size(), text_.data() + text_.size());
    if (begun_.empty() && is_in_text) {
      keys_.push_back(last);
    } else {
      keys_.push_back(decoded_.emplace_back(begun_.append(last)));
      begun_.clear();
    }
    return true;
  }
  bool on_object_end(std::size_t, json::error_code& failure) {
    const std::size_t first = first_keys_.back();
    first_keys_.pop_back();
    if (has_repeated(first)) {
      failure = json::error::object_too_large;  // any; the repeated key is what counts
      return false;
    }
    keys_.resize(first);
    if (keys_.empty()) decoded_.clear();
    return true;
  }

  [[nodiscard]] const std::string& repeated_key() const noexcept { return repeated_; }
  [[nodiscard]] bool has_repeated_key() const noexcept { return has_repeated_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  /// Whether a key from number `first` on occurs twice. Few keys are compared each with
  /// each; many are sorted, so that no peer can make this quadratic.
  bool has_repeated(std::size_t first) {
    constexpr std::size_t few = 16;
    const std::span keys = std::span(keys_).subspan(first);
    if (keys.size() <= few) {
      for (std::size_t a = 0; a < keys.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
          if (keys[a] == keys[b]) return note(keys[a]);
        }
      }
      return false;
    }
    std::ranges::sort(keys);
    const auto twice = std::ranges::adjacent_find(keys);
    return twice != keys.end() && note(*twice);
  }

  bool note(std::string_view key) {
    repeated_ = key;
    has_repeated_ = true;
    return true;
  }

  std::string_view text_;
  std::vector<std::string_view> keys_;   // of all open objects
  std::vector<std::size_t> first_keys_;  // for each open object, the number of its first key
  std::list<std::string> decoded_;       // the keys that had escapes
  std::string begun_;                    // the parts of a key so far
  std::string repeated_;
  bool has_repeated_ = false;
};

std::string reason_of(const json::error_code& failure, const unique_keys& keys) {
  constexpr std::size_t longest_shown = 64;
  if (keys.has_repeated_key()) {
    const std::string& key = keys.repeated_key();
    const bool is_long = key.size() > longest_shown;
    return "the object that ends here has the key \"" + key.substr(0, longest_shown) +
           (is_long ? "...\" twice" : "\" twice");
  }
  return failure.message();
}

constexpr bool ends_scalar(char c) noexcept {
  return c == ',' || c == ']' || c == '}' || is_json_space(c);
}

constexpr unsigned hex_digit(char c) noexcept {
  if (c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

constexpr unsigned hex_unit(const char* digits) noexcept {
  return hex_digit(digits[0]) << 12 | hex_digit(digits[1]) << 8 | hex_digit(digits[2]) << 4 |
         hex_digit(digits[3]);
}

void append_code_point(std::string& to, unsigned point) {
  const auto put = [&](unsigned byte) { to += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

}  // namespace

void check_json(std::string_view text, const json_options& limits) {
  if (text.size() > limits.max_bytes) {
    throw document_limit_exceeded("JSON text of " + std::to_string(text.size()) +
                                  " bytes is longer than max_bytes (" +
                                  std::to_string(limits.max_bytes) + ")");
  }

  json::parse_options options;
  options.max_depth = limits.max_depth;
  json::basic_parser<unique_keys> parser(options, text);
  json::error_code failure;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), failure);
  if (!failure && used < text.size()) failure = json::error::extra_data;
  if (!failure) return;

  if (failure == json::error::too_deep) {
    throw document_limit_exceeded("JSON text nests deeper than max_depth (" +
                                  std::to_string(limits.max_depth) + ")");
  }
  const std::string_view before = text.substr(0, used);
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::size_t last_feed = before.rfind('\n');
  const std::size_t column = last_feed == before.npos ? used : used - last_feed - 1;
  throw parse_error("JSON", reason_of(failure, parser.handler()), used, lines + 1, column + 1);
}

std::size_t json_scanner::end_of_string(std::size_t position) const noexcept {
  const std::size_t quote = text_.find('"', position + 1);
  if (text_[quote - 1] != '\\') return quote + 1;

  // The quotation mark may be escaped, or the backslash in front of it.
  ++position;
  while (text_[position] != '"') position += text_[position] == '\\' ? 2 : 1;
  return position + 1;
}

std::size_t json_scanner::end_of_value(std::size_t position) const noexcept {
  const char first = text_[position];
  if (first == '"') return end_of_string(position);
  if (first != '{' && first != '[') {
    while (position < text_.size() && !ends_scalar(text_[position])) ++position;
    return position;
  }
  std::size_t depth = 0;
  for (;;) {
    switch (text_[position]) {
      case '"': position = end_of_string(position); continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (--depth == 0) return position + 1;
        break;
      default: break;
    }
    ++position;
  }
}

void json_scanner::decode_string(std::size_t begin, std::size_t end, std::string& to) const {
  std::string_view rest = text_.substr(begin + 1, end - begin - 2);
  for (;;) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    to.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.empty()) return;

    const char escaped = rest[1];
    std::size_t used = 2;
    switch (escaped) {
      case 'b': to += '\b'; break;
      case 'f': to += '\f'; break;
      case 'n': to += '\n'; break;
      case 'r': to += '\r'; break;
      case 't': to += '\t'; break;
      case 'u': {
        unsigned point = hex_unit(rest.data() + 2);
        used = 6;
        // The text was checked: a leading surrogate is followed by a trailing one.
        if (point >= 0xD800 && point < 0xDC00) {
          point = 0x10000 + ((point - 0xD800) << 10) + (hex_unit(rest.data() + 8) - 0xDC00);
          used = 12;
        }
        append_code_point(to, point);
        break;
      }
      default: to += escaped;  // a quotation mark or a slash of either kind
    }
    rest.remove_prefix(used);
  }
}

void json_scanner::compact(std::size_t begin, std::size_t end, std::string& to) const {
  for (std::size_t position = begin; position < end;) {
    const std::size_t run = position;
    while (position < end && !is_json_space(text_[position])) {
      position = text_[position] == '"' ? end_of_string(position) : position + 1;
    }
    to.append(text_, run, position - run);
    position = skip_space(position);
  }
}

}  // namespace leat::model
