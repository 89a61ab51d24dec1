// SPDX-License-Identifier: MIT
#include "leat/log/backend.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "log/captured.hpp"
#include "support/test.hpp"

using namespace leat::log;
using leat::testing::captured_log;

namespace {

/// A directory that is gone with everything in it when the test ends.
class scratch_directory {
 public:
  scratch_directory() {
    const char* const made = ::mkdtemp(path_.data());
    REQUIRE(made != nullptr);
  }
  ~scratch_directory() {
    for (const auto& each : files_) std::remove(each.c_str());
    ::rmdir((path_ + "/logs").c_str());
    ::rmdir(path_.c_str());
  }

  std::string file(const std::string& name) {
    files_.push_back(path_ + "/" + name);
    return files_.back();
  }

 private:
  std::string path_ = "/tmp/leat-log-XXXXXX";
  std::vector<std::string> files_;
};

std::string content_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_line(const std::string& path, file_mode mode, std::string_view event) {
  backend to_file(delivery::synchronous,
                  {.presentation = presentation::plain, .sinks = {sink::file(path, mode)}});
  to_file.logger().info(event);
}

}  // namespace

TEST_CASE("log backend: calls processors in order, each seeing what the one before did") {
  captured_log log({.presentation = presentation::plain,
                    .processors = {[](record& what) {
                                     what.set("n", 1);
                                     return verdict::keep;
                                   },
                                   [](record& what) {
                                     const auto before =
                                         *what.find("n")->value.get_if<std::int64_t>();
                                     what.set("n", before + 1);
                                     what.set_event(std::string(what.event()) + "!");
                                     what.erase("gone");
                                     return verdict::keep;
                                   }}});

  log.logger().info("x", {{"gone", 1}});

  CHECK(log.last() == "x! n=2");
}

TEST_CASE("log backend: a processor can drop a record, and later ones do not see it") {
  int seen = 0;
  captured_log log({.processors = {[](record& what) {
                                     return what.event() == "noise" ? verdict::drop : verdict::keep;
                                   },
                                   [&](record&) {
                                     ++seen;
                                     return verdict::keep;
                                   }}});

  log.logger().info("noise");
  log.logger().info("signal");

  CHECK(log.lines().size() == 1);
  CHECK(seen == 1);
  CHECK(log.backend().counts().submitted == 1);
}

TEST_CASE("log backend: counts a record that a processor fails on, and goes on") {
  bool is_broken = true;
  captured_log log({.processors = {[&](record&) {
                      if (is_broken) throw std::runtime_error("broken");
                      return verdict::keep;
                    }}});

  log.logger().info("lost");
  is_broken = false;
  log.logger().info("kept");

  CHECK(log.lines().size() == 1);
  CHECK(log.backend().counts().failed == 1);
  CHECK(log.backend().counts().submitted == 2);
}

TEST_CASE("log backend: counts a record that a sink fails on, and the other sinks get it") {
  std::vector<std::string> lines;
  backend out(
      delivery::synchronous,
      {.sinks = {sink::custom([](level, std::string_view) { throw 7; }),
                 sink::custom([&](level, std::string_view line) { lines.emplace_back(line); })}});

  out.logger().info("x");

  CHECK(lines.size() == 1);
  CHECK(out.counts().failed == 1);
  CHECK(out.counts().written == 0);
}

TEST_CASE("log backend: tells a sink the level") {
  level seen = level::off;
  backend out(delivery::synchronous,
              {.sinks = {sink::custom([&](level at, std::string_view) { seen = at; })}});

  out.logger().error("x");

  CHECK(seen == level::error);
}

TEST_CASE("log backend: shows nothing with the null presentation, and costs no call") {
  captured_log log({.presentation = presentation::null});

  CHECK_FALSE(log.logger().is_enabled(level::critical));
  log.backend().set_minimum(level::trace);
  CHECK_FALSE(log.logger().is_enabled(level::critical));
  log.logger().critical("x");

  CHECK(log.lines().empty());
}

TEST_CASE("log backend: makes a file and its directory") {
  scratch_directory scratch;
  const std::string path = scratch.file("logs/app.log");

  write_line(path, file_mode::append, "one");

  CHECK(content_of(path) == "one\n");
}

TEST_CASE("log backend: appends to a file, or begins it anew") {
  scratch_directory scratch;
  const std::string path = scratch.file("app.log");

  write_line(path, file_mode::append, "one");
  write_line(path, file_mode::append, "two");
  CHECK(content_of(path) == "one\ntwo\n");
  write_line(path, file_mode::truncate, "three");
  CHECK(content_of(path) == "three\n");
}

TEST_CASE("log backend: says which file it cannot open, with the system's reason") {
  try {
    const backend out(delivery::synchronous, {.sinks = {sink::file("/proc/none/app.log")}});
    FAIL("opened");
  } catch (const sink_error& e) {
    CHECK(std::string(e.what()).starts_with("cannot open log file /proc/none/app.log: "));
    CHECK(e.code() == leat::log::errc::sink_failed);
    CHECK(e.cause());
  }
}

TEST_CASE("log backend: a line that a full disk refuses counts as failed") {
  backend out(delivery::synchronous, {.sinks = {sink::file("/dev/full")}});

  out.logger().info("x");

  CHECK(out.counts().failed == 1);
}
