// SPDX-License-Identifier: MIT
#include "app/stop_guard.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <limits>

#include <unistd.h>

#include "leat/app/program.hpp"
#include "leat/base/assert.hpp"

namespace leat::app {
namespace {

// What two signals have cancelled ends within a turn of the loop, and its cleanups within their
// grace. Whoever asks a third time does not want to wait for these.
constexpr unsigned seconds_after_second = 2;
// The loop's own limits come first; this is for what they cannot end.
constexpr duration reserve = std::chrono::seconds(2);

constexpr std::array guarded{SIGINT, SIGTERM};

// Read by handlers, which can interrupt anything; written while none of them is installed.
std::array<struct sigaction, guarded.size()> before{};
struct sigaction alarm_before{};
std::atomic<unsigned> seconds_after_first = 0;  // 0: no limit
std::atomic<int> asked = 0;
std::atomic<int> last_number = SIGTERM;
static_assert(std::atomic<int>::is_always_lock_free);

[[noreturn]] void end_now() noexcept {
  constexpr char text[] = "the program does not end after a signal: ended without cleanup\n";
  static_cast<void>(!::write(STDERR_FILENO, text, sizeof text - 1));
  ::_exit(program_status::forced_by_signal + last_number.load());
}

void on_alarm(int /*number*/) {
  end_now();
}

void on_stop_signal(int number) {
  const int interrupted = errno;
  last_number.store(number);
  switch (asked.fetch_add(1)) {
    case 0:
      // With 0 it would only disarm what is not armed.
      ::alarm(seconds_after_first);
      break;
    case 1: ::alarm(seconds_after_second); break;
    default: end_now();
  }
  for (std::size_t i = 0; i < guarded.size(); ++i) {
    if (guarded[i] == number) before[i].sa_handler(number);
  }
  errno = interrupted;
}

struct sigaction acting(void (*handler)(int)) noexcept {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigfillset(&action.sa_mask);
  return action;
}

unsigned whole_seconds(duration limit) noexcept {
  const duration with_reserve = limit > no_timeout - reserve ? no_timeout : limit + reserve;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(with_reserve).count();
  return seconds > std::numeric_limits<unsigned>::max() ? 0 : static_cast<unsigned>(seconds);
}

}  // namespace

stop_guard::stop_guard(duration limit) {
  asked = 0;
  set_limit(limit);
  const auto for_alarm = acting(&on_alarm);
  ::sigaction(SIGALRM, &for_alarm, &alarm_before);
  const auto for_stop = acting(&on_stop_signal);
  for (std::size_t i = 0; i < guarded.size(); ++i) {
    ::sigaction(guarded[i], nullptr, &before[i]);
    // Made after a receiver of these signals, whose handler is what is called in turn.
    LEAT_ASSERT(before[i].sa_handler != SIG_DFL && before[i].sa_handler != SIG_IGN);
    ::sigaction(guarded[i], &for_stop, nullptr);
  }
}

void stop_guard::set_limit(duration limit) noexcept {
  seconds_after_first = whole_seconds(limit);
}

stop_guard::~stop_guard() {
  for (std::size_t i = 0; i < guarded.size(); ++i) ::sigaction(guarded[i], &before[i], nullptr);
  ::alarm(0);
  ::sigaction(SIGALRM, &alarm_before, nullptr);
}

}  // namespace leat::app
