// SPDX-License-Identifier: MIT
#include "leat/io/signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_report.hpp"
#include "leat/io/error.hpp"

#include "io/epoll/descriptor.hpp"

// A handler may do next to nothing, so ours writes the number of the signal into a pipe for each
// receiver that wants it. Not a signalfd: that would need the signal blocked in every thread of
// the process, also in those that were there before us.

namespace leat::io {
namespace {

using epoll_backend::descriptor;

/// Who wants which signal. Read by the handler, which can interrupt anything and so takes no
/// lock; written under one.
class subscriptions {
 public:
  static constexpr std::size_t most = 256;

  /// Errors: `std::system_error`.
  void add(int number, int pipe) {
    const std::lock_guard lock(mutex_);
    slot* free = nullptr;
    for (auto& each : slots_) {
      if (each.number.load(std::memory_order_relaxed) == 0) free = &each;
    }
    if (free == nullptr) {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                              "too many receivers of signals");
    }
    auto& taken = taken_[number];
    if (taken.receivers == 0) {
      struct sigaction ours{};
      ours.sa_handler = &handle;
      ours.sa_flags = SA_RESTART;
      sigfillset(&ours.sa_mask);
      if (::sigaction(number, &ours, &taken.before) != 0) {
        const std::error_code cause(errno, std::system_category());
        taken_.erase(number);
        throw std::system_error(cause, "cannot receive signal " + std::to_string(number));
      }
    }
    ++taken.receivers;
    free->pipe.store(pipe, std::memory_order_relaxed);
    free->number.store(number, std::memory_order_release);
  }

  void remove(int pipe) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto& each : slots_) {
      const int number = each.number.load(std::memory_order_relaxed);
      if (number == 0 || each.pipe.load(std::memory_order_relaxed) != pipe) continue;
      const auto taken = taken_.find(number);
      if (--taken->second.receivers == 0) {
        // What was there before has it again, before nobody hears it.
        ::sigaction(number, &taken->second.before, nullptr);
        taken_.erase(taken);
      }
      each.number.store(0, std::memory_order_seq_cst);
    }
    // A handler that runs on another thread may have seen a slot a moment ago: nobody closes
    // the pipe before it has written. Each side writes its own mark and then reads the other's,
    // which only one order for all keeps apart: with less, both could miss each other, and the
    // handler would write into whatever has the pipe's number next.
    while (writing_.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
  }

  void deliver(int number) noexcept {
    writing_.fetch_add(1, std::memory_order_seq_cst);
    for (auto& each : slots_) {
      if (each.number.load(std::memory_order_seq_cst) != number) continue;
      const auto byte = static_cast<unsigned char>(number);
      // A full pipe holds thousands of signals that nobody has taken; one more says nothing new.
      static_cast<void>(!::write(each.pipe.load(std::memory_order_relaxed), &byte, 1));
    }
    writing_.fetch_sub(1, std::memory_order_release);
  }

  static subscriptions& all() noexcept {
    static subscriptions the_only;
    return the_only;
  }

 private:
  static void handle(int number) {
    const int interrupted = errno;
    all().deliver(number);
    errno = interrupted;
  }

  struct slot {
    std::atomic<int> number = 0;  // 0: free
    std::atomic<int> pipe = -1;
  };
  struct taken_over {
    struct sigaction before{};
    int receivers = 0;
  };

  std::mutex mutex_;
  std::array<slot, most> slots_;
  std::map<int, taken_over> taken_;
  std::atomic<int> writing_ = 0;
};

struct pipe_ends {
  owned_file read;
  owned_file write;
};

pipe_ends make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::system_category(), "cannot make a pipe for signals");
  }
  return {owned_file(ends[0]), owned_file(ends[1])};
}

}  // namespace

class signal_receiver::impl {
 public:
  explicit impl(std::initializer_list<int> signals) : impl(make_pipe()) {
    for (const int each : signals) subscriptions::all().add(each, write_.get());
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() { subscriptions::all().remove(write_.get()); }

  task<int> next() {
    co_await stop_if_requested();
    for (;;) {
      unsigned char number = 0;
      const ssize_t size = ::read(read_.fd(), &number, 1);
      if (size == 1) co_return number;
      if (size < 0 && errno == EINTR) continue;
      read_.input.would_block();
      static_cast<void>(co_await read_.input.wait("a signal", nothing_, deadline::never()));
    }
  }

 private:
  // Delegated to, so that a signal that cannot be had takes the others back.
  explicit impl(pipe_ends ends) : write_(std::move(ends.write)), read_(std::move(ends.read)) {}

  owned_file write_;
  descriptor read_;
  const std::string nothing_;
};

signal_receiver::signal_receiver(std::initializer_list<int> signals)
    : impl_(make_impl<impl>(signals)) {}

signal_receiver::~signal_receiver() = default;

task<int> signal_receiver::next() {
  return impl_->next();
}

task<void> dump_tasks_on(int number, std::function<void(std::string_view tree)> sink) {
  signal_receiver signals({number});
  for (;;) {
    co_await signals.next();
    sink(live_tasks(executor::current()).format());
  }
}

}  // namespace leat::io
