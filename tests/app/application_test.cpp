// SPDX-License-Identifier: MIT
#include "leat/app/application.hpp"

#include "leat/base/error.hpp"

#include "support/test.hpp"

using namespace leat::app;

TEST_CASE("application: is equal to another by name, publisher and version") {
  const application demo("demo", "Example Ltd", "1.2");
  CHECK(demo == application("demo", "Example Ltd", "1.2"));
  CHECK(demo != application("demo", "Example Ltd", "1.3"));
  CHECK(demo != application("demo"));
  CHECK(demo.name() == "demo");
  CHECK(demo.publisher() == "Example Ltd");
  CHECK(demo.version() == "1.2");
}

TEST_CASE("application: says of itself what is known") {
  CHECK(to_string(application("demo")) == "demo");
  CHECK(to_string(application("demo", "", "1.2")) == "demo 1.2");
  CHECK(to_string(application("demo", "Example Ltd", "1.2")) == "demo 1.2 (Example Ltd)");
}

TEST_CASE("application: has a name that a folder can have") {
  for (const char* name : {"", ".", "..", "a/b", "a\\b", "a\nb"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(application{name}, leat::invalid_argument);
  }
  CHECK_THROWS_AS(application("demo", "a/b"), leat::invalid_argument);
  CHECK_THROWS_AS(application("demo", "", ".."), leat::invalid_argument);
}

TEST_CASE("application: its variables begin with its name, in capitals and underscores") {
  CHECK(application("demo").variable_prefix() == "DEMO");
  CHECK(application("my-app.v2").variable_prefix() == "MY_APP_V2");
  CHECK(variable_name_of("a\xc3\xa4"
                         "b") == "A__B");
}
