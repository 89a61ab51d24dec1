// SPDX-License-Identifier: MIT
#include "leat/base/time.hpp"

#include <string>

#include "leat/base/error.hpp"

namespace leat {

duration checked_limit(duration limit, const char* what) {
  if (limit < duration::zero()) {
    throw invalid_argument(std::string(what) + " must not be negative: got " +
                           std::to_string(limit.count()) + " ns");
  }
  return limit;
}

}  // namespace leat
