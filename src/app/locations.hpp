// SPDX-License-Identifier: MIT
#pragma once

#include "leat/app/application.hpp"
#include "leat/app/directories.hpp"

#include "app/overrides.hpp"

namespace leat::app {

/// What `{user_home}` and its siblings stand for.
[[nodiscard]] inline template_variables template_variables_of(const application& whose,
                                                              const directories& where) {
  return {{"application_name", whose.name()},
          {"user_home", where.home},
          {"user_configuration", where.configuration},
          {"user_data", where.data},
          {"user_state", where.state},
          {"user_cache", where.cache}};
}

}  // namespace leat::app
