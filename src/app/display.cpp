// SPDX-License-Identifier: MIT
#include "leat/app/display.hpp"

#include <array>

#include "app/words.hpp"

namespace leat::app {
namespace {

constexpr std::array words{
    word("stdout", output_stream::standard_output),
    word("stderr", output_stream::standard_error),
};

}  // namespace

bool determine_colorization(const display_options& options, bool is_terminal,
                            const environment& variables) {
  if (options.assume_rich_terminal) return options.colorize;
  if (!options.colorize) return false;
  // https://no-color.org: set to anything but nothing.
  if (const auto value = variables.find("NO_COLOR"); value && !value->empty()) return false;
  return is_terminal;
}

}  // namespace leat::app

namespace leat::model {

bool codec<app::output_stream>::read(reader& in, app::output_stream& to) {
  return app::read_word(in, to, app::words);
}
void codec<app::output_stream>::write(writer& out, app::output_stream value) {
  app::write_word(out, value, app::words);
}
value_form codec<app::output_stream>::form() {
  return app::form_of_words(app::words);
}

}  // namespace leat::model
