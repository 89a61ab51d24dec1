// SPDX-License-Identifier: MIT
#include "leat/app/enablement.hpp"

#include <array>

#include "leat/base/error.hpp"

namespace leat::app {
namespace {

constexpr std::array words{
    model::enumerator{"disable", static_cast<std::int64_t>(enablement::disable)},
    model::enumerator{"retain", static_cast<std::int64_t>(enablement::retain)},
    model::enumerator{"enable", static_cast<std::int64_t>(enablement::enable)},
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
  std::int64_t value = 0;
  if (!in.read_enumerator(value, app::words)) return false;
  to = static_cast<app::enablement>(value);
  return true;
}

void codec<app::enablement>::write(writer& out, app::enablement value) {
  out.enumerator_name(static_cast<std::int64_t>(value), app::words);
}

value_form codec<app::enablement>::form() {
  return {.kind = form_kind::name, .names = app::words};
}

}  // namespace leat::model
