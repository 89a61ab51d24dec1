// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "leat/base/error.hpp"
#include "leat/log/backend.hpp"

#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat::log;

namespace {

std::string content_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

backend_options to_file(const std::string& path, rotation when) {
  return {.presentation = presentation::plain, .sinks = {sink::rotating_file(path, when)}};
}

}  // namespace

TEST_CASE("log rotation: a file begins anew before a line would make it too long") {
  const scratch_folder folder;
  const std::string path = folder / "a.log";
  backend log(delivery::synchronous, to_file(path, {.max_bytes = 12, .kept_files = 2}));
  for (const auto* event : {"first", "second", "third", "fourth", "fifth"}) {
    log.logger().info(event);
  }
  CHECK(log.counts().written == 5);
  CHECK(content_of(path) == "fifth\n");
  CHECK(content_of(folder / "a.1.log") == "fourth\n");
  CHECK(content_of(folder / "a.2.log") == "third\n");
  CHECK_FALSE(std::filesystem::exists(folder / "a.3.log"));
}

TEST_CASE("log rotation: a line that exactly fits does not begin a file") {
  const scratch_folder folder;
  const std::string path = folder / "a.log";
  backend log(delivery::synchronous, to_file(path, {.max_bytes = 12, .kept_files = 1}));
  log.logger().info("first");  // 6 bytes with its line feed
  log.logger().info("again");
  CHECK(content_of(path) == "first\nagain\n");
  log.logger().info("x");
  CHECK(content_of(path) == "x\n");
}

TEST_CASE("log rotation: goes on behind what a run before has left") {
  const scratch_folder folder;
  const std::string path = folder / "a.log";
  for (const auto* event : {"first", "again", "third"}) {
    backend log(delivery::synchronous, to_file(path, {.max_bytes = 12, .kept_files = 1}));
    log.logger().info(event);
  }
  CHECK(content_of(path) == "third\n");
  CHECK(content_of(folder / "a.1.log") == "first\nagain\n");
}

TEST_CASE("log rotation: bounds") {
  const scratch_folder folder;
  const auto make = [&](rotation when) {
    backend(delivery::synchronous, to_file(folder / "a.log", when));
  };
  CHECK_THROWS_AS(make({.max_bytes = 0}), leat::invalid_argument);
  CHECK_THROWS_AS(make({.kept_files = 10'001}), leat::invalid_argument);
  CHECK_NOTHROW(make({.max_bytes = 1, .kept_files = 10'000}));
}

TEST_CASE("log rotation: a file that cannot be opened is named") {
  CHECK_THROWS_AS(backend(delivery::synchronous, to_file("/proc/none/a.log", {})), sink_error);
}
