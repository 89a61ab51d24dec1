// SPDX-License-Identifier: MIT
#include "leat/app/directories.hpp"

#include "leat/app/error.hpp"

#include "support/test.hpp"

using namespace leat::app;

namespace {

const application demo("demo");
const application full("demo", "Example Ltd", "1.2");

}  // namespace

TEST_CASE("directories: Linux has four folders below the user's home") {
  const auto found = linux_directories(demo, environment({{"HOME", "/home/ann"}}));
  CHECK(found == directories{.home = "/home/ann",
                             .configuration = "/home/ann/.config/demo",
                             .data = "/home/ann/.local/share/demo",
                             .state = "/home/ann/.local/state/demo",
                             .cache = "/home/ann/.cache/demo"});
}

TEST_CASE("directories: on Linux the variables of XDG move them, and home is not needed") {
  const auto found = linux_directories(full, environment({{"XDG_CONFIG_HOME", "/etc/xdg"},
                                                          {"XDG_DATA_HOME", "/srv/data/"},
                                                          {"XDG_STATE_HOME", "/var/lib"},
                                                          {"XDG_CACHE_HOME", "/"}}));
  CHECK(found == directories{.home = "",
                             .configuration = "/etc/xdg/demo/1.2",
                             .data = "/srv/data/demo/1.2",
                             .state = "/var/lib/demo/1.2",
                             .cache = "/demo/1.2"});
}

TEST_CASE("directories: a variable of XDG that is no absolute path is ignored") {
  for (const char* value : {"", "relative", "./config", "~/config"}) {
    CAPTURE(value);
    const environment variables({{"HOME", "/home/ann"}, {"XDG_CONFIG_HOME", value}});
    CHECK(linux_directories(demo, variables).configuration == "/home/ann/.config/demo");
  }
}

TEST_CASE("directories: on Linux a version is a folder and a publisher is none") {
  const auto found = linux_directories(full, environment({{"HOME", "/home/ann"}}));
  CHECK(found.configuration == "/home/ann/.config/demo/1.2");
}

TEST_CASE("directories: without a home they are an error that names the variable") {
  CHECK_THROWS_AS(static_cast<void>(linux_directories(demo, environment())), file_locate_failure);
  try {
    static_cast<void>(linux_directories(demo, environment({{"HOME", "relative"}})));
    FAIL("not refused");
  } catch (const file_locate_failure& e) {
    CHECK(e.name() == "HOME");
  }
}

TEST_CASE("directories: macOS has them in the library") {
  const auto found = macos_directories(full, environment({{"HOME", "/Users/ann"}}));
  CHECK(found == directories{.home = "/Users/ann",
                             .configuration = "/Users/ann/Library/Application Support/demo/1.2",
                             .data = "/Users/ann/Library/Application Support/demo/1.2",
                             .state = "/Users/ann/Library/Application Support/demo/1.2",
                             .cache = "/Users/ann/Library/Caches/demo/1.2"});
}

TEST_CASE("directories: Windows has them below the publisher") {
  const environment variables({{"USERPROFILE", "C:\\Users\\ann"},
                               {"APPDATA", "C:\\Users\\ann\\AppData\\Roaming"},
                               {"LOCALAPPDATA", "C:\\Users\\ann\\AppData\\Local"}});
  CHECK(windows_directories(full, variables) ==
        directories{.home = "C:\\Users\\ann",
                    .configuration = "C:\\Users\\ann\\AppData\\Roaming\\Example Ltd\\demo\\1.2",
                    .data = "C:\\Users\\ann\\AppData\\Local\\Example Ltd\\demo\\1.2",
                    .state = "C:\\Users\\ann\\AppData\\Local\\Example Ltd\\demo\\1.2",
                    .cache = "C:\\Users\\ann\\AppData\\Local\\Example Ltd\\demo\\1.2\\Cache"});
  CHECK(windows_directories(demo, variables).configuration ==
        "C:\\Users\\ann\\AppData\\Roaming\\demo");
  CHECK_THROWS_AS(static_cast<void>(windows_directories(demo, environment())), file_locate_failure);
}

TEST_CASE("directories: two names never share one") {
  const environment variables({{"HOME", "/home/ann"}});
  const auto a = linux_directories(demo, variables);
  const auto b = linux_directories(application("other"), variables);
  CHECK(a.configuration != b.configuration);
  CHECK(a.data != b.data);
  CHECK(a.state != b.state);
  CHECK(a.cache != b.cache);
}
