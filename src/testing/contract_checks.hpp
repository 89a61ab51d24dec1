// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "leat/base/error.hpp"
#include "leat/coro/as_outcome.hpp"
#include "leat/testing/contract_violation.hpp"

namespace leat::testing::detail {

inline void require(bool holds, const char* what) {
  if (!holds) throw contract_violation(what);
}

/// Whether `work` fails with this error.
template <class Error, class T>
task<bool> fails_with(task<T> work) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
    } else {
      static_cast<void>(co_await std::move(work));
    }
  } catch (const Error&) {
    co_return true;
  }
  co_return false;
}

/// Runs the checks of a contract one after the other, and throws at the end what is broken.
class contract_report {
 public:
  explicit contract_report(const char* contract) noexcept : contract_(contract) {}

  task<void> run(const char* name, task<void> check) {
    const auto ended = co_await as_outcome(std::move(check));
    if (!ended.has_error()) co_return;
    broken_ += (broken_.empty() ? "" : "; ") + std::string(name) + ": " + describe(ended.error());
  }

  void finish() const {
    if (broken_.empty()) return;
    throw contract_violation("the contract of " + std::string(contract_) +
                             " is broken: " + broken_);
  }

 private:
  const char* contract_;
  std::string broken_;
};

}  // namespace leat::testing::detail
