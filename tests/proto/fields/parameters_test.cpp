// SPDX-License-Identifier: MIT
#include "leat/proto/fields/parameters.hpp"

#include "support/test.hpp"

using namespace leat::proto;

TEST_CASE("parameters: found in any case, with or without quotes") {
  CHECK(find_parameter("text/html; charset=utf-8", "charset") == "utf-8");
  CHECK(find_parameter("text/html;Charset=\"utf-8\"", "charset") == "utf-8");
  CHECK(find_parameter("text/html ; a=1; CHARSET = utf-8 ; b", "charset") == "utf-8");
  CHECK(find_parameter("x; a=\"one; b=two\"; b=three", "b") == "three");
  CHECK(find_parameter("x; a=\"q\\\"\\\\\"", "a") == "q\"\\");
  CHECK(find_parameter("x; a=1; a=2", "a") == "1");
}

TEST_CASE("parameters: what is missing or malformed is not found") {
  for (const char* value : {"", "text/html", "text/html;", "text/html; charset", "x; charset=",
                            "x; charset=\"utf-8", "x; charset=\"utf-8\"x", "x; charset=a b",
                            "charset=utf-8", "x; charset=\"\\", "x; xcharset=utf-8"}) {
    CAPTURE(value);
    CHECK_FALSE(find_parameter(value, "charset"));
  }
}

TEST_CASE("parameters: what stands in front of them") {
  CHECK(without_parameters("text/html; charset=utf-8") == "text/html");
  CHECK(without_parameters(" text/html ") == "text/html");
  CHECK(without_parameters("") == "");
}
