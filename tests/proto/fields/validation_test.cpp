// SPDX-License-Identifier: MIT
#include "leat/proto/fields/validation.hpp"

#include <string>
#include <string_view>

#include "leat/base/error.hpp"
#include "leat/proto/fields/error.hpp"

#include "support/test.hpp"

using namespace leat::proto;

TEST_CASE("token: letters, digits and the marks of RFC 9110 are allowed") {
  CHECK(is_token("azAZ09!#$%&'*+-.^_`|~"));
}

TEST_CASE("token: delimiters, blanks, controls and bytes beyond ASCII are refused") {
  for (int c = 0; c < 256; ++c) {
    const std::string text(1, static_cast<char>(c));
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    const bool is_allowed = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                            (c >= 'A' && c <= 'Z') || marks.find(text) != marks.npos;
    CAPTURE(c);
    CHECK(is_token(text) == is_allowed);
  }
}

TEST_CASE("token: nothing is no token") {
  CHECK_FALSE(is_token(""));
}

TEST_CASE("field value: a forbidden byte is found at every place in a value of every length") {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (const char bad : {'\0', '\r', '\n', '\x1f', '\x7f'}) {
        std::string value(size, 'v');
        CHECK(is_field_value(value));
        value[place] = bad;
        CHECK_FALSE(is_field_value(value));
      }
    }
  }
}

TEST_CASE("field value: tabs and bytes beyond ASCII are allowed") {
  CHECK(is_field_value("a\tb \xc3\xa4\x80\xff"));
  CHECK(is_field_value(""));
}

TEST_CASE("request target: visible ASCII without a hash is allowed") {
  CHECK(is_request_target("/a?b={c}|[d]"));
  CHECK(is_request_target("*"));
  for (const char* bad : {"", "/a b", "/a\tb", "/a\r\n", "/a#b", "/\xc3\xa4", "/\x7f"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_request_target(bad));
  }
}

TEST_CASE("checks: say which part is wrong, as the caller's fault") {
  CHECK(check_field("a b", "c") == fields_errc::invalid_field_name);
  CHECK(check_field("a", "b\r\nc: d") == fields_errc::invalid_field_value);
  CHECK(check_method("GET /") == fields_errc::invalid_method);
  CHECK(check_target("/ HTTP/1.1\r\n") == fields_errc::invalid_target);
  CHECK(check_reason("OK\r\nx: y") == fields_errc::invalid_reason);
  CHECK(check_field("", "") == leat::failure::caller_fault);
  CHECK_FALSE(check_field("a", "b"));
}
