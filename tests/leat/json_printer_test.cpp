// SPDX-License-Identifier: MIT
#include "json_printer.hpp"

#include <string>

#include "leat/testing/splits.hpp"

#include "support/test.hpp"

namespace {

/// A document as it is shown, which has to be the same wherever it is cut.
std::string shown(std::string_view document, bool colours = false) {
  const auto print = [colours](std::string_view head, std::string_view tail) {
    cli::json_printer printer(colours);
    std::string text = printer.print(head);
    text += printer.print(tail);
    return text + printer.finish();
  };
  const std::string whole = print(document, {});
  if (document.size() < 1000) {
    leat::testing::for_each_split(document, [&](std::string_view head, std::string_view tail) {
      CHECK(print(head, tail) == whole);
    });
  }
  return whole;
}

}  // namespace

TEST_CASE("json printer: gives each value a line of its own") {
  CHECK(shown(R"({"a":1,"b":[true,null,"x"],"c":{"d":-2.5e3}})") ==
        "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null,\n    \"x\"\n  ],\n"
        "  \"c\": {\n    \"d\": -2.5e3\n  }\n}\n");
}

TEST_CASE("json printer: brackets with nothing in them stay together") {
  CHECK(shown("[ { } , [\n] ]") == "[\n  {},\n  []\n]\n");
}

TEST_CASE("json printer: leaves strings as they are") {
  CHECK(shown(R"("a{[,:]} \" \\")") == "\"a{[,:]} \\\" \\\\\"\n");
}

TEST_CASE("json printer: values at the top follow each other in lines") {
  CHECK(shown("{\"a\":1}\n{\"a\":2}\n3 \"x\"") == "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n3\n\"x\"\n");
}

TEST_CASE("json printer: names, texts, numbers and words have colours of their own") {
  CHECK(shown(R"({"a":"b","c":[1,null]})", true) ==
        "{\n  \x1b[1;34m\"a\"\x1b[0m: \x1b[32m\"b\"\x1b[0m,\n"
        "  \x1b[1;34m\"c\"\x1b[0m: [\n    \x1b[36m1\x1b[0m,\n    \x1b[35mnull\x1b[0m\n  ]\n}\n");
}

TEST_CASE("json printer: a document that is cut off leaves no colour behind") {
  CHECK(shown("[\"ab", true) == "[\n  \x1b[32m\"ab\x1b[0m\n");
  CHECK(shown("[12", true) == "[\n  \x1b[36m12\x1b[0m\n");
}

TEST_CASE("json printer: shows what is no JSON all the same") {
  CHECK(shown("oops") == "oops\n");
  CHECK(shown("]}1") == "\n]\n}\n1\n");
  CHECK(shown("") == "");
  CHECK(shown(" \n") == "");
}

TEST_CASE("json printer: indents no further than its limit") {
  const std::string deep(100, '[');
  cli::json_printer printer(false);
  CHECK(printer.print(deep).ends_with("\n" + std::string(128, ' ') + "["));
}

TEST_CASE("json printer: what is deeper than its limit is shown as it comes") {
  cli::json_printer printer(false);
  CHECK(printer.print(std::string(1000, '[')).ends_with(" ["));
  CHECK(printer.print("[  [1,2").ends_with("[  [1,2"));
  CHECK(printer.print("  ]") == "  ]");
}
