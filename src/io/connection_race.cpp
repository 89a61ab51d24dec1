// SPDX-License-Identifier: MIT
#include "io/connection_race.hpp"

#include <system_error>

#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/io/error.hpp"

#include "io/epoll/socket_stream.hpp"

namespace leat::io {
namespace {

/// Attempts to connect to several addresses: the first that succeeds wins.
class connection_race {
 public:
  connection_race(endpoint to, std::vector<socket_address> addresses, deadline until,
                  socket_plan plan)
      : to_(std::move(to)),
        addresses_(std::move(addresses)),
        plan_(std::move(plan)),
        until_(until) {}

  task<std::unique_ptr<async_stream>> run() {
    co_await with_task_group([this](task_group& group) { return start_attempts(group); });
    if (winner_ == nullptr) throw_failure();
    co_return std::move(winner_);
  }

 private:
  // Each attempt starts when the one before has failed or has had its head start.
  task<void> start_attempts(task_group& group) {
    for (const auto& address : addresses_) {
      auto attempt = group.spawn(
          [this](task_group& all, const socket_address& to) { return connect_to(all, to); },
          std::ref(group), std::cref(address));
      if (&address == &addresses_.back()) break;
      co_await wait_for_head_start(attempt);
    }
  }

  static task<void> wait_for_head_start(spawned<void>& attempt) {
    co_await with_task_group([&attempt](task_group& either) -> task<void> {
      either.spawn(
          [](task_group& both) -> task<void> {
            co_await sleep_for(connection_attempt_delay);
            both.cancel();
          },
          std::ref(either));
      static_cast<void>(co_await attempt.join());
      either.cancel();
    });
  }

  task<void> connect_to(task_group& group, const socket_address& address) {
    auto attempt = co_await connect_one(address);
    timed_out_ = timed_out_ || attempt.has_timed_out;
    if (attempt.stream == nullptr) {
      last_failure_ = attempt.failure;
      co_return;
    }
    if (winner_ != nullptr) co_return;  // another was first, and this one's stop came too late
    winner_ = std::move(attempt.stream);
    group.cancel();
  }

  task<epoll_backend::connect_result> connect_one(const socket_address& address) {
    epoll_backend::connect_result failed;
    try {
      co_return co_await epoll_backend::connect_socket(address, to_.to_string(), until_, plan_);
    } catch (const std::system_error& e) {
      failed.failure = e.code();
    }
    co_return failed;
  }

  [[noreturn]] void throw_failure() const {
    if (timed_out_) {
      throw connect_timeout("connect timed out: " + to_.to_string() + " did not answer in time");
    }
    throw connect_error("connect failed: " + to_.to_string() + ": " + last_failure_.message(),
                        last_failure_);
  }

  endpoint to_;
  std::vector<socket_address> addresses_;
  socket_plan plan_;
  deadline until_;
  std::unique_ptr<async_stream> winner_;
  std::error_code last_failure_ = std::make_error_code(std::errc::address_not_available);
  bool timed_out_ = false;
};

}  // namespace

task<std::unique_ptr<async_stream>> connect_to_first(endpoint to,
                                                     std::vector<socket_address> addresses,
                                                     deadline until, socket_plan plan) {
  connection_race race(std::move(to), std::move(addresses), until, std::move(plan));
  co_return co_await race.run();
}

}  // namespace leat::io
