// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "leat/model/json.hpp"
#include "leat/model/reader.hpp"

#include "model/json_syntax.hpp"
#include "model/number_text.hpp"

namespace leat::model {
namespace {

value_kind kind_of(char first) noexcept {
  switch (first) {
    case '{': return value_kind::object;
    case '[': return value_kind::array;
    case '"': return value_kind::string;
    case 't':
    case 'f': return value_kind::boolean;
    case 'n': return value_kind::null;
    default: return value_kind::number;
  }
}

/// Reads straight from the text, which has been checked as a whole before: it needs no tree,
/// and it can be wrong about no bracket.
class json_reader final : public reader {
 public:
  json_reader(std::string_view text, const json_options& options)
      : reader(path_style::json_pointer, options.on_unknown_key, options.max_problems),
        scan_(text),
        value_(scan_.skip_space(0)) {}

  using reader::throw_if_invalid;

  [[nodiscard]] value_kind kind() const override { return kind_of(scan_.at(value_)); }

 private:
  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);

  bool boolean() override { return scan_.at(value_) == 't'; }
  number_value number() override { return parse_number(token()); }

  void copy_string(std::string& to) override {
    to.clear();
    scan_.decode_string(value_, find_end(), to);
  }

  bool copy_json(json_text& to) override {
    std::string text;
    scan_.compact(value_, find_end(), text);
    to = json_text::from_checked(std::move(text));
    return true;
  }

  void visit_elements(detail::function_ref<void()> visit) override {
    const std::size_t begin = value_;
    std::size_t next = scan_.skip_space(begin + 1);
    while (scan_.at(next) != ']') {
      stand_on(next);
      visit();
      next = behind_comma(find_end());
    }
    value_ = begin;
    end_ = next + 1;
  }

  void visit_members(detail::function_ref<void(std::string_view)> visit) override {
    const std::size_t begin = value_;
    std::string decoded;
    std::size_t next = scan_.skip_space(begin + 1);
    while (scan_.at(next) != '}') {
      const std::size_t end_of_key = scan_.end_of_string(next);
      std::string_view key = scan_.text().substr(next + 1, end_of_key - next - 2);
      if (key.find('\\') != key.npos) {
        decoded.clear();
        scan_.decode_string(next, end_of_key, decoded);
        key = decoded;
      }
      const std::size_t colon = scan_.skip_space(end_of_key);
      stand_on(scan_.skip_space(colon + 1));
      visit(key);
      next = behind_comma(find_end());
    }
    value_ = begin;
    end_ = next + 1;
  }

  position where() override {
    move_line_to(value_);
    return {line_, value_ - line_begin_ + 1, {}};
  }

  void stand_on(std::size_t value) noexcept {
    value_ = value;
    end_ = unknown;
  }

  /// The end of the value we stand on, looked for once.
  std::size_t find_end() noexcept {
    if (end_ == unknown) end_ = scan_.end_of_value(value_);
    return end_;
  }

  [[nodiscard]] std::string_view token() noexcept {
    return scan_.text().substr(value_, find_end() - value_);
  }

  [[nodiscard]] std::size_t behind_comma(std::size_t end) const noexcept {
    const std::size_t next = scan_.skip_space(end);
    return scan_.at(next) == ',' ? scan_.skip_space(next + 1) : next;
  }

  /// Counts lines from the last position that was asked for, forwards or backwards: problems
  /// come nearly in order, and a text may hold many.
  void move_line_to(std::size_t target) noexcept {
    const std::string_view text = scan_.text();
    if (target >= counted_) {
      for (std::size_t i = counted_; i < target; ++i) {
        if (text[i] != '\n') continue;
        ++line_;
        line_begin_ = i + 1;
      }
    } else if (target < line_begin_) {
      const auto passed = text.substr(target, line_begin_ - target);
      line_ -= static_cast<std::size_t>(std::ranges::count(passed, '\n'));
      const std::size_t feed = target == 0 ? text.npos : text.rfind('\n', target - 1);
      line_begin_ = feed == text.npos ? 0 : feed + 1;
    }
    counted_ = target;
  }

  json_scanner scan_;
  std::size_t value_;          // where the value we stand on begins
  std::size_t end_ = unknown;  // and ends
  std::size_t counted_ = 0;
  std::size_t line_ = 1;
  std::size_t line_begin_ = 0;
};

}  // namespace

void detail::read_json(std::string_view text, const json_options& options,
                       function_ref<void(reader&)> read) {
  check_json(text, options);
  json_reader in(text, options);
  read(in);
  in.throw_if_invalid("JSON");
}

json_text::json_text() : text_("null") {}

std::string json_text::take() && {
  return std::exchange(text_, "null");
}

bool operator==(const json_text& a, const json_text& b) noexcept = default;

json_text json_text::from_checked(std::string text) {
  json_text made;
  made.text_ = std::move(text);
  return made;
}

json_text json_text::parse(std::string_view text, const json_options& options) {
  check_json(text, options);
  std::string kept;
  json_scanner(text).compact(0, text.size(), kept);
  return from_checked(std::move(kept));
}

value_kind json_text::kind() const noexcept {
  return kind_of(text_.front());
}

}  // namespace leat::model
