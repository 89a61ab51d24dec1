// SPDX-License-Identifier: MIT
#include "leat/app/dotenv.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "leat/app/error.hpp"

namespace leat::app {
namespace {

bool is_name_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name_part(char c) noexcept {
  return is_name_start(c) || (c >= '0' && c <= '9');
}
bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

/// What a letter stands for behind a backslash in double quotes.
std::optional<char> escaped(char c) noexcept {
  switch (c) {
    case '\\':
    case '"':
    case '\'':
    case '$': return c;
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return std::nullopt;
  }
}

/// Thrown by nobody but the parser, and caught by nobody else: ends one assignment.
struct refused {
  std::string message;
  std::size_t at;
};

class dotenv_parser {
 public:
  dotenv_parser(std::string_view text, const environment& outer, const dotenv_limits& limits)
      : text_(text), outer_(outer), limits_(limits) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  void parse(std::string_view source_name) {
    while (at_ < text_.size() && problems_.size() < limits_.max_problems) {
      const std::size_t line = at_;
      try {
        parse_line();
      } catch (const refused& why) {
        note(why, source_name);
        // From behind the line where it began, or one open quote would hide what follows.
        at_ = line;
        skip_line();
      }
    }
  }

  std::vector<std::pair<std::string, std::string>> values;

  [[nodiscard]] std::vector<problem>& problems() noexcept { return problems_; }

 private:
  [[nodiscard]] bool is_at_end() const noexcept { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const noexcept { return text_[at_]; }

  /// Whether a line ends here, as LF, CR LF or the end of the text.
  [[nodiscard]] bool is_at_line_end() const noexcept {
    return is_at_end() || peek() == '\n' || text_.substr(at_, 2) == "\r\n";
  }
  void skip_blanks() noexcept {
    while (!is_at_end() && is_blank(peek())) ++at_;
  }
  void skip_line() noexcept {
    const std::size_t feed = text_.find('\n', at_);
    at_ = feed == text_.npos ? text_.size() : feed + 1;
  }

  void parse_line() {
    skip_blanks();
    if (is_at_line_end() || peek() == '#') return skip_line();
    std::string name = parse_name();
    if (name == "export" && !is_at_line_end() && is_blank(text_[at_])) {
      skip_blanks();
      if (is_at_end() || peek() != '=') name = parse_name();
    }
    skip_blanks();
    if (is_at_end() || peek() != '=') throw refused{"\"=\" is expected behind the name", at_};
    ++at_;
    skip_blanks();
    const std::size_t begin = at_;
    std::string value = parse_value();
    value_bytes_ += value.size();
    if (value_bytes_ > limits_.max_value_bytes) {
      throw refused{"the values have more than max_value_bytes (" +
                        std::to_string(limits_.max_value_bytes) + ") together",
                    begin};
    }
    assign(std::move(name), std::move(value));
    skip_line();
  }

  std::string parse_name() {
    const std::size_t begin = at_;
    if (is_at_end() || !is_name_start(peek())) {
      throw refused{"a name of letters, digits and underscores is expected", at_};
    }
    while (!is_at_end() && is_name_part(peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string parse_value() {
    if (is_at_line_end()) return {};
    if (peek() == '\'' || peek() == '"') {
      std::string value = parse_quoted(peek());
      skip_blanks();
      if (!is_at_line_end() && peek() != '#') {
        throw refused{"nothing but a comment may follow the closing quote", at_};
      }
      return value;
    }
    std::string value;
    if (peek() == '#') return value;
    std::size_t kept = 0;  // without the white space at the end, unless it was put in
    while (!is_at_line_end()) {
      if (peek() == '#' && is_blank(text_[at_ - 1])) break;
      const bool is_space = is_blank(peek());
      if (!parse_variable(value)) value += next();
      if (!is_space) kept = value.size();
    }
    value.resize(kept);
    return value;
  }

  std::string parse_quoted(char quote) {
    const std::size_t begin = at_++;
    std::string value;
    while (!is_at_end()) {
      const char c = peek();
      if (c == quote) {
        ++at_;
        return value;
      }
      if (c == '\\' && at_ + 1 < text_.size()) {
        const char behind = text_[at_ + 1];
        const bool is_plain = quote == '\'' && behind != '\'' && behind != '\\';
        const auto meant = is_plain ? std::nullopt : escaped(behind);
        if (meant) {
          at_ += 2;
          value += *meant;
          continue;
        }
      }
      if (text_.substr(at_, 2) == "\r\n") ++at_;
      if (quote == '"' && parse_variable(value)) continue;
      value += next();
    }
    throw refused{"the quote is never closed", begin};
  }

  char next() {
    const char c = text_[at_];
    if (c == '\0') throw refused{"a value has no NUL in it", at_};
    ++at_;
    return c;
  }

  /// Puts in what `${...}` stands for. Returns false where there is none.
  bool parse_variable(std::string& to) {
    if (text_.substr(at_, 2) != "${") return false;
    const std::size_t begin = at_;
    at_ += 2;
    const std::string name = parse_name();
    std::string_view otherwise;
    if (text_.substr(at_, 2) == ":-") {
      at_ += 2;
      const std::size_t end = text_.find_first_of("}\n", at_);
      if (end != text_.npos) otherwise = text_.substr(at_, end - at_);
      at_ = std::min(end, text_.size());
    }
    if (is_at_end() || peek() != '}') throw refused{"\"}\" is expected", begin};
    ++at_;

    const std::string value = lookup(name);
    if (otherwise.find('\0') != otherwise.npos) throw refused{"a value has no NUL in it", begin};
    to += value.empty() ? otherwise : value;
    if (to.size() > limits_.max_value_bytes) {
      throw refused{
          "a value has more than max_value_bytes (" + std::to_string(limits_.max_value_bytes) + ")",
          begin};
    }
    return true;
  }

  [[nodiscard]] std::string lookup(std::string_view name) const {
    if (auto found = outer_.find(name)) return std::move(*found);
    const auto found = places_.find(name);
    return found == places_.end() ? std::string() : values[found->second].second;
  }

  void assign(std::string name, std::string value) {
    const auto [found, is_new] = places_.try_emplace(name, values.size());
    if (is_new) {
      values.emplace_back(std::move(name), std::move(value));
    } else {
      values[found->second].second = std::move(value);
    }
  }

  void note(const refused& why, std::string_view source_name) {
    const std::string_view before = text_.substr(0, why.at);
    const std::size_t feed = before.rfind('\n');
    problems_.push_back({.message = why.message,
                         .source = std::string(source_name),
                         .line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
                         .column = feed == before.npos ? why.at + 1 : why.at - feed});
  }

  std::string_view text_;
  const environment& outer_;
  const dotenv_limits& limits_;
  std::map<std::string, std::size_t, std::less<>> places_;  // in `values`
  std::vector<problem> problems_;
  std::size_t at_ = 0;
  std::size_t value_bytes_ = 0;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_dotenv(std::string_view text,
                                                              std::string_view source_name,
                                                              const environment& outer,
                                                              const dotenv_limits& limits) {
  if (text.size() > limits.max_bytes) {
    throw invalid_configuration("environment", {{.message = "has more than max_bytes (" +
                                                            std::to_string(limits.max_bytes) + ")",
                                                 .source = std::string(source_name)}});
  }
  dotenv_parser parser(text, outer, limits);
  parser.parse(source_name);
  if (!parser.problems().empty()) {
    throw invalid_configuration("environment", std::move(parser.problems()));
  }
  return std::move(parser.values);
}

}  // namespace leat::app
