// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>

#include "log/captured.hpp"
#include "support/test.hpp"

using leat::testing::captured_log;
using namespace std::chrono_literals;

namespace {

std::string line_of(std::string_view event, std::initializer_list<leat::log::field> fields = {}) {
  captured_log log({.presentation = leat::log::presentation::plain});
  log.logger("app").info(event, fields);
  return log.last();
}

}  // namespace

TEST_CASE("plain log: is the name, the event and the fields") {
  CHECK(line_of("policy created", {{"name", "p"}, {"version", 3}, {"took", 800ms}}) ==
        "app: policy created name=p version=3 took=0.8s");
}

TEST_CASE("plain log: leaves out a name that is empty") {
  captured_log log({.presentation = leat::log::presentation::plain});
  log.logger().info("x");
  CHECK(log.last() == "x");
}

TEST_CASE("plain log: quotes a text that is not one word") {
  CHECK(line_of("x", {{"a", "two words"}, {"b", ""}, {"c", "k=v"}, {"d e", 1}}) ==
        R"(app: x a="two words" b="" c="k=v" "d e"=1)");
}

TEST_CASE("plain log: stays on one line whatever is logged") {
  CHECK(line_of("a\nb", {{"c", "\x1B[2J\r"}}) == R"(app: a\nb c="\u001b[2J\r")");
}

TEST_CASE("plain log: leaves quotation marks in an event alone") {
  CHECK(line_of("said \"no\"") == "app: said \"no\"");
}
