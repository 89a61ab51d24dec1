// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Lays JSON out for people while it comes, with a line for each value, and in colours if they are
/// wanted. It keeps one bit for each open bracket and nothing else, so a document may be of any
/// size. What is no JSON is shown all the same, in some layout.
class json_printer {
 public:
  explicit json_printer(bool colours) noexcept : colours_(colours) {}

  /// What `piece` looks like behind the pieces before it.
  [[nodiscard]] std::string print(std::string_view piece);
  /// What belongs behind the last piece.
  [[nodiscard]] std::string finish();

  /// What lies deeper is shown as it comes: its layout would be wider than any screen, and somebody
  /// could send nothing but brackets.
  static constexpr std::size_t max_depth = 1000;
  /// Levels that are indented; those below stand as far to the right as these.
  static constexpr std::size_t max_indent = 64;

 private:
  enum class token : unsigned char { none, string, word };

  void take(char c);
  void take_in_string(char c);
  void begin_value();
  void open(char bracket);
  void close(char bracket);
  void end_word();
  void new_line();
  void begin_colour(const char* colour);
  void end_colour();
  [[nodiscard]] bool is_in_object() const noexcept { return !objects_.empty() && objects_.back(); }

  std::string out_;
  std::vector<bool> objects_;  // for each open bracket, whether it is a brace
  token token_ = token::none;
  bool colours_;
  bool is_escaped_ = false;
  bool is_key_next_ = false;
  bool is_just_opened_ = false;    // the bracket before has nothing in it so far
  bool has_value_before_ = false;  // at the top, where values can follow each other
  bool is_too_deep_ = false;
};

}  // namespace cli
