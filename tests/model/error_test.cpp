// SPDX-License-Identifier: MIT
#include "leat/model/error.hpp"

#include <string>

#include "support/test.hpp"

using namespace leat;
using namespace leat::model;

TEST_CASE("model error: the same text can never be accepted, so it is the caller's fault") {
  for (const auto code : {model::errc::syntax, model::errc::invalid, model::errc::not_writable,
                          model::errc::limit_exceeded}) {
    CHECK(make_error_code(code) == failure::caller_fault);
    CHECK(make_error_code(code) != failure::transient);
  }
}

TEST_CASE("model error: tells every problem in one line") {
  const validation_error e(
      "app.toml",
      {{.where = "server.port", .message = "is required", .line = 3, .column = 1},
       {.where = "a\nb", .message = "must be a string: got null"}},
      true);

  CHECK(std::string(e.what()) ==
        "app.toml is not valid: server.port (line 3, column 1): is required; "
        "a\\x0ab: must be a string: got null");
}

TEST_CASE("model error: says when there were more problems than it holds") {
  const validation_error e("JSON", {{.where = "/a", .message = "is required"}}, false);

  CHECK(std::string(e.what()) == "JSON is not valid: /a: is required; and more");
  CHECK_FALSE(e.is_complete());
}

TEST_CASE("model error: a problem has a name for programs") {
  CHECK(to_string(problem_kind::out_of_range) == "out_of_range");
  CHECK(to_string(problem_kind::missing) == "missing");
}
