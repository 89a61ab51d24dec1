// SPDX-License-Identifier: MIT
#include "leat/coro/once.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {

std::exception_ptr make_owner_stopped() noexcept {
  try {
    throw owner_stopped("shared work ended without a result: its task group was stopped");
  } catch (...) {
    return std::current_exception();  // or that there was no memory for it
  }
}

}  // namespace leat::detail
