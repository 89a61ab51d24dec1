// SPDX-License-Identifier: MIT
#include "leat/coro/when_all_or_group.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {

void throw_if_any(std::vector<std::exception_ptr> errors, std::size_t children,
                  const std::string& message) {
  if (!errors.empty()) throw error_group(std::move(errors), children, message);
}

}  // namespace leat::detail
