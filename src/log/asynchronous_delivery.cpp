// SPDX-License-Identifier: MIT
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>

#include <pthread.h>
#include <signal.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>

#include "log/delivery.hpp"
#include "log/fan_out.hpp"

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

/// The sink on the writer's thread. It flushes when no line waits, or when somebody waits for
/// a flush, and says how far it has come.
class writing_sink final : public spdlog::sinks::sink {
 public:
  writing_sink(const std::vector<leat::log::sink>& sinks, colours how) : inner_(sinks, how) {}

  /// To be called before the first line.
  void watch(spdlog::details::thread_pool& queue) noexcept { queue_ = &queue; }

  void log(const spdlog::details::log_msg& message) override {
    bool flushed = false;
    inner_.write(message, [&] {
      flushed = waiters_.load() > 0 || queue_->queue_size() == 0;
      return flushed;
    });
    const std::uint64_t finished = finished_.fetch_add(1) + 1;
    if (!flushed) return;

    const std::lock_guard lock(mutex_);
    flushed_ = finished;
    changed_.notify_all();
  }
  void flush() override { inner_.flush(); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  /// Counts a line that was announced but never reached the queue.
  void give_up_one() {
    lost_.fetch_add(1);
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  }

  /// Waits until as many lines as `target` are flushed or were lost on the way.
  ///
  /// A line that missed the waiter is followed by another one, or it would have found the
  /// queue empty and flushed; so there is always one more to wake us.
  void wait_for(std::uint64_t target) {
    std::unique_lock lock(mutex_);
    waiters_.fetch_add(1);
    changed_.wait(lock,
                  [&] { return flushed_ + queue_->overrun_counter() + lost_.load() >= target; });
    waiters_.fetch_sub(1);
  }

  /// Lines that are no longer under way: written, failed, or given up.
  [[nodiscard]] std::uint64_t finished() const noexcept { return finished_.load() + lost_.load(); }
  [[nodiscard]] std::uint64_t flushed() const noexcept { return flushed_.load() + lost_.load(); }
  [[nodiscard]] const fan_out& inner() const noexcept { return inner_; }

 private:
  fan_out inner_;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::atomic<std::uint64_t> finished_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<unsigned> waiters_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<std::uint64_t> flushed_ = 0;  // written under mutex_
};

/// spdlog's queue and thread. When its queue is full it can wait or overwrite the oldest;
/// dropping the newest is done here, by counting what is under way and not letting the queue
/// fill up.
class asynchronous_delivery final : public line_delivery {
 public:
  asynchronous_delivery(const std::vector<sink>& sinks, colours how, std::size_t queue_records,
                        overflow_policy overflow)
      : sink_(std::make_shared<writing_sink>(sinks, how)),
        limit_(queue_records),
        overflow_(overflow) {
    // Dropping the newest lets one more in: the line that is being written does not wait.
    const std::size_t room =
        overflow == overflow_policy::drop_newest ? queue_records + 1 : queue_records;
    const signals_blocked during;
    pool_ = std::make_shared<spdlog::details::thread_pool>(
        room, 1, [] { pthread_setname_np(pthread_self(), "leat-log"); });
    sink_->watch(*pool_);
    logger_ = std::make_shared<spdlog::async_logger>(std::string(), sink_, pool_);
  }

  void submit(level at, std::string_view line) override {
    if (!accept()) {
      refused_.fetch_add(1);
      return;
    }
    const auto when_full = overflow_ == overflow_policy::drop_oldest
                               ? spdlog::async_overflow_policy::overrun_oldest
                               : spdlog::async_overflow_policy::block;
    try {
      pool_->post_log(std::shared_ptr(logger_), as_message(at, line), when_full);
    } catch (...) {
      sink_->give_up_one();
      throw;
    }
  }

  void flush() override {
    // First in, first out: once as many lines have left the queue as were accepted until now,
    // everything said before has left it.
    sink_->wait_for(accepted_.load());
  }

  void close() override {
    pool_.reset();  // writes what is queued and joins the thread
    sink_->flush();
  }

  [[nodiscard]] bool shows_colours() const noexcept override {
    return sink_->inner().shows_colours();
  }
  [[nodiscard]] progress how_far() const noexcept override {
    return {
        .accepted = accepted_.load(), .finished = sink_->finished(), .flushed = sink_->flushed()};
  }
  [[nodiscard]] std::uint64_t written() const override { return sink_->inner().written(); }
  [[nodiscard]] std::uint64_t failed() const override { return sink_->inner().failed(); }
  [[nodiscard]] std::uint64_t dropped() const override {
    return refused_.load() + pool_->overrun_counter();
  }

 private:
  /// Counts a line that will enter the queue. False if it must not.
  bool accept() noexcept {
    std::uint64_t accepted = accepted_.load();
    while (overflow_ != overflow_policy::drop_newest || accepted <= sink_->finished() + limit_) {
      if (accepted_.compare_exchange_weak(accepted, accepted + 1)) return true;
    }
    return false;
  }

  std::shared_ptr<writing_sink> sink_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::size_t limit_;
  overflow_policy overflow_;
};

}  // namespace

std::unique_ptr<line_delivery> make_asynchronous_delivery(const std::vector<sink>& sinks,
                                                          colours how, std::size_t queue_records,
                                                          overflow_policy overflow) {
  return std::make_unique<asynchronous_delivery>(sinks, how, queue_records, overflow);
}

}  // namespace leat::log
