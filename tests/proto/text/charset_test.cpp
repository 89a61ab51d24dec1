// SPDX-License-Identifier: MIT
#include "leat/proto/text/charset.hpp"

#include <string>
#include <string_view>

#include "leat/base/utf8.hpp"
#include "leat/testing/splits.hpp"

#include "support/test.hpp"

using namespace leat::proto;
using namespace std::string_view_literals;

namespace {

/// Decodes `bytes` cut at every place, and byte by byte: all have to give `expected`.
void check_text(charset from, std::string_view bytes, std::string_view expected) {
  CAPTURE(bytes);
  CHECK(decode_text(bytes, from) == expected);
  leat::testing::for_each_split(bytes, [&](std::string_view head, std::string_view tail) {
    CAPTURE(head.size());
    text_decoder decoder(from);
    std::string text;
    decoder.decode(head, text);
    decoder.decode(tail, text);
    decoder.finish(text);
    CHECK(text == expected);
  });
  text_decoder decoder(from);
  std::string text;
  leat::testing::in_pieces(bytes, 1, [&](std::string_view each) { decoder.decode(each, text); });
  decoder.finish(text);
  CHECK(text == expected);
  CHECK(leat::is_utf8(text));
}

}  // namespace

TEST_CASE("charset: names are found in any case") {
  CHECK(find_charset("UTF-8") == charset::utf_8);
  CHECK(find_charset("utf8") == charset::utf_8);
  CHECK(find_charset("ISO-8859-1") == charset::windows_1252);
  CHECK(find_charset("us-ascii") == charset::windows_1252);
  CHECK(find_charset("Windows-1252") == charset::windows_1252);
  CHECK(find_charset("utf-16") == charset::utf_16);
  CHECK(find_charset("UTF-16LE") == charset::utf_16le);
  CHECK(find_charset("utf-16be") == charset::utf_16be);
  for (const auto value : {charset::utf_8, charset::windows_1252, charset::utf_16,
                           charset::utf_16le, charset::utf_16be}) {
    CHECK(find_charset(name_of(value)) == value);
  }
}

TEST_CASE("charset: what we do not have is not found") {
  for (const char* name : {"", "utf", "utf-8 ", "utf-7", "koi8-r", "shift_jis", "utf-32"}) {
    CAPTURE(name);
    CHECK_FALSE(find_charset(name));
  }
}

TEST_CASE("charset: UTF-8 stays as it is, wherever it is cut") {
  check_text(charset::utf_8, "", "");
  check_text(charset::utf_8, "plain", "plain");
  check_text(charset::utf_8, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z",
             "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");
  check_text(charset::utf_8, "a\0b"sv, "a\0b"sv);
}

TEST_CASE("charset: a byte order mark is dropped in front and nowhere else") {
  check_text(charset::utf_8, "\xEF\xBB\xBFx\xEF\xBB\xBF", "x\xEF\xBB\xBF");
  check_text(charset::utf_16, "\xFF\xFE\x41\x00"sv, "A");
  check_text(charset::utf_16, "\xFE\xFF\x00\x41"sv, "A");
  check_text(charset::utf_16, "\x41\x00\xFF\xFE"sv, "A\xEF\xBB\xBF");
  check_text(charset::utf_16le, "\xFF\xFE\x41\x00"sv, "A");
  check_text(charset::utf_16be, "\xFE\xFF\x00\x41"sv, "A");
}

TEST_CASE("charset: each longest beginning of a malformed sequence is one replacement") {
  check_text(charset::utf_8, "\x80", "\xEF\xBF\xBD");
  check_text(charset::utf_8, "a\xFFz", "a\xEF\xBF\xBDz");
  check_text(charset::utf_8, "\xC3", "\xEF\xBF\xBD");
  check_text(charset::utf_8, "\xE2\x82z", "\xEF\xBF\xBDz");
  check_text(charset::utf_8, "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  check_text(charset::utf_8, "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // surrogate
  check_text(charset::utf_8, "\xF4\x90\x80\x80",
             "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // beyond U+10FFFF
  check_text(charset::utf_8, "\xE2\xC3\xA9", "\xEF\xBF\xBD\xC3\xA9");
}

TEST_CASE("charset: windows-1252 has a character for every byte") {
  check_text(charset::windows_1252, "caf\xE9 \x80 \x93q\x94 \x81",
             "caf\xC3\xA9 \xE2\x82\xAC \xE2\x80\x9Cq\xE2\x80\x9D \xC2\x81");
}

TEST_CASE("charset: UTF-16 in both orders, with pairs of surrogates") {
  check_text(charset::utf_16le, "\xE9\x00\xAC\x20\x3D\xD8\x00\xDE"sv,
             "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  check_text(charset::utf_16be, "\x00\xE9\x20\xAC\xD8\x3D\xDE\x00"sv,
             "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  check_text(charset::utf_16, "\x41\x00"sv, "A");  // no mark: little endian
}

TEST_CASE("charset: halves of surrogates and of units are replaced") {
  check_text(charset::utf_16le, "\x3D\xD8"sv, "\xEF\xBF\xBD");
  check_text(charset::utf_16le, "\x00\xDE\x41\x00"sv,
             "\xEF\xBF\xBD"
             "A");
  check_text(charset::utf_16le, "\x3D\xD8\x41\x00"sv,
             "\xEF\xBF\xBD"
             "A");
  check_text(charset::utf_16le, "\x3D\xD8\x3D\xD8\x00\xDE"sv, "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  check_text(charset::utf_16be, "\x00\x41\x00"sv, "A\xEF\xBF\xBD");
}

TEST_CASE("charset: how far a text is well-formed") {
  const auto size = [](std::string_view bytes, charset from) {
    return well_formed_size(bytes, from);
  };
  CHECK(size("", charset::utf_8) == 0);
  CHECK(size("\xEF\xBB\xBFk\xC3\xA4se", charset::utf_8) == 8);
  CHECK(size("k\xE4se", charset::utf_8) == 1);
  CHECK(size("k\xC3", charset::utf_8) == 1);
  CHECK(size("\x81\xFF", charset::windows_1252) == 2);
  CHECK(size("\x3D\xD8\x00\xDE\x41\x00"sv, charset::utf_16le) == 6);
  CHECK(size("\xD8\x3D\xDE\x00\x00\x41"sv, charset::utf_16be) == 6);
  CHECK(size("\xFE\xFF\xD8\x3D\xDE\x00"sv, charset::utf_16) == 6);
  CHECK(size("\x41\x00\x42"sv, charset::utf_16) == 2);        // half a unit
  CHECK(size("\x41\x00\x3D\xD8"sv, charset::utf_16le) == 2);  // half a pair, at the end
  CHECK(size("\x3D\xD8\x41\x00"sv, charset::utf_16le) == 0);  // and before something else
  CHECK(size("\x41\x00\x00\xDE"sv, charset::utf_16le) == 2);  // the other half
}
