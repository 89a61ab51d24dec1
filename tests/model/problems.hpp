// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "leat/model/error.hpp"

#include "support/test.hpp"

namespace leat::testing {

/// The problems that `read` finds, which must be at least one.
template <class Read>
std::vector<model::problem> problems_of(Read read) {
  try {
    static_cast<void>(read());
  } catch (const model::validation_error& e) {
    return e.problems();
  }
  FAIL("nothing was refused");
  return {};
}

/// The only problem that `read` finds, as "where: message".
template <class Read>
std::string problem_of(Read read) {
  const auto problems = problems_of(read);
  REQUIRE(problems.size() == 1);
  return problems.front().where + ": " + problems.front().message;
}

}  // namespace leat::testing
