// SPDX-License-Identifier: MIT
#include "leat/base/outcome.hpp"

namespace leat {

std::string_view to_string(stop_reason reason) noexcept {
  switch (reason) {
    case stop_reason::none: return "not stopped";
    case stop_reason::requested: return "requested";
    case stop_reason::deadline: return "deadline";
    case stop_reason::sibling_failed: return "sibling failed";
    case stop_reason::shutdown: return "shutdown";
  }
  return "unknown";
}

}  // namespace leat
