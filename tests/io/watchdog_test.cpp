// SPDX-License-Identifier: MIT
#include "leat/io/watchdog.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leat/base/error.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/loop_meter.hpp"
#include "leat/metrics/registry.hpp"

#include "io/watch/loop_activity.hpp"
#include "support/async_test.hpp"

using namespace leat;

namespace {

/// Keeps the reports of a watchdog.
class report_book {
 public:
  io::watchdog_options options() {
    io::watchdog_options chosen;
    chosen.threshold = 2ms;
    chosen.interval = 1ms;
    chosen.report_gap = 0ms;
    chosen.on_blocked = [this](const io::blocked_step& report) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(report);
      (report.has_ended ? ends_ : begins_).fetch_add(1);
    };
    return chosen;
  }

  [[nodiscard]] std::vector<io::blocked_step> all() const {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  [[nodiscard]] bool blames(const std::string& function) const {
    for (const auto& report : all()) {
      for (const auto& each : report.stack) {
        if (each.function.find(function) != std::string::npos) return true;
      }
    }
    return false;
  }
  [[nodiscard]] bool blames_task(const std::string& name) const {
    for (const auto& report : all()) {
      if (report.task == name) return true;
    }
    return false;
  }
  [[nodiscard]] const std::atomic<int>& begins() const noexcept { return begins_; }
  [[nodiscard]] const std::atomic<int>& ends() const noexcept { return ends_; }

 private:
  mutable std::mutex mutex_;
  std::vector<io::blocked_step> reports_;
  std::atomic<int> begins_ = 0;
  std::atomic<int> ends_ = 0;
};

/// The function to blame: it blocks its thread until `count` has come to `least`.
template <class Number>
[[gnu::noinline]] void spin_until(const std::atomic<Number>& count, Number least) {
  while (count.load() < least) {
  }
}

[[gnu::noinline]] void block_until_named(const report_book& book) {
  // A report may come without a stack, when the machine is so busy that the thread did not get
  // to answer; while it is blocked there will be another.
  while (!book.blames("block_until_named")) spin_until(book.begins(), book.begins().load());
}

task<void> call(auto function) {
  function();
  co_return;
}

}  // namespace

TEST_CASE("watchdog: names the function that blocks the loop, while it is blocked") {
  io::loop loop;
  report_book book;
  const io::watchdog watch(loop, book.options());
  leat::run(loop, call([&book] { block_until_named(book); }));
  CHECK(book.blames("block_until_named"));
  const auto first = book.all().front();
  CHECK(!first.has_ended);
  CHECK(first.lasted >= 2ms);
}

TEST_CASE("watchdog: names the task that blocks the loop") {
  io::loop loop;
  report_book book;
  const io::watchdog watch(loop, book.options());
  leat::run(loop, [](const report_book& reports) -> task<void> {
    co_await with_task_group([&](task_group& group) -> task<void> {
      group.spawn(task_name("night report"), [&reports]() -> task<void> {
        while (!reports.blames_task("night report")) {
          spin_until(reports.begins(), reports.begins().load());
        }
        co_return;
      });
      co_return;
    });
  }(book));
  CHECK(book.blames_task("night report"));
}

TEST_CASE("watchdog: names a lambda that blocks in the middle of malloc's callers") {
  io::loop loop;
  report_book book;
  const io::watchdog watch(loop, book.options());
  leat::run(loop, call([&book] {
              // So that the signal lands in the allocator and its locks.
              while (!book.blames("operator()")) {
                const auto memory = std::make_unique<std::array<char, 3000>>();
                asm volatile("" ::"r"(memory.get()) : "memory");
              }
            }));
  CHECK(book.blames("operator()"));
}

TEST_CASE("watchdog: a second report at the end says how long it was in all") {
  io::loop loop;
  report_book book;
  auto options = book.options();
  options.report_gap = 1h;
  const io::watchdog watch(loop, options);
  leat::run(loop, call([&book] { spin_until(book.begins(), 1); }));
  spin_until(book.ends(), 1);
  const auto reports = book.all();
  REQUIRE(reports.size() == 2);
  CHECK(!reports[0].has_ended);
  CHECK(reports[1].has_ended);
  CHECK(reports[1].lasted >= reports[0].lasted);
  CHECK(reports[1].stack.empty());
}

TEST_CASE("watchdog: blocked steps within the gap are counted, not reported") {
  io::loop loop;
  report_book book;
  metrics::registry registry;
  auto options = book.options();
  options.report_gap = 1h;
  options.blocked_steps = registry.add_counter("loop_blocked_steps_total", "Blocked steps.");
  const io::watchdog watch(loop, options);
  const auto block_until_seen = [&watch](std::uint64_t steps) {
    while (watch.blocked_steps() < steps) {
    }
  };
  leat::run(loop, [](auto block) -> task<void> {
    block(1);
    co_await yield_now();
    block(2);
    co_await yield_now();
    block(3);
  }(block_until_seen));
  CHECK(book.begins() == 1);
  CHECK(watch.blocked_steps() >= 3);
  CHECK(options.blocked_steps.value() >= 3);
}

TEST_CASE("watchdog: a loop that waits is not blocked, however long it does") {
  io::loop loop;
  report_book book;
  auto options = book.options();
  options.threshold = 0ms;  // whatever runs at two looks in a row is blocked
  const io::watchdog watch(loop, options);

  struct setter final : posted_call {
    void run() noexcept override { which.set(); }
    event which;
  } end;
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  std::thread other([&] {
    const auto look_on = [&watch](std::uint64_t times) {
      const auto from = watch.looks();
      while (watch.looks() < from + times) std::this_thread::yield();
    };
    // Nothing will wake it, so once it waits it goes on waiting.
    const auto& activity = *loop.activity();
    while (io::loop_activity::runs(activity.step()) || loop.steps() == 0) {
      std::this_thread::yield();
    }
    look_on(2);  // one that had begun before is over now
    before = watch.blocked_steps();
    look_on(20);
    after = watch.blocked_steps();
    loop.post(end);
  });
  leat::run(loop, [](event& last) -> task<void> { co_await last.wait(); }(end.which));
  other.join();
  CHECK(after == before);
}

TEST_CASE("watchdog: the loop may end first") {
  report_book book;
  std::optional<io::loop> loop(std::in_place);
  const io::watchdog watch(*loop, book.options());
  leat::run(*loop, call([&book] { spin_until(book.begins(), 1); }));
  loop.reset();
  const auto from = watch.looks();
  while (watch.looks() < from + 5) std::this_thread::yield();
  CHECK(book.begins() >= 1);
}

TEST_CASE("watchdog: it may end while a step is blocked") {
  io::loop loop;
  report_book book;
  std::optional<io::watchdog> watch(std::in_place, loop, book.options());
  std::atomic<int> gone = 0;
  std::thread other([&] {
    spin_until(book.begins(), 1);
    watch.reset();
    gone = 1;
  });
  leat::run(loop, call([&gone] { spin_until(gone, 1); }));
  other.join();
  CHECK(gone == 1);
}

TEST_CASE("watchdog: one a loop, on several threads, with the same signal") {
  std::array<report_book, 4> books;
  std::vector<std::thread> threads;
  for (auto& book : books) {
    threads.emplace_back([&book] {
      io::loop loop;
      for (int i = 0; i < 3; ++i) {
        const io::watchdog watch(loop, book.options());
        const int before = book.begins();
        leat::run(loop, call([&book, before] { spin_until(book.begins(), before + 1); }));
      }
    });
  }
  for (auto& each : threads) each.join();
  for (const auto& book : books) CHECK(book.begins() >= 3);
}

TEST_CASE("watchdog: a handler that throws does not stop it") {
  io::loop loop;
  report_book book;
  auto options = book.options();
  std::atomic<int> calls = 0;
  options.on_blocked = [&calls](const io::blocked_step&) {
    ++calls;
    throw std::runtime_error("the disk is full");
  };
  const io::watchdog watch(loop, options);
  leat::run(loop, call([&calls] { spin_until(calls, 2); }));
  CHECK(calls >= 2);
}

TEST_CASE("watchdog: a thread that blocks the signal is reported without a stack") {
  io::loop loop;
  report_book book;
  const io::watchdog watch(loop, book.options());
  sigset_t ours;
  sigset_t before;
  ::sigemptyset(&ours);
  ::sigaddset(&ours, SIGURG);
  ::pthread_sigmask(SIG_BLOCK, &ours, &before);
  leat::run(loop, call([&book] { spin_until(book.begins(), 1); }));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(book.all().front().stack.empty());
}

TEST_CASE("watchdog: refuses a signal that the program handles") {
  io::loop loop;
  struct sigaction theirs{};
  struct sigaction before{};
  theirs.sa_handler = [](int) {};
  REQUIRE(::sigaction(SIGUSR2, &theirs, &before) == 0);
  io::watchdog_options options;
  options.signal = SIGUSR2;
  CHECK_THROWS_AS(io::watchdog(loop, options), invalid_argument);
  ::sigaction(SIGUSR2, &before, nullptr);
  options.signal = SIGKILL;
  CHECK_THROWS_AS(io::watchdog(loop, options), invalid_argument);
  options.signal = 1000;
  CHECK_THROWS_AS(io::watchdog(loop, options), invalid_argument);
}

TEST_CASE("watchdog: refuses negative times") {
  io::loop loop;
  io::watchdog_options options;
  options.threshold = -1ms;
  CHECK_THROWS_AS(io::watchdog(loop, options), invalid_argument);
}

// Run by the test below, in a process of its own.
TEST_CASE("blocked loop that aborts" * doctest::skip()) {
  io::loop loop;
  report_book book;
  auto options = book.options();
  options.aborts = true;
  const io::watchdog watch(loop, options);
  leat::run(loop, call([] { spin_until(std::atomic<int>(0), 1); }));
}

TEST_CASE("watchdog: ends the program where it is asked to") {
  std::string program = "/proc/self/exe";
  std::string which = "--test-case=blocked loop that aborts";
  std::string also_skipped = "--no-skip";
  std::array<char*, 4> arguments{program.data(), which.data(), also_skipped.data(), nullptr};
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  for (const int stream : {1, 2}) {
    ::posix_spawn_file_actions_addopen(&quiet, stream, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, program.c_str(), &quiet, nullptr, arguments.data(), environ) == 0);
  ::posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("watchdog: its text is one sentence and a line for each call") {
  io::blocked_step report;
  report.lasted = 123456us;
  report.task = "reports";
  report.withheld = 2;
  report.stack = {{"parse(std::string)", "parse.cpp", 12}, {"main", "", 0}};
  CHECK(io::to_text(report) ==
        "a step of the loop in task \"reports\" has blocked it for 123 ms; 2 more since the last "
        "report\n    parse(std::string) at parse.cpp:12\n    main");
  io::blocked_step end;
  end.lasted = 1s;
  end.has_ended = true;
  CHECK(io::to_text(end) == "a step of the loop ended after 1000 ms");
}

namespace {

task<void> read_after_a_second(metrics::registry& registry, std::string& text) {
  co_await sleep_for(1s);
  co_await yield_now();  // the meter's timer of the same moment
  text = registry.to_text();
}

}  // namespace

LEAT_ASYNC_TEST("loop meter: counts the lag of its timer, steps, frames and tasks") {
  metrics::registry registry;
  std::string text;
  {
    const io::loop_meter meter(registry, 250ms);
    co_await when_all(sleep_for(2s), read_after_a_second(registry, text));
  }
  CHECK(text.find("loop_lag_seconds_count 4") != std::string::npos);
  CHECK(text.find("loop_lag_seconds_sum 0\n") != std::string::npos);
  CHECK(text.find("loop_steps_total ") != std::string::npos);
  CHECK(text.find("coroutine_frames 0") == std::string::npos);
  CHECK(text.find("tasks_alive " + std::to_string(detail::tasks_on_thread + 2) + "\n") !=
        std::string::npos);  // and the two that slept
}

LEAT_ASYNC_TEST("loop meter: two of them add up, and what has ended counts no more") {
  metrics::registry registry;
  {
    const io::loop_meter one(registry, 250ms);
    const io::loop_meter another(registry, 250ms);
    co_await sleep_for(250ms);
    co_await yield_now();
    const auto twice = std::to_string(2 * detail::tasks_on_thread);
    CHECK(registry.to_text().find("tasks_alive " + twice + "\n") != std::string::npos);
  }
  CHECK(registry.to_text().find("tasks_alive 0\n") != std::string::npos);
  CHECK(registry.to_text().find("coroutine_frames 0\n") != std::string::npos);
}

TEST_CASE("loop meter: the loop may end first; without a loop there is none") {
  metrics::registry registry;
  CHECK_THROWS_AS(io::loop_meter(registry, 1s), invalid_argument);
  std::optional<io::loop_meter> meter;
  {
    io::loop loop;
    leat::run(loop, call([&] { meter.emplace(registry, 1s); }));
  }
  meter.reset();
}
