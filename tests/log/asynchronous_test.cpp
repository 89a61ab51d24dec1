// SPDX-License-Identifier: MIT
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/log/backend.hpp"

#include "support/test.hpp"

using namespace leat::log;

namespace {

/// A sink that can be held, so that a test decides when the queue is full.
class held_sink {
 public:
  [[nodiscard]] sink as_sink() {
    return sink::custom([this](level, std::string_view line) {
      std::unique_lock lock(mutex_);
      ++arrived_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return is_open_; });
      lines_.emplace_back(line);
    });
  }

  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }

  /// Waits until the writer is inside the sink with its first line.
  void wait_occupied() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return arrived_ > 0; });
  }

  [[nodiscard]] std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  int arrived_ = 0;
  bool is_open_ = false;
};

backend_options options_for(held_sink& to, std::size_t queue_records, overflow_policy overflow) {
  return {.presentation = presentation::plain,
          .sinks = {to.as_sink()},
          .queue_records = queue_records,
          .overflow = overflow};
}

}  // namespace

TEST_CASE("asynchronous log: writes in the order of each thread, on a thread of its own") {
  held_sink out;
  out.open();
  std::thread::id writer;
  backend log(delivery::asynchronous,
              {.presentation = presentation::plain,
               .sinks = {out.as_sink(), sink::custom([&](level, std::string_view) {
                           writer = std::this_thread::get_id();
                         })}});

  for (int i = 0; i < 100; ++i) log.logger().info(std::to_string(i));
  log.flush();

  const auto lines = out.lines();
  REQUIRE(lines.size() == 100);
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(lines[i] == std::to_string(i));
  CHECK(writer != std::this_thread::get_id());
}

TEST_CASE("asynchronous log: drops the newest when the queue is full, and counts them") {
  held_sink out;
  backend log(delivery::asynchronous, options_for(out, 2, overflow_policy::drop_newest));

  log.logger().info("0");
  out.wait_occupied();
  for (int i = 1; i <= 6; ++i) log.logger().info(std::to_string(i));
  out.open();
  log.flush();

  CHECK(out.lines() == std::vector<std::string>{"0", "1", "2"});
  CHECK(log.counts().submitted == 7);
  CHECK(log.counts().written == 3);
  CHECK(log.counts().dropped == 4);
}

TEST_CASE("asynchronous log: drops the oldest when the queue is full, and counts them") {
  held_sink out;
  backend log(delivery::asynchronous, options_for(out, 2, overflow_policy::drop_oldest));

  log.logger().info("0");
  out.wait_occupied();
  for (int i = 1; i <= 6; ++i) log.logger().info(std::to_string(i));
  out.open();
  log.flush();

  CHECK(out.lines() == std::vector<std::string>{"0", "5", "6"});
  CHECK(log.counts().submitted == 7);
  CHECK(log.counts().written == 3);
  CHECK(log.counts().dropped == 4);
}

TEST_CASE("asynchronous log: waits when the queue is full and told to") {
  held_sink out;
  backend log(delivery::asynchronous, options_for(out, 2, overflow_policy::block));

  log.logger().info("0");
  out.wait_occupied();
  std::thread flood([&, to = log.logger()] {
    for (int i = 1; i <= 50; ++i) to.info(std::to_string(i));
  });
  out.open();
  flood.join();
  log.flush();

  CHECK(out.lines().size() == 51);
  CHECK(log.counts().dropped == 0);
}

TEST_CASE("asynchronous log: its end writes everything that is queued") {
  held_sink out;
  {
    backend log(delivery::asynchronous, options_for(out, 100, overflow_policy::drop_newest));
    log.logger().info("0");
    out.wait_occupied();
    for (int i = 1; i <= 50; ++i) log.logger().info(std::to_string(i));
    out.open();
  }
  CHECK(out.lines().size() == 51);
}

TEST_CASE("asynchronous log: every record of many threads is either written or dropped") {
  constexpr int threads = 8;
  constexpr int records = 2000;
  for (const auto overflow :
       {overflow_policy::drop_newest, overflow_policy::drop_oldest, overflow_policy::block}) {
    std::uint64_t lines = 0;
    backend log(delivery::asynchronous,
                {.sinks = {sink::custom([&](level, std::string_view) { ++lines; })},
                 .queue_records = 16,
                 .overflow = overflow});

    std::vector<std::thread> submitters;
    submitters.reserve(threads);
    for (int i = 0; i < threads; ++i) {
      submitters.emplace_back([to = log.logger().bind("thread", i)] {
        for (int n = 0; n < records; ++n) to.info("x", {{"n", n}});
      });
    }
    for (auto& each : submitters) each.join();
    log.flush();

    const backend_counts counts = log.counts();
    CHECK(counts.submitted == threads * records);
    CHECK(counts.written + counts.dropped == counts.submitted);
    CHECK(counts.written == lines);
    CHECK((overflow != overflow_policy::block || counts.dropped == 0));
  }
}

TEST_CASE("asynchronous log: may be flushed by many threads while others log") {
  backend log(delivery::asynchronous, {.sinks = {sink::custom([](level, std::string_view) {})},
                                       .queue_records = 8,
                                       .overflow = overflow_policy::drop_oldest});

  std::vector<std::thread> workers;
  workers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&log, to = log.logger()] {
      for (int n = 0; n < 200; ++n) {
        to.info("x");
        if (n % 10 == 0) log.flush();
      }
    });
  }
  for (auto& each : workers) each.join();
  log.flush();

  CHECK(log.counts().written + log.counts().dropped == 800);
}

TEST_CASE("asynchronous log: a flush returns at once when nothing was said") {
  backend log(delivery::asynchronous, {.sinks = {sink::custom([](level, std::string_view) {})}});
  log.flush();
  CHECK(log.counts().submitted == 0);
}

TEST_CASE("asynchronous log: may end while other threads still log") {
  for (int round = 0; round < 20; ++round) {
    std::uint64_t lines = 0;
    std::vector<std::thread> submitters;
    {
      backend log(delivery::asynchronous,
                  {.sinks = {sink::custom([&](level, std::string_view) { ++lines; })},
                   .queue_records = 4,
                   .overflow = overflow_policy::block});
      for (int i = 0; i < 4; ++i) {
        submitters.emplace_back([to = log.logger()] {
          for (int n = 0; n < 200; ++n) to.info("x");
        });
      }
    }
    for (auto& each : submitters) each.join();
    CHECK(lines <= 800);
  }
}

TEST_CASE("asynchronous log: a sink that throws loses its record only") {
  int calls = 0;
  backend log(delivery::asynchronous, {.sinks = {sink::custom([&](level, std::string_view) {
                                         if (++calls == 1) throw 7;
                                       })}});
  log.logger().info("bad");
  log.logger().info("good");
  log.flush();

  CHECK(log.counts().failed == 1);
  CHECK(log.counts().written == 1);
}

TEST_CASE("asynchronous log: refuses a queue without room") {
  CHECK_THROWS_AS(backend(delivery::asynchronous, {.queue_records = 0}), leat::invalid_argument);
}
