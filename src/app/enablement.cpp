// SPDX-License-Identifier: MIT
#include "leat/app/enablement.hpp"

#include <array>

#include "leat/base/error.hpp"

#include "app/words.hpp"

namespace leat::app {
namespace {

constexpr std::array words{
    word("disable", enablement::disable),
    word("retain", enablement::retain),
    word("enable", enablement::enable),
};

}  // namespace

bool is_enabled(enablement what) {
  if (is_retain(what)) {
    throw invalid_argument(
        "\"retain\" is neither on nor off where nothing is there to be retained");
  }
  return what == enablement::enable;
}

}  // namespace leat::app

namespace leat::model {

bool codec<app::enablement>::read(reader& in, app::enablement& to) {
  return app::read_word(in, to, app::words);
}
void codec<app::enablement>::write(writer& out, app::enablement value) {
  app::write_word(out, value, app::words);
}
value_form codec<app::enablement>::form() {
  return app::form_of_words(app::words);
}

}  // namespace leat::model
