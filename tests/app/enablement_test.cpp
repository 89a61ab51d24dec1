// SPDX-License-Identifier: MIT
#include "leat/app/enablement.hpp"

#include "leat/app/configuration.hpp"
#include "leat/base/error.hpp"
#include "leat/model/describe.hpp"
#include "leat/model/json.hpp"

#include "support/test.hpp"

using namespace leat::app;

namespace {

struct settings {
  enablement cache = enablement::retain;
};
BOOST_DESCRIBE_STRUCT(settings, (), (cache))

}  // namespace

TEST_CASE("enablement: is on, off, or what was there before") {
  CHECK(is_enabled(enablement::enable));
  CHECK_FALSE(is_enabled(enablement::disable));
  CHECK_THROWS_AS(static_cast<void>(is_enabled(enablement::retain)), leat::invalid_argument);
  CHECK(is_retain(enablement::retain));
  CHECK_FALSE(is_retain(enablement::enable));
  for (const bool before : {false, true}) {
    CHECK(is_enabled(enablement::enable, before));
    CHECK_FALSE(is_enabled(enablement::disable, before));
    CHECK(is_enabled(enablement::retain, before) == before);
  }
}

TEST_CASE("enablement: is a word in a configuration") {
  const auto read = configuration::parse("cache = \"disable\"").to<settings>();
  CHECK(read.cache == enablement::disable);
  CHECK(leat::model::to_json(read) == R"({"cache":"disable"})");
  CHECK_THROWS_WITH_AS(
      static_cast<void>(configuration::parse("cache = \"disabel\"").to<settings>()),
      doctest::Contains(
          "must be one of \"disable\", \"retain\", \"enable\"; did you mean \"disable\"?"),
      invalid_configuration);
}
