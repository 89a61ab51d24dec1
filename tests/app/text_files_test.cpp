// SPDX-License-Identifier: MIT
#include "leat/app/text_files.hpp"

#include <algorithm>

#include "leat/app/error.hpp"
#include "leat/base/error.hpp"
#include "leat/testing/cancellation.hpp"
#include "leat/testing/random.hpp"

#include "app/imaginary_files.hpp"
#include "support/async_test.hpp"

using namespace leat;
using namespace leat::app;

namespace {

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

TEST_CASE("text files: read_text_file and read_text_files can be cancelled anywhere") {
  std::size_t open = 0;
  testing::for_each_cancellation([&open]() -> task<void> {
    many_files many(1);
    static_cast<void>(co_await read_text_file(many.disk, "/1"));
    static_cast<void>(co_await read_text_files(many.disk, many.paths, {.max_concurrent = 3}));
    open += many.disk.open;
  });
  CHECK(open == 0);
}
