// SPDX-License-Identifier: MIT
#include "leat/proto/text/line_splitter.hpp"

#include <string>
#include <vector>

#include "leat/proto/text/error.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

using namespace leat::proto;

namespace {

using lines = std::vector<std::string>;

void drain(line_splitter& splitter, lines& into) {
  for (std::string_view line; splitter.next(line);) into.emplace_back(line);
}

void check_lines(std::string_view text, const lines& expected) {
  CAPTURE(text);
  leat::testing::for_each_split(text, [&](std::string_view head, std::string_view tail) {
    CAPTURE(head.size());
    line_splitter splitter;
    lines got;
    for (const auto piece : {head, tail}) {
      splitter.feed(piece);
      drain(splitter, got);
    }
    splitter.finish();
    drain(splitter, got);
    CHECK(got == expected);
    CHECK_FALSE(splitter.error());
  });
  line_splitter splitter;
  lines got;
  leat::testing::in_pieces(text, 1, [&](std::string_view each) {
    splitter.feed(each);
    drain(splitter, got);
  });
  splitter.finish();
  drain(splitter, got);
  CHECK(got == expected);
}

}  // namespace

TEST_CASE("lines: LF, CR LF and CR end a line, wherever the text is cut") {
  check_lines("", {});
  check_lines("a", {"a"});
  check_lines("a\n", {"a"});
  check_lines("a\nb", {"a", "b"});
  check_lines("a\r\nb\r\n", {"a", "b"});
  check_lines("a\rb\r", {"a", "b"});
  check_lines("\n", {""});
  check_lines("\n\n", {"", ""});
  check_lines("\r\r\n\n", {"", "", ""});
  check_lines("a\r\n\r\nb", {"a", "", "b"});
  check_lines("a\n\rb", {"a", "", "b"});
}

TEST_CASE("lines: a CR is told before it is known what follows") {
  line_splitter splitter;
  splitter.feed("a\r");
  std::string_view line;
  REQUIRE(splitter.next(line));
  CHECK(line == "a");
  CHECK_FALSE(splitter.next(line));
  splitter.feed("\n");
  CHECK_FALSE(splitter.next(line));
  splitter.finish();
  CHECK_FALSE(splitter.next(line));
}

TEST_CASE("lines: one longer than the limit is an error, also before its end has come") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}}) {
    line_splitter splitter(4);
    lines got;
    leat::testing::in_pieces("1234\n12345", piece, [&](std::string_view each) {
      splitter.feed(each);
      drain(splitter, got);
    });
    CHECK(got == lines{"1234"});
    CHECK(splitter.error() == text_errc::line_too_long);
    std::string_view line;
    CHECK_FALSE(splitter.next(line));
  }
}
