// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

#include "leat/base/memory.hpp"

namespace leat::model::detail {

template <class Signature>
class function_ref;

/// A callable passed down the stack: two words, no allocation, no ownership.
template <class Result, class... Arguments>
class function_ref<Result(Arguments...)> {
 public:
  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, function_ref>)
  function_ref(Callable&& callable) noexcept  // NOLINT: stands for the callable
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        call_([](void* object, Arguments... arguments) -> Result {
          return (*static_cast<std::remove_reference_t<Callable>*>(object))(
              std::forward<Arguments>(arguments)...);
        }) {}

  Result operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* object_;
  Result (*call_)(void*, Arguments...);
};

}  // namespace leat::model::detail
