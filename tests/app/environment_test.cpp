// SPDX-License-Identifier: MIT
#include "leat/app/environment.hpp"

#include <cstdlib>

#include "support/test.hpp"

using leat::app::environment;

TEST_CASE("environment: is that of the process at one moment") {
  ::setenv("LEAT_TEST_SNAPSHOT", "before=x", 1);  // NOLINT(concurrency-mt-unsafe): one thread
  const environment taken = environment::of_process();
  ::unsetenv("LEAT_TEST_SNAPSHOT");  // NOLINT(concurrency-mt-unsafe): one thread
  CHECK(taken.find("LEAT_TEST_SNAPSHOT") == "before=x");
  CHECK_FALSE(environment::of_process().find("LEAT_TEST_SNAPSHOT"));
}

TEST_CASE("environment: set to nothing is not the same as not set") {
  const environment variables({{"EMPTY", ""}});
  CHECK(variables.find("EMPTY") == "");
  CHECK_FALSE(variables.find("OTHER"));
}

TEST_CASE("environment: defaults fill gaps, overrides replace, and neither changes the first") {
  const environment first({{"A", "1"}, {"B", "1"}});
  CHECK(first.with_defaults({{"B", "2"}, {"C", "2"}}) ==
        environment({{"A", "1"}, {"B", "1"}, {"C", "2"}}));
  CHECK(first.with_overrides({{"B", "2"}, {"C", "2"}}) ==
        environment({{"A", "1"}, {"B", "2"}, {"C", "2"}}));
  CHECK(first == environment({{"A", "1"}, {"B", "1"}}));
}
