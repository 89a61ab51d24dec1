// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "leat/model/codec.hpp"

namespace leat::app {

/// A setting that switches something on, off, or leaves it as it is. In documents and on command
/// lines it is one of the words "disable", "retain" and "enable".
enum class enablement : std::uint8_t { disable, retain, enable };

[[nodiscard]] constexpr bool is_retain(enablement what) noexcept {
  return what == enablement::retain;
}

/// Whether it is switched on, where something is already or is not.
[[nodiscard]] constexpr bool is_enabled(enablement what, bool is_enabled_already) noexcept {
  return is_retain(what) ? is_enabled_already : what == enablement::enable;
}

/// The same where nothing is there to be left as it is.
/// Errors: `invalid_argument` for `retain`.
[[nodiscard]] bool is_enabled(enablement what);

}  // namespace leat::app

template <>
struct leat::model::codec<leat::app::enablement> {
  static bool read(reader& in, leat::app::enablement& to);
  static void write(writer& out, leat::app::enablement value);
  static value_form form();
};
