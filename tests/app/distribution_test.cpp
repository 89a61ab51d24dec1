// SPDX-License-Identifier: MIT
#include "leat/app/distribution.hpp"

#include "leat/app/error.hpp"
#include "leat/testing/async_test.hpp"
#include "leat/testing/cancellation.hpp"

#include "app/imaginary_files.hpp"
#include "support/test.hpp"

using namespace leat::app;
using leat::task;

namespace {

const std::string manifest = "[project]\nname = \"demo\"\n[tool]\nother = 1\n";

task<std::string> location_from(std::string anchor, std::string ceilings, std::string root) {
  imaginary_files disk({{root + "leat.toml", manifest}, {"/a/b/c/d/main.cpp", ""}});
  const auto found =
      co_await find_distribution(disk, {.name = "demo", .anchor = anchor},
                                 environment({{"GIT_CEILING_DIRECTORIES", ceilings}}));
  co_return found.location();
}

}  // namespace

TEST_CASE("distribution: knows where its data is") {
  const distribution demo("demo", "/opt/demo");
  CHECK(demo.data_location() == "/opt/demo/data");
  CHECK(demo.data_location({"configuration", "general.toml"}) ==
        "/opt/demo/data/configuration/general.toml");
  CHECK(demo == distribution("demo", "/opt/demo", false));
  CHECK(demo != distribution("demo", "/opt/demo", true));
}

LEAT_ASYNC_TEST("distribution: is the installed one where that is found beside the executable") {
  imaginary_files disk({{"/opt/demo/share/demo/data/x", ""}, {"/opt/demo/leat.toml", manifest}});
  const auto found = co_await find_distribution(
      disk, {.name = "demo", .installed = "../share/demo"}, environment());
  CHECK(found == distribution("demo", "/opt/demo/share/demo", false));
}

LEAT_ASYNC_TEST("distribution: is otherwise the tree above the executable, named by its manifest") {
  imaginary_files disk({{"/work/tree/leat.toml", manifest}});
  const auto found = co_await find_distribution(
      disk,
      {.name = "other", .installed = "../share/demo", .executable = "/work/tree/build/bin/demo"},
      environment());
  CHECK(found == distribution("demo", "/work/tree", true));
}

LEAT_ASYNC_TEST("distribution: the anchor is a file or a folder, and the root is looked at") {
  for (const char* anchor : {"/a/b/c/d/main.cpp", "/a/b/c/d", "/a/b/./c/x/../d/main.cpp"}) {
    const auto nearest = co_await location_from(anchor, "", "/a/b/c/d/");
    CHECK(nearest == "/a/b/c/d");
    const auto above = co_await location_from(anchor, "", "/a/");
    CHECK(above == "/a");
    const auto root = co_await location_from(anchor, "", "/");
    CHECK(root == "/");
  }
}

LEAT_ASYNC_TEST("distribution: the search stops below a ceiling") {
  const auto below = co_await location_from("/a/b/c/d", ":/a/b:", "/a/b/c/");
  CHECK(below == "/a/b/c");
  const auto begins_there = co_await location_from("/a/b/c/d", "/a/b/c/d", "/a/b/c/d/");
  CHECK(begins_there == "/a/b/c/d");
  for (const char* ceilings : {"/a/b", "/x:/a/b/", ":/a:/a/b/c", "::/a/b:relative"}) {
    CAPTURE(ceilings);
    const char* const root =
        std::string_view(ceilings).find("/c") != std::string_view::npos ? "/a/b/c/" : "/a/b/";
    CHECK_THROWS_AS(co_await location_from("/a/b/c/d", ceilings, root), file_locate_failure);
  }
  const auto relative = co_await location_from("/a/b/c/d", "a/b:", "/a/b/");
  CHECK(relative == "/a/b");
}

LEAT_ASYNC_TEST("distribution: what is nowhere is an error that says what was looked for") {
  imaginary_files disk;
  std::string name;
  std::string subject;
  try {
    static_cast<void>(co_await find_distribution(disk, {.manifest = "demo.toml"}, environment()));
  } catch (const file_locate_failure& e) {
    name = e.name();
    subject = e.subject();
  }
  CHECK(name == "demo.toml");
  CHECK(subject == "project root");
}

LEAT_ASYNC_TEST("distribution: a manifest that is wrong is an error with its place") {
  for (const auto& [text, line] :
       std::vector<std::pair<std::string, std::size_t>>{{"[project]\n", 1},
                                                        {"[project]\nname = 1\n", 2},
                                                        {"[project]\nname = \"\"\n", 2},
                                                        {"x = 1\n[project\n", 2}}) {
    CAPTURE(text);
    imaginary_files disk({{"/opt/leat.toml", text}});
    std::vector<problem> found;
    try {
      static_cast<void>(co_await find_distribution(disk, {}, environment()));
    } catch (const invalid_configuration& e) {
      found = e.problems();
    }
    CHECK(found.size() == 1);
    if (found.size() != 1) continue;
    CHECK(found[0].source == "/opt/leat.toml");
    CHECK(found[0].line == line);
  }
}

TEST_CASE("distribution: find_distribution can be cancelled anywhere") {
  leat::testing::for_each_cancellation([]() -> task<void> {
    imaginary_files disk({{"/opt/leat.toml", manifest}});
    disk.delay = [] { return std::chrono::milliseconds(1); };
    static_cast<void>(co_await find_distribution(disk, {.installed = "../x"}, environment()));
  });
}
