// SPDX-License-Identifier: MIT
#include "leat/log/flush_on_crash.hpp"

#include <csignal>
#include <cstddef>
#include <fstream>
#include <mutex>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leat/base/error.hpp"
#include "leat/log/backend.hpp"

#include "support/scratch_folder.hpp"
#include "support/test.hpp"

using namespace leat::log;
using namespace std::chrono_literals;

namespace {

/// Runs `act` in a process of its own and returns how that ended, as `waitpid` says it.
template <class Action>
int status_of_child(Action act) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
    std::signal(SIGABRT, SIG_DFL);  // not doctest's, which tells a story about it
    act();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

std::size_t lines_in(const std::string& path) {
  std::ifstream in(path);
  std::size_t count = 0;
  for (std::string line; std::getline(in, line);) ++count;
  return count;
}

constexpr int records = 2000;

void say_all(const backend& logs) {
  for (int i = 0; i < records; ++i) logs.logger().info("on the way down", {{"i", i}});
}

}  // namespace

TEST_CASE("flush_on_crash: what is queued is written, and the signal does what it does") {
  const scratch_folder folder;
  const std::string path = folder / "a.log";
  const int status = status_of_child([&] {
    backend logs(delivery::asynchronous, {.sinks = {sink::file(path)}});
    const flush_on_crash before_the_end(logs, 30s);
    say_all(logs);
    std::abort();
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  CHECK(lines_in(path) == records);
}

TEST_CASE("flush_on_crash: a signal that somebody sent ends the program too") {
  const scratch_folder folder;
  const std::string path = folder / "a.log";
  const int status = status_of_child([&] {
    std::signal(SIGFPE, SIG_DFL);
    backend logs(delivery::asynchronous, {.sinks = {sink::file(path)}});
    const flush_on_crash before_the_end(logs, 30s);
    say_all(logs);
    ::kill(::getpid(), SIGFPE);
    for (;;) ::pause();
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGFPE);
  CHECK(lines_in(path) == records);
}

TEST_CASE("flush_on_crash: a writer that gets nowhere does not keep the program alive") {
  const int status = status_of_child([&] {
    std::mutex held;
    held.lock();
    backend logs(delivery::asynchronous, {.sinks = {sink::custom([&](level, std::string_view) {
                                            held.lock();  // for ever
                                          })}});
    const flush_on_crash before_the_end(logs, 1h);
    say_all(logs);
    std::abort();
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("flush_on_crash: the handlers there were are back when it ends") {
  const auto handler_of = [](int number) {
    struct sigaction present{};
    ::sigaction(number, nullptr, &present);
    return present.sa_sigaction;
  };
  const auto before = handler_of(SIGBUS);
  {
    const backend logs(delivery::asynchronous);
    const flush_on_crash first(logs);
    CHECK((handler_of(SIGBUS) != before));
    CHECK_THROWS_AS(flush_on_crash(logs, 1s), leat::invalid_argument);
  }
  CHECK((handler_of(SIGBUS) == before));
  const backend logs(delivery::asynchronous);
  CHECK_THROWS_AS(flush_on_crash(logs, 0s), leat::invalid_argument);
  CHECK_NOTHROW(flush_on_crash(logs, 1s));
}
