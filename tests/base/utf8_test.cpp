// SPDX-License-Identifier: MIT
#include "leat/base/utf8.hpp"

#include <string>
#include <string_view>

#include "support/test.hpp"

using namespace leat;
using namespace std::string_view_literals;

TEST_CASE("utf8: measures the shortest and the longest sequence of each size") {
  CHECK(utf8_sequence_size("\0"sv) == 1);
  CHECK(utf8_sequence_size("\x7F") == 1);
  CHECK(utf8_sequence_size("\xC2\x80") == 2);
  CHECK(utf8_sequence_size("\xDF\xBF") == 2);
  CHECK(utf8_sequence_size("\xE0\xA0\x80") == 3);
  CHECK(utf8_sequence_size("\xEF\xBF\xBF") == 3);
  CHECK(utf8_sequence_size("\xF0\x90\x80\x80") == 4);
  CHECK(utf8_sequence_size("\xF4\x8F\xBF\xBF") == 4);
}

TEST_CASE("utf8: refuses overlong forms, surrogates and what lies beyond Unicode") {
  for (const auto text :
       {"\xC0\x80"sv, "\xC1\xBF"sv, "\xE0\x9F\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xED\xA0\x80"sv,
        "\xED\xBF\xBF"sv, "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xFF"sv, "\x80"sv, ""sv}) {
    CAPTURE(text);
    CHECK(utf8_sequence_size(text) == 0);
  }
}

TEST_CASE("utf8: refuses a sequence that is cut anywhere") {
  for (const auto text : {"\xC2\x80"sv, "\xE0\xA0\x80"sv, "\xF0\x90\x80\x80"sv}) {
    for (std::size_t size = 1; size < text.size(); ++size) {
      CHECK(utf8_sequence_size(text.substr(0, size)) == 0);
      CHECK(utf8_sequence_size(std::string(text.substr(0, size)) + "aaa") == 0);
    }
  }
}

TEST_CASE("utf8: accepts a text if every sequence in it is good") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("gr\xC3\xBC\xC3\x9F dich \xF0\x9F\x8C\x8A"));
  CHECK_FALSE(is_utf8("good \xC3"));
}

TEST_CASE("utf8: what is not ASCII is found wherever it stands") {
  for (std::size_t size = 0; size <= 20; ++size) {
    const std::string ascii(size, '\x7F');
    CHECK(leat::ascii_prefix_size(ascii) == size);
    CHECK(is_utf8(ascii));
    for (std::size_t at = 0; at < size; ++at) {
      std::string text = ascii;
      text[at] = '\x80';
      CHECK(leat::ascii_prefix_size(text) == at);
      CHECK_FALSE(is_utf8(text));
      CHECK(is_utf8(ascii.substr(at) + "\xC3\xBC" + ascii));
    }
  }
}

TEST_CASE("utf8: counts code points, not bytes") {
  CHECK(count_code_points("gr\xC3\xBC\xC3\x9F") == 4);
  CHECK(count_code_points("") == 0);
}
