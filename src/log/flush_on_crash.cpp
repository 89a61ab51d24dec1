// SPDX-License-Identifier: MIT
#include "leat/log/flush_on_crash.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>

#include <signal.h>
#include <unistd.h>

#include "leat/base/error.hpp"
#include "leat/log/backend.hpp"

#include "log/core.hpp"
#include "log/delivery.hpp"

namespace leat::log {
namespace {

constexpr std::array fatal_signals{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
// How often the handler looks, and how long it looks at a writer that gets nowhere. One write to
// a disk takes less; what takes longer will hardly end.
constexpr std::uint64_t look_every_ns = 1'000'000;
constexpr std::uint64_t patience_ns = 200'000'000;
// The handler calls four functions; a sanitizer's frames are large.
constexpr std::size_t stack_bytes = 65536;

/// What a handler may look at: only lock-free atomics, and what was written before they were.
struct installation {
  std::atomic<const line_delivery*> logs = nullptr;
  std::atomic<std::uint64_t> at_most_ns = 0;
  std::atomic<bool> is_waiting = false;
  std::array<struct sigaction, fatal_signals.size()> before{};
  std::unique_ptr<char[]> stack;
};
static_assert(std::atomic<const line_delivery*>::is_always_lock_free &&
                  std::atomic<std::uint64_t>::is_always_lock_free,
              "the signal handler must not lock");

constinit installation installed;

void wait_a_little() noexcept {
  const timespec pause{0, static_cast<long>(look_every_ns)};
  ::nanosleep(&pause, nullptr);
}

void wait_for_writer(const line_delivery& logs) noexcept {
  const std::uint64_t at_most = installed.at_most_ns.load();
  line_delivery::progress before = logs.how_far();
  std::uint64_t unchanged_ns = 0;
  for (std::uint64_t waited_ns = 0; waited_ns < at_most; waited_ns += look_every_ns) {
    if (before.flushed >= before.accepted || unchanged_ns >= patience_ns) return;
    wait_a_little();
    const line_delivery::progress now = logs.how_far();
    unchanged_ns = now.finished == before.finished ? unchanged_ns + look_every_ns : 0;
    before = now;
  }
}

void handle(int number, siginfo_t* information, void*) {
  // A thread that crashes while another one waits must not end the program under it.
  while (installed.is_waiting.exchange(true)) wait_a_little();
  if (const auto* const logs = installed.logs.load()) wait_for_writer(*logs);
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    if (fatal_signals[i] == number) ::sigaction(number, &installed.before[i], nullptr);
  }
  // A fault happens again as soon as its instruction does, with all that its signal tells. One
  // that was sent has to be sent again; it arrives when this handler ends.
  if (information->si_code <= 0) ::raise(number);
}

bool is_ours(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == handle;
}

/// A stack that has overflowed has no room for a handler.
void give_thread_a_stack() {
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0) return;
  installed.stack = std::make_unique<char[]>(stack_bytes);
  const stack_t given{.ss_sp = installed.stack.get(), .ss_flags = 0, .ss_size = stack_bytes};
  ::sigaltstack(&given, nullptr);
}

void take_back_stack() noexcept {
  if (installed.stack == nullptr) return;
  stack_t present{};
  if (::sigaltstack(nullptr, &present) != 0 || present.ss_sp != installed.stack.get()) {
    static_cast<void>(installed.stack.release());  // of another thread, which may still need it
    return;
  }
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  ::sigaltstack(&none, nullptr);
  installed.stack.reset();
}

}  // namespace

flush_on_crash::flush_on_crash(const backend& logs, duration at_most) {
  if (at_most <= duration::zero()) throw invalid_argument("the wait of a crash must be positive");
  const line_delivery* nobody = nullptr;
  if (!installed.logs.compare_exchange_strong(nobody, &core::of(logs).lines())) {
    throw invalid_argument("a log::flush_on_crash lives already, and a process has room for one");
  }
  installed.at_most_ns.store(static_cast<std::uint64_t>(at_most.count()));
  try {
    give_thread_a_stack();
  } catch (...) {
    installed.logs.store(nullptr);
    throw;
  }
  struct sigaction ours{};
  ours.sa_sigaction = handle;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&ours.sa_mask);
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    ::sigaction(fatal_signals[i], &ours, &installed.before[i]);
  }
}

flush_on_crash::~flush_on_crash() {
  for (std::size_t i = 0; i < fatal_signals.size(); ++i) {
    struct sigaction present{};
    if (::sigaction(fatal_signals[i], nullptr, &present) == 0 && is_ours(present)) {
      ::sigaction(fatal_signals[i], &installed.before[i], nullptr);
    }
  }
  take_back_stack();
  installed.logs.store(nullptr);
}

}  // namespace leat::log
