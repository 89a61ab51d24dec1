// SPDX-License-Identifier: MIT
#include <string_view>
#include <thread>
#include <vector>

#include <pthread.h>
#include <signal.h>

#include "log/delivery.hpp"
#include "log/fan_out.hpp"
#include "log/line_queue.hpp"

namespace leat::log {
namespace {

/// Blocks every signal while it lives. A thread inherits the mask of the one that starts it,
/// and signals belong to the threads of the program, not to the writer of its log.
class signals_blocked {
 public:
  signals_blocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// A queue, and a thread that writes what is in it.
class asynchronous_delivery final : public line_delivery {
 public:
  asynchronous_delivery(const std::vector<sink>& sinks, colours how, std::size_t queue_records,
                        overflow_policy overflow)
      : sinks_(sinks, how), queue_(queue_records, overflow) {
    const signals_blocked during;
    writer_ = std::thread([this] { write_all(); });
  }
  ~asynchronous_delivery() override { end(); }

  void submit(level at, std::string_view line) override { queue_.put(at, line); }
  void flush() override { queue_.wait_until_flushed(); }
  void close() override { end(); }

  [[nodiscard]] bool shows_colours() const noexcept override { return sinks_.shows_colours(); }
  [[nodiscard]] progress how_far() const noexcept override {
    return {
        .accepted = queue_.accepted(), .finished = queue_.written(), .flushed = queue_.flushed()};
  }
  [[nodiscard]] std::uint64_t written() const override { return sinks_.written(); }
  [[nodiscard]] std::uint64_t failed() const override { return sinks_.failed(); }
  [[nodiscard]] std::uint64_t dropped() const override { return queue_.dropped(); }

 private:
  void write_all() noexcept {
    pthread_setname_np(pthread_self(), "leat-log");
    line_queue::batch lines;
    while (queue_.take(lines)) {
      bool was_flushed = false;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool is_last = i + 1 == lines.size();
        sinks_.write(as_message(lines[i].at, lines[i].text), [&] {
          was_flushed = is_last && queue_.wants_flush();
          return was_flushed;
        });
      }
      queue_.note_written(was_flushed);
    }
    sinks_.flush();
  }

  void end() {
    if (!writer_.joinable()) return;
    queue_.close();
    writer_.join();
  }

  fan_out sinks_;  // of the writer
  line_queue queue_;
  std::thread writer_;
};

}  // namespace

std::unique_ptr<line_delivery> make_asynchronous_delivery(const std::vector<sink>& sinks,
                                                          colours how, std::size_t queue_records,
                                                          overflow_policy overflow) {
  return std::make_unique<asynchronous_delivery>(sinks, how, queue_records, overflow);
}

}  // namespace leat::log
