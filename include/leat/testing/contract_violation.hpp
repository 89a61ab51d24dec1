// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

namespace leat::testing {

/// An implementation does not do what its interface promises. The message names the promise.
class contract_violation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

}  // namespace leat::testing
