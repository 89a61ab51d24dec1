// SPDX-License-Identifier: MIT
#include "leat/app/text_files.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "leat/app/error.hpp"
#include "leat/base/error.hpp"
#include "leat/model/error.hpp"
#include "leat/model/json.hpp"
#include "leat/model/toml.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/random.hpp"

#include "app/imaginary_files.hpp"
#include "support/async_test.hpp"

using namespace leat;
using namespace leat::app;
using namespace std::string_literals;

namespace {

struct settings {
  int level = 0;
};
BOOST_DESCRIBE_STRUCT(settings, (), (level))

std::size_t size_of(std::string_view text) {
  return text.size();
}

task<std::string> refusal_of(imaginary_files& disk, std::string path,
                             text_file_options options = {}) {
  try {
    co_return "read: " + co_await read_text_file(disk, std::move(path), options);
  } catch (const file_access_failure& e) {
    co_return e.path() + ": " + e.reason();
  }
}

/// Twenty files, which take their time.
struct many_files {
  imaginary_files disk;
  std::vector<std::string> paths;
  testing::random_source random;

  explicit many_files(std::uint64_t seed) : random(seed) {
    for (int i = 0; i < 20; ++i) {
      paths.push_back("/" + std::to_string(i));
      disk.contents[paths.back()] = "text " + std::to_string(i);
    }
    disk.delay = [this] { return random.up_to(50ms); };
  }
};

}  // namespace

LEAT_ASYNC_TEST("text files: one is read whole, without a byte order mark") {
  imaginary_files disk({{"/a", "\xEF\xBB\xBFk\xC3\xA4se\n"}, {"/b", ""}});
  CHECK(co_await read_text_file(disk, "/a") == "k\xC3\xA4se\n");
  CHECK((co_await read_text_file(disk, "/b")).empty());
}

LEAT_ASYNC_TEST("text files: what is no text, too long or not there is told with its path") {
  imaginary_files disk({{"/latin", "k\xE4se"}, {"/long", "12345"}});
  CHECK(co_await refusal_of(disk, "/latin") == "/latin: it is no UTF-8 from byte 2 on");
  CHECK(co_await refusal_of(disk, "/long", {.max_bytes = 4}) == "/long: it is too long");
  CHECK(co_await refusal_of(disk, "/long", {.max_bytes = 5}) == "read: 12345");
  CHECK(co_await refusal_of(disk, "/gone") == "/gone: No such file or directory");
}

LEAT_ASYNC_TEST("text files: several come in the order of their paths, a few at a time") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    many_files many(seed);
    const auto texts = co_await read_text_files(many.disk, many.paths, {.max_concurrent = 3});
    REQUIRE(texts.size() == 20);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      CHECK(texts[i].value() == "text " + std::to_string(i));
    }
    CHECK(many.disk.most_open == 3);
  }
}

LEAT_ASYNC_TEST("text files: one that fails is an error in its place, and the others are read") {
  many_files many(1);
  many.disk.contents.erase("/7");
  many.disk.contents["/9"] = "\xFF";
  const auto texts = co_await read_text_files(many.disk, many.paths);
  REQUIRE(texts.size() == 20);
  CHECK(std::ranges::count_if(texts, [](const auto& each) { return each.has_value(); }) == 18);
  CHECK(describe(texts[7].error()).find("/7") != std::string::npos);
  CHECK(describe(texts[9].error()).find("no UTF-8 from byte 1 on") != std::string::npos);
  CHECK(many.disk.most_open == text_file_options().max_concurrent);
}

LEAT_ASYNC_TEST("text files: no paths are no texts, and none at a time is refused") {
  imaginary_files disk;
  CHECK((co_await read_text_files(disk, {})).empty());
  bool was_refused = false;
  try {
    static_cast<void>(co_await read_text_files(disk, {}, {.max_concurrent = 0}));
  } catch (const invalid_argument&) {
    was_refused = true;
  }
  CHECK(was_refused);
}

LEAT_ASYNC_TEST("text files: one in another charset is read as UTF-8, whole or not at all") {
  using proto::charset;
  imaginary_files disk({{"/latin", "k\xE4se"},
                        {"/wide", std::string("\xFE\xFF\0k\0\xE4", 6)},
                        {"/half", std::string("k\0\xE4\0\xDE", 5)},
                        {"/mark", "\xEF\xBB\xBFx"}});
  CHECK(co_await read_text_file(disk, "/latin", {.charset = charset::windows_1252}) ==
        "k\xC3\xA4se");
  CHECK(co_await read_text_file(disk, "/wide", {.charset = charset::utf_16}) == "k\xC3\xA4");
  CHECK(co_await refusal_of(disk, "/half", {.charset = charset::utf_16le}) ==
        "/half: it is no UTF-16LE from byte 5 on");
  CHECK(co_await read_text_file(disk, "/mark", {.charset = charset::windows_1252}) ==
        "\xC3\xAF\xC2\xBB\xC2\xBFx");
}

LEAT_ASYNC_TEST("text files: several in another charset are text or error, each in its place") {
  imaginary_files disk({{"/a", "a\0"s}, {"/b", "b"}, {"/c", "c\0"s}});
  const auto texts =
      co_await read_text_files(disk, {"/a", "/b", "/c"}, {.charset = proto::charset::utf_16});
  REQUIRE(texts.size() == 3);
  CHECK(texts[0].value() == "a");
  CHECK(describe(texts[1].error()) == "/b cannot be read: it is no UTF-16 from byte 1 on");
  CHECK(texts[2].value() == "c");
}

LEAT_ASYNC_TEST("text files: a deserializer makes a value of one, in any charset") {
  imaginary_files disk({{"/size", "12"}, {"/wide", "[7,8]"s}, {"/level.toml", "level = 3\n"}});
  const auto from_json = [](std::string_view text) {
    return model::from_json<std::vector<int>>(text);
  };
  const auto from_toml = [](std::string_view text, std::string_view path) {
    return model::from_toml<settings>(text, path);
  };
  const std::size_t size = co_await read_text_file(disk, "/size", &size_of);
  CHECK(size == 2);
  CHECK(co_await read_text_file(disk, "/wide", from_json) == std::vector<int>{7, 8});
  const settings read = co_await read_text_file(disk, "/level.toml", from_toml);
  CHECK(read.level == 3);

  disk.contents["/wide"] =
      "[\0"
      "9\0]\0"s;
  CHECK(co_await read_text_file(disk, "/wide", from_json, {.charset = proto::charset::utf_16}) ==
        std::vector<int>{9});
}

LEAT_ASYNC_TEST("text files: what a deserializer throws is carried by an error with the path") {
  imaginary_files disk({{"/etc/demo.json", "[1,\"s\"]"}});
  std::exception_ptr carried;
  try {
    static_cast<void>(co_await read_text_file(disk, "/etc/demo.json", [](std::string_view text) {
      return model::from_json<std::vector<int>>(text);
    }));
  } catch (const file_content_failure& e) {
    CHECK(e.path() == "/etc/demo.json");
    CHECK(e.code() == failure::caller_fault);
    CHECK(std::string(e.what()) == "/etc/demo.json is not understood: " + describe(e.failure()));
    carried = e.failure();
  }
  REQUIRE(carried != nullptr);
  CHECK_THROWS_AS(std::rethrow_exception(carried), model::validation_error);
}

LEAT_ASYNC_TEST("text files: values of several come in order, a few at a time, or their errors") {
  many_files many(3);
  many.disk.contents.erase("/4");
  many.disk.contents["/11"] = "no number";
  const auto number_in = [](std::string text) {
    if (!text.starts_with("text ")) throw std::invalid_argument("planted");
    return std::stoi(text.substr(5));
  };
  const auto numbers =
      co_await read_text_files(many.disk, many.paths, number_in, {.max_concurrent = 3});
  REQUIRE(numbers.size() == 20);
  for (int i = 0; i < 20; ++i) {
    CAPTURE(i);
    const auto& each = numbers[static_cast<std::size_t>(i)];
    if (i == 4) {
      CHECK(describe(each.error()) == "/4 cannot be read: No such file or directory");
    } else if (i == 11) {
      CHECK(describe(each.error()) == "/11 is not understood: planted");
    } else {
      CHECK(each.value() == i);
    }
  }
  CHECK(many.disk.most_open == 3);
}

TEST_CASE("text files: read_text_file and read_text_files can be cancelled anywhere") {
  std::size_t open = 0;
  testing::for_each_cancellation([&open]() -> task<void> {
    many_files many(1);
    static_cast<void>(co_await read_text_file(many.disk, "/1"));
    static_cast<void>(co_await read_text_files(many.disk, many.paths, {.max_concurrent = 3}));
    static_cast<void>(co_await read_text_file(many.disk, "/2", &size_of));
    static_cast<void>(co_await read_text_files(many.disk, {"/3", "/4"}, &size_of));
    open += many.disk.open;
  });
  CHECK(open == 0);
}
