// SPDX-License-Identifier: MIT
#include "leat/app/display.hpp"

#include <array>

namespace leat::app {
namespace {

constexpr std::array words{
    model::enumerator{"stdout", static_cast<std::int64_t>(output_stream::standard_output)},
    model::enumerator{"stderr", static_cast<std::int64_t>(output_stream::standard_error)},
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
  std::int64_t value = 0;
  if (!in.read_enumerator(value, app::words)) return false;
  to = static_cast<app::output_stream>(value);
  return true;
}

void codec<app::output_stream>::write(writer& out, app::output_stream value) {
  out.enumerator_name(static_cast<std::int64_t>(value), app::words);
}

value_form codec<app::output_stream>::form() {
  return {.kind = form_kind::name, .names = app::words};
}

}  // namespace leat::model
