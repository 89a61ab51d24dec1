// SPDX-License-Identifier: MIT
// The words for levels and presentations of a log, in documents and on command lines.

#include <array>
#include <cstddef>
#include <string>

#include "leat/app/inscription.hpp"

#include "app/words.hpp"

namespace leat::app {
namespace {

/// Those of the enumerations of `log`, from the first enumerator to `Last`.
template <auto Last>
word_list words_up_to() {
  static const auto all = [] {
    std::array<model::enumerator, static_cast<std::size_t>(Last) + 1> made{};
    for (std::size_t i = 0; i < made.size(); ++i) {
      const auto value = static_cast<decltype(Last)>(i);
      made[i] = word(to_string(value), value);
    }
    return made;
  }();
  return all;
}

word_list level_words() {
  return words_up_to<log::level::off>();
}
word_list presentation_words() {
  return words_up_to<log::presentation::rich>();
}

/// By a parser of `log`, which knows more spellings than there are words to tell.
template <class Enum, class Parser>
bool read_spelling(model::reader& in, Enum& to, Parser parse, word_list words) {
  if (in.kind() == model::value_kind::string) {
    std::string text;
    if (!in.read_string(text)) return false;
    if (const auto found = parse(text)) {
      to = *found;
      return true;
    }
  }
  return read_word(in, to, words);
}

}  // namespace
}  // namespace leat::app

namespace leat::model {

bool codec<log::level>::read(reader& in, log::level& to) {
  return app::read_spelling(in, to, &log::parse_level, app::level_words());
}
void codec<log::level>::write(writer& out, log::level value) {
  app::write_word(out, value, app::level_words());
}
value_form codec<log::level>::form() {
  return app::form_of_words(app::level_words());
}

bool codec<log::presentation>::read(reader& in, log::presentation& to) {
  return app::read_spelling(in, to, &log::parse_presentation, app::presentation_words());
}
void codec<log::presentation>::write(writer& out, log::presentation value) {
  app::write_word(out, value, app::presentation_words());
}
value_form codec<log::presentation>::form() {
  return app::form_of_words(app::presentation_words());
}

}  // namespace leat::model
