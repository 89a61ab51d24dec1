// SPDX-License-Identifier: MIT
#include "leat/coro/task_group.hpp"

#include "leat/base/error.hpp"

namespace leat::detail {
namespace {

/// The error, or that there was no memory for it.
template <class Error>
std::exception_ptr make(const char* message) noexcept {
  try {
    throw Error(message);
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

[[gnu::noinline]] void* calling_code() noexcept {
  return __builtin_return_address(0);
}

std::exception_ptr make_owner_stopped() noexcept {
  return make<owner_stopped>(
      "the work ended without a result: the task group that owns it was stopped");
}

std::exception_ptr make_never_ready() noexcept {
  return make<never_ready>("a child that was to say when it is ready returned without saying so");
}

}  // namespace leat::detail
