// SPDX-License-Identifier: MIT
#include "leat/app/inscription.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "leat/app/prepare.hpp"
#include "leat/base/error.hpp"
#include "leat/log/error.hpp"
#include "leat/log/flush_on_crash.hpp"
#include "leat/testing/cancellation.hpp"

#include "support/async_test.hpp"
#include "support/scratch_folder.hpp"

using namespace leat;
using namespace leat::app;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool is_open(const std::string& path) {
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(each, gone) == path) return true;
  }
  return false;
}

inscription into(const std::string& path, log::file_mode mode) {
  inscription how;
  how.target = log::sink::file(path, mode);
  return how;
}

task<void> say(inscription how, std::string what) {
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    const auto logger = co_await inscribe_to_target(how, "demo", exits);
    logger.info(what);
  });
}

}  // namespace

LEAT_LOOPBACK_TEST("inscription: a file is made with its folders, and closed at the end") {
  const scratch_folder folder;
  const std::string path = folder / "a/b/demo.log";
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    const auto logger =
        co_await inscribe_to_target(into(path, log::file_mode::append), "demo", exits);
    logger.info("one");
    CHECK(is_open(path));
  });
  CHECK_FALSE(is_open(path));
  CHECK(text_of(path) == "demo: one\n");
}

LEAT_LOOPBACK_TEST("inscription: a file is appended to or begun anew, as it is told") {
  const scratch_folder folder;
  const std::string path = folder / "demo.log";
  co_await say(into(path, log::file_mode::append), "one");
  co_await say(into(path, log::file_mode::append), "two");
  CHECK(text_of(path) == "demo: one\ndemo: two\n");
  co_await say(into(path, log::file_mode::truncate), "three");
  CHECK(text_of(path) == "demo: three\n");
}

LEAT_LOOPBACK_TEST("inscription: a file that cannot be opened is an error, and nothing is kept") {
  const scratch_folder folder;
  std::ofstream(folder / "file") << "x";
  const std::string path = folder / "file/demo.log";
  bool was_refused = false;
  try {
    co_await say(into(path, log::file_mode::append), "one");
  } catch (const log::sink_error&) {
    was_refused = true;
  }
  CHECK(was_refused);
}

LEAT_LOOPBACK_TEST("inscription: what is no terminal gets JSON, where it may choose") {
  const scratch_folder folder;
  const std::string path = folder / "demo.log";
  auto how = into(path, log::file_mode::append);
  how.chooses_presentation = true;
  co_await say(how, "one");
  CHECK(text_of(path).starts_with("{\"event\": \"one\""));
  how.colours = log::colours::always;  // somebody knows better
  how.target = log::sink::file(path, log::file_mode::truncate);
  co_await say(how, "two");
  CHECK(text_of(path).find("\x1B[") != std::string::npos);
}

LEAT_LOOPBACK_TEST("inscription: one of a process may flush on a crash, until its end") {
  const scratch_folder folder;
  auto how = into(folder / "demo.log", log::file_mode::append);
  how.flushes_on_crash = true;
  bool was_refused = false;
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    static_cast<void>(co_await inscribe_to_target(how, "demo", exits));
    try {
      static_cast<void>(co_await inscribe_to_target(how, "demo", exits));
    } catch (const invalid_argument&) {
      was_refused = true;
    }
  });
  CHECK(was_refused);
  co_await say(how, "again");
}

TEST_CASE("inscription: can be cancelled anywhere, and leaves no file open") {
  const scratch_folder folder;
  const std::string path = folder / "demo.log";
  testing::for_each_cancellation(
      [&]() -> task<void> { co_await say(into(path, log::file_mode::append), "one"); });
  CHECK_FALSE(is_open(path));
}

LEAT_LOOPBACK_TEST("prepare: the configuration says into which file it logs, from templates") {
  const scratch_folder folder;
  const std::string path = folder / "state/demo.log";
  std::filesystem::create_directories(folder / "state");
  std::ofstream(path) << "old\n";
  prepare_options options;
  options.application = application("demo");
  options.distribution = distribution("demo", "/");
  options.variables = environment({{"HOME", "/home/ann"}, {"XDG_STATE_HOME", folder / "home"}});
  options.source = configuration_source::text("[inscription]\nfile = \"" + path +
                                              "\"\nmode = \"truncate\"\nlevel = \"info\"");
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    const globals all = co_await prepare(exits, std::move(options));
    all.logger().info("one");
  });
  CHECK(text_of(path) == "demo: one\n");
}

LEAT_LOOPBACK_TEST(
    "prepare: a log file that the configuration lets rotate begins anew at its size") {
  const scratch_folder folder;
  const std::string path = folder / "demo.log";
  prepare_options options;
  options.application = application("demo");
  options.distribution = distribution("demo", "/");
  options.variables = environment({{"HOME", "/home/ann"}});
  options.source = configuration_source::text("[inscription]\nfile = \"" + path +
                                              "\"\nmax_bytes = 12\nkept_files = 1\n");
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    const globals all = co_await prepare(exits, std::move(options));
    for (const auto* const each : {"one", "two", "three"}) all.logger().info(each);
  });
  CHECK(text_of(path) == "demo: three\n");
  CHECK(text_of(folder / "demo.1.log") == "demo: two\n");
  CHECK_FALSE(std::filesystem::exists(folder / "demo.2.log"));
}

LEAT_LOOPBACK_TEST("inscription: each presentation writes what its name says, also into memory") {
  struct row {
    log::presentation presentation;
    std::string line;  ///< A part of it; empty: there is none.
  };
  for (const auto& each :
       {row{log::presentation::null, ""}, row{log::presentation::plain, "demo: sold count=2"},
        row{log::presentation::rich, "WARN     demo: sold count=2"},
        row{log::presentation::json, "{\"event\": \"sold\", \"count\": 2, \"logger\": \"demo\""}}) {
    CAPTURE(each.line);
    std::vector<std::string> lines;
    co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
      inscription how;
      how.presentation = each.presentation;
      const auto logger =
          co_await inscribe_to_sink(log::sink::custom([&lines](log::level, std::string_view line) {
                                      lines.emplace_back(line);
                                    }),
                                    how, "demo", exits);
      logger.warn("sold", {{"count", 2}});
    });
    REQUIRE(lines.size() == (each.line.empty() ? 0 : 1));
    if (each.line.empty()) continue;
    CHECK(lines[0].find(each.line) != std::string::npos);
    CHECK(lines[0].find('\x1B') == std::string::npos);  // memory is no terminal
  }
}

namespace {

/// Standard error is a file for as long as this lives.
class redirected_error {
 public:
  explicit redirected_error(const std::string& path) : before_(::dup(STDERR_FILENO)) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (before_ < 0 || file < 0) throw std::runtime_error("no file for standard error");
    ::dup2(file, STDERR_FILENO);
    ::close(file);
  }
  redirected_error(const redirected_error&) = delete;
  redirected_error& operator=(const redirected_error&) = delete;
  ~redirected_error() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

}  // namespace

LEAT_LOOPBACK_TEST("inscription: standard error is the one there is when the program logs") {
  const scratch_folder folder;
  {
    const redirected_error elsewhere(folder / "error");
    co_await say({}, "one");
  }
  CHECK(text_of(folder / "error") == "demo: one\n");
}

namespace {

/// The bytes that this thread has read or written with system calls; nothing where the kernel does
/// not count them.
std::optional<std::uint64_t> bytes_of_thread() {
  std::ifstream in("/proc/thread-self/io");
  std::string name;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  if (!(in >> name >> read >> name >> written)) return std::nullopt;
  return read + written;
}

}  // namespace

LEAT_LOOPBACK_TEST(
    "prepare: files are read and logs are written by other threads than the loop's") {
  if (!bytes_of_thread()) co_return;
  constexpr std::size_t size = 500'000;
  const scratch_folder folder;
  const std::string log = folder / "demo.log";
  std::ofstream(folder / "main.toml")
      << "includes = [\"" << (folder / "more.toml") << "\"]\n[inscription]\nfile = \"" << log
      << "\"\n#" << std::string(size, 'x') << "\n";
  std::ofstream(folder / "more.toml") << "#" << std::string(size, 'y') << "\n";
  prepare_options options;
  options.application = application("demo");
  options.distribution = distribution("demo", folder / "distribution");
  options.variables = environment({{"HOME", folder / "home"}});
  options.source = configuration_source::file(folder / "main.toml");
  options.makes_directories = true;

  const auto before = bytes_of_thread();
  co_await with_exit_stack([&](exit_stack& exits) -> task<void> {
    const globals all = co_await prepare(exits, std::move(options));
    all.logger().info(std::string(size, 'z'));
  });
  const auto by_loop = *bytes_of_thread() - *before;
  CHECK(std::filesystem::file_size(log) > size);
  CHECK(by_loop < 100'000);  // eventfd and /proc, not the files
}
