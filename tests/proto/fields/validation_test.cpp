// SPDX-License-Identifier: MIT
#include "leat/proto/fields/validation.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

namespace {

/// Asks `accepts` about texts of every size around those of the blocks that are looked at together,
/// with every byte at every place. Each lies alone at the end of its memory, so that the sanitizer
/// sees a look beyond it.
template <class Accepts, class IsAllowed>
void check_every_byte_everywhere(Accepts accepts, IsAllowed is_allowed) {
  for (std::size_t size = 1; size <= 34; ++size) {
    std::vector<char> text(size, 'a');
    text.shrink_to_fit();
    const std::string_view view(text.data(), size);
    for (std::size_t place = 0; place < size; ++place) {
      for (int c = 0; c < 256; ++c) {
        text[place] = static_cast<char>(c);
        if (accepts(view) != is_allowed(c)) {
          CAPTURE(size);
          CAPTURE(place);
          CAPTURE(c);
          FAIL_CHECK("a byte is judged by where it stands");
        }
      }
      text[place] = 'a';
    }
  }
}

bool is_alphanumeric(int c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

TEST_CASE("token: a byte is judged the same at every place") {
  check_every_byte_everywhere(is_token, [](int c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return is_alphanumeric(c) || marks.find(static_cast<char>(c)) != marks.npos;
  });
}

TEST_CASE("value: a byte is judged the same at every place") {
  check_every_byte_everywhere(is_field_value,
                              [](int c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; });
}

TEST_CASE("target: a byte is judged the same at every place") {
  check_every_byte_everywhere(is_request_target,
                              [](int c) { return c > 0x20 && c < 0x7f && c != '#'; });
}
