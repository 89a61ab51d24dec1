// SPDX-License-Identifier: MIT
#include "leat/app/files.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leat/app/error.hpp"
#include "leat/app/prepare.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/testing/async_test.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat;
using namespace leat::app;

namespace {

std::string contents_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
}

std::size_t files_in(const std::string& folder) {
  const auto each = std::filesystem::directory_iterator(folder);
  return static_cast<std::size_t>(std::distance(begin(each), end(each)));
}

}  // namespace

LEAT_LOOPBACK_TEST("files: are read whole, within max_bytes") {
  const scratch_folder folder;
  const auto disk = disk_files();
  const std::string path = folder / "a";
  write(path, std::string(40'000, 'x'));
  const auto text = co_await disk->read(path, 40'000);
  CHECK(text.size() == 40'000);
  CHECK_THROWS_AS(co_await disk->read(path, 39'999), file_access_failure);
}

LEAT_LOOPBACK_TEST("files: what is no regular file is refused, and never waited for") {
  const scratch_folder folder;
  const auto disk = disk_files();
  const std::string pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_AS(co_await disk->read(pipe, 10), file_access_failure);
  CHECK_THROWS_AS(co_await disk->read(folder / ".", 10), file_access_failure);
  std::error_code cause;
  try {
    static_cast<void>(co_await disk->read(folder / "nothing", 10));
  } catch (const file_access_failure& e) {
    cause = e.cause();
  }
  CHECK(cause == std::errc::no_such_file_or_directory);
  const auto kind = co_await disk->kind_of(pipe);
  CHECK(kind == file_kind::other);
}

LEAT_LOOPBACK_TEST("files: a folder is listed in order, and made with those above it") {
  const scratch_folder folder;
  const auto disk = disk_files();
  const std::string deep = folder / "a/b/c";
  co_await disk->make_folder(deep);
  co_await disk->make_folder(deep);
  for (const char* name : {"z", "a", "B"}) write(deep + "/" + name, "");
  const auto names = co_await disk->list(deep);
  CHECK(names == std::vector<std::string>{"B", "a", "z"});
  CHECK_THROWS_AS(co_await disk->make_folder(deep + "/z/x"), file_access_failure);
  CHECK_THROWS_AS(co_await disk->make_folder(deep + "/z"), file_access_failure);
  CHECK_THROWS_AS(co_await disk->list(folder / "nothing"), file_access_failure);
  const auto through = co_await disk->kind_of(deep + "/z/x");
  CHECK(through == file_kind::absent);
}

LEAT_LOOPBACK_TEST("files: one that is there is never replaced") {
  const scratch_folder folder;
  const auto disk = disk_files();
  const std::string path = folder / "new/general.toml";
  const bool is_first = co_await disk->install(path, "first");
  const bool is_second = co_await disk->install(path, "second");
  CHECK(is_first);
  CHECK_FALSE(is_second);
  CHECK(contents_of(path) == "first");
  CHECK(files_in(folder / "new") == 1);
}

TEST_CASE("files: of processes that install at once one wins, and all see a whole file") {
  const scratch_folder folder;
  const std::string path = folder / "general.toml";
  constexpr int racers = 16;
  std::vector<pid_t> children;
  for (int i = 0; i < racers; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int status = 2;
      try {
        testing::test_loop loop(testing::time_source::real_time);
        const std::string text(100'000, static_cast<char>('a' + i));
        const bool is_mine = loop.run(disk_files()->install(path, text));
        const std::string seen = contents_of(path);
        const bool is_whole =
            seen.size() == text.size() && seen.find_first_not_of(seen[0]) == seen.npos;
        status = !is_whole ? 3 : is_mine ? 0 : 1;
      } catch (...) {
      }
      ::_exit(status);
    }
    children.push_back(child);
  }
  int winners = 0;
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) <= 1);
    if (WEXITSTATUS(status) == 0) ++winners;
  }
  CHECK(winners == 1);
  CHECK(files_in(folder / ".") == 1);
}

TEST_CASE("files: an install that is cancelled anywhere leaves a whole file or none") {
  const scratch_folder folder;
  const auto disk = disk_files();
  const std::string path = folder / "general.toml";
  testing::for_each_cancellation(
      [&]() -> task<void> {
        std::filesystem::remove(path);
        static_cast<void>(co_await disk->install(path, "whole"));
      },
      [&](const outcome<void>&) {
        const std::string seen = contents_of(path);
        CHECK((seen.empty() || seen == "whole"));
        CHECK(files_in(folder / ".") <= 1);
      });
}

TEST_CASE("files: kind_of, read, list, make_folder and read_link can be cancelled anywhere") {
  const scratch_folder folder;
  const auto disk = disk_files();
  const std::string path = folder / "a";
  write(path, "text");
  std::filesystem::create_symlink("a", folder / "link");
  testing::for_each_cancellation([&]() -> task<void> {
    const auto kind = co_await disk->kind_of(path);
    CHECK(kind == file_kind::file);
    const auto text = co_await disk->read(path, 4);
    CHECK(text == "text");
    co_await disk->make_folder(folder / "b/c");
    const auto names = co_await disk->list(folder / "b");
    CHECK(names == std::vector<std::string>{"c"});
    const auto target = co_await disk->read_link(folder / "link");
    CHECK(target == "a");
  });
}

LEAT_LOOPBACK_TEST("prepare: on a disk installs the template once and reads what people wrote") {
  const scratch_folder folder;
  const std::string home = folder / "home";
  const std::string template_folder = folder / "share/data/configuration";
  std::filesystem::create_directories(template_folder);
  write(template_folder + "/general.toml", "includes = [\"conf.d\"]\nport = 1\n");
  const auto prepared = [&]() -> task<configuration> {
    prepare_options options;
    options.distribution = distribution("demo", folder / "share");
    options.variables = environment({{"HOME", home}});
    options.inscription.level = log::level::off;
    exit_stack exits;
    const globals made = co_await prepare(exits, std::move(options));
    co_await exits.close();
    co_return made.configuration();
  };
  // The template includes a folder that is not there yet.
  CHECK_THROWS_AS(co_await prepared(), invalid_configuration);
  const std::string installed = home + "/.config/demo";
  CHECK(contents_of(installed + "/general.toml") == contents_of(template_folder + "/general.toml"));
  CHECK(files_in(installed) == 1);

  std::filesystem::create_directories(installed + "/conf.d");
  for (int i = 0; i < 50; ++i) {
    write(installed + "/conf.d/" + std::to_string(10 + i) + ".toml",
          "last = " + std::to_string(i) + "\nk" + std::to_string(i) + " = 1");
  }
  const auto first = co_await prepared();
  CHECK(first.at("last").as_integer() == 49);
  CHECK(first.entries().size() == 52);

  write(installed + "/general.toml", "port = 2\n");
  const auto second = co_await prepared();
  CHECK(second == configuration::parse("port = 2"));
}

TEST_CASE("prepare: threads and descriptors are as many afterwards as before") {
  const auto before = std::pair(files_in("/proc/self/task"), files_in("/proc/self/fd"));
  for (const char* toml : {"", "a = = 1"}) {
    testing::test_loop loop(testing::time_source::real_time);
    loop.run([](std::string text) -> task<void> {
      exit_stack exits;
      try {
        prepare_options options;
        options.application = application("demo");
        options.variables = environment({{"HOME", "/nowhere"}});
        options.source = configuration_source::text(text);
        options.inscription.level = log::level::off;
        static_cast<void>(co_await prepare(exits, std::move(options)));
        CHECK(text.empty());
      } catch (const invalid_configuration&) {
        CHECK_FALSE(text.empty());
      }
      co_await exits.close();
    }(toml));
  }
  CHECK(std::pair(files_in("/proc/self/task"), files_in("/proc/self/fd")) == before);
}
