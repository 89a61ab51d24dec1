// SPDX-License-Identifier: MIT
#include "leat/log/task_fields.hpp"

#include <string>

#include "leat/log/logger.hpp"

#include "log/captured.hpp"
#include "support/test.hpp"

using namespace leat::log;
using leat::testing::captured_log;

namespace {

/// As a task would carry them.
class carrying {
 public:
  explicit carrying(leat::context values) : carried_{.values = std::move(values)} {}

 private:
  leat::carried_context carried_;
  leat::carry_on_thread here_{carried_};
};

captured_log plain_log() {
  return captured_log({.presentation = presentation::plain});
}

}  // namespace

TEST_CASE("task fields: are shown by every record of a task that carries them") {
  auto log = plain_log();
  const logger said = log.logger();
  {
    const carrying task(with_fields({{"request_id", std::string("r1")}, {"attempt", 2}}));
    said.info("x", {{"extra", 1}});
    CHECK(log.last() == "x request_id=r1 attempt=2 extra=1");
  }
  said.info("y");
  CHECK(log.last() == "y");
}

TEST_CASE("task fields: add to those that are carried already, and replace the same key") {
  auto log = plain_log();
  const carrying outer(with_fields({{"request_id", "r1"}, {"attempt", 1}}));
  const carrying inner(with_fields({{"attempt", 2}, {"user", "u7"}}));
  log.logger().info("x");
  CHECK(log.last() == "x request_id=r1 attempt=2 user=u7");
}

TEST_CASE("task fields: those of the logger and of the record win") {
  auto log = plain_log();
  const carrying task(with_fields({{"a", 1}, {"b", 1}, {"c", 1}}));
  log.logger().bind("a", 2).info("x", {{"b", 3}});
  CHECK(log.last() == "x a=2 b=3 c=1");
}

TEST_CASE("task fields: secrets are redacted") {
  auto log = plain_log();
  const carrying task(with_fields({{"password", "hunter2"}}));
  log.logger().info("x");
  CHECK(log.last().find("hunter2") == std::string::npos);
}
