// SPDX-License-Identifier: MIT
#include "io/watch/stack_capture.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include "leat/base/context.hpp"
#include "leat/base/error.hpp"
#include "leat/coro/task_node.hpp"

namespace leat::io {
namespace detail {

/// Where the handler of a watched thread finds its request and leaves the answer. Never freed,
/// because a late signal may look at it at any time, but used again.
struct capture_slot {
  enum phase : int { idle, requested, writing, filled };
  static constexpr std::size_t max_depth = 96;

  std::atomic<int> state = idle;
  std::atomic<pid_t> thread = 0;
  std::atomic<const loop_activity*> activity = nullptr;

  // The handler's from `writing` on, the watcher's from `filled` on.
  std::uint64_t step = 0;
  std::size_t depth = 0;
  std::array<const void*, max_depth> addresses{};
  std::size_t task_size = 0;
  std::array<char, 120> task{};  // longer names are cut off

  capture_slot* next = nullptr;  // constant once the slot is in the list
  bool is_taken = false;         // under the mutex
};

}  // namespace detail

namespace {

using detail::capture_slot;

constinit std::mutex slots_mutex;
constinit std::atomic<capture_slot*> first_slot = nullptr;
static_assert(std::atomic<capture_slot*>::is_always_lock_free &&
                  std::atomic<int>::is_always_lock_free,
              "the signal handler must not lock");

/// The instruction that a signal interrupted, or 0 if this machine is not known.
std::uintptr_t interrupted_address([[maybe_unused]] const void* context) noexcept {
#if defined(__x86_64__)
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
  return static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<const ucontext_t*>(context)->uc_mcontext.pc;
#else
  return 0;
#endif
}

struct walk {
  capture_slot& into;
  std::uintptr_t interrupted;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* frame, void* data) {
  auto& going = *static_cast<walk*>(data);
  auto& into = going.into;
  int is_before_instruction = 0;
  std::uintptr_t at = ::_Unwind_GetIPInfo(frame, &is_before_instruction);
  if (at == 0) return _URC_END_OF_STACK;
  // What was interrupted comes below the handler and the kernel's frame, which nobody wants.
  if (at == going.interrupted) into.depth = 0;
  // A return address may lie in the next line, or even in the next function.
  if (is_before_instruction == 0) --at;
  if (into.depth == capture_slot::max_depth) return _URC_END_OF_STACK;
  into.addresses[into.depth++] = reinterpret_cast<const void*>(at);
  return _URC_NO_REASON;
}

// With glibc's _dl_find_object (2.35) libgcc finds the unwind tables without a lock.
void walk_stack(capture_slot& into, std::uintptr_t interrupted) noexcept {
  into.depth = 0;
  walk going{into, interrupted};
  ::_Unwind_Backtrace(add_frame, &going);
}

/// Copies the name of the task that runs on this thread, or else of its function.
void note_task(capture_slot& into) noexcept {
  into.task_size = 0;
  const auto* const carried = leat::detail::current_carried;
  if (carried == nullptr || !leat::detail::carries_task) return;
  const auto& running = static_cast<const task_node&>(*carried);
  std::string_view name = running.name();
  if (name.empty()) name = running.function().function_name();
  for (const char each : name.substr(0, into.task.size())) into.task[into.task_size++] = each;
}

void answer_requests(int /*signal*/, siginfo_t* /*info*/, void* context) {
  const int saved_errno = errno;
  const pid_t self = ::gettid();
  for (auto* slot = first_slot.load(std::memory_order_acquire); slot != nullptr;
       slot = slot->next) {
    int expected = capture_slot::requested;
    if (slot->thread.load(std::memory_order_relaxed) != self ||
        !slot->state.compare_exchange_strong(expected, capture_slot::writing,
                                             std::memory_order_acquire)) {
      continue;
    }
    slot->step = slot->activity.load(std::memory_order_relaxed)->step();
    note_task(*slot);
    walk_stack(*slot, interrupted_address(context));
    slot->state.store(capture_slot::filled, std::memory_order_release);
  }
  errno = saved_errno;
}

void install_handler(int signal) {
  struct sigaction present{};
  if (::sigaction(signal, nullptr, &present) != 0) {
    throw invalid_argument("signal " + std::to_string(signal) + " does not exist");
  }
  const bool has_info = (present.sa_flags & SA_SIGINFO) != 0;
  if (has_info && present.sa_sigaction == answer_requests) return;
  if (has_info || (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN)) {
    throw invalid_argument("signal " + std::to_string(signal) +
                           " has a handler already: give the watchdog another one");
  }
  // Whatever the handler calls has to be bound and warm before a signal comes.
  static capture_slot warm_up;
  note_task(warm_up);
  walk_stack(warm_up, 0);

  struct sigaction ours{};
  ours.sa_sigaction = answer_requests;
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigfillset(&ours.sa_mask);
  if (::sigaction(signal, &ours, nullptr) != 0) {
    throw invalid_argument("signal " + std::to_string(signal) + " cannot have a handler");
  }
}

capture_slot& take_slot(int signal) {
  const std::lock_guard lock(slots_mutex);
  install_handler(signal);
  auto* const first = first_slot.load(std::memory_order_relaxed);
  for (auto* slot = first; slot != nullptr; slot = slot->next) {
    if (!slot->is_taken) {
      slot->is_taken = true;
      return *slot;
    }
  }
  auto* const made = new capture_slot;
  made->next = first;
  made->is_taken = true;
  first_slot.store(made, std::memory_order_release);
  return *made;
}

}  // namespace

stack_capture::stack_capture(loop_activity& of, int signal)
    : of_(of), signal_(signal), slot_(take_slot(signal)) {}

stack_capture::~stack_capture() {
  static_cast<void>(settle());
  slot_.state.store(capture_slot::idle, std::memory_order_relaxed);
  const std::lock_guard lock(slots_mutex);
  slot_.is_taken = false;
}

bool stack_capture::request() noexcept {
  return of_.send_signal(signal_, [this](pid_t thread) {
    slot_.thread.store(thread, std::memory_order_relaxed);
    slot_.activity.store(&of_, std::memory_order_relaxed);
    slot_.state.store(capture_slot::requested, std::memory_order_release);
  });
}

bool stack_capture::has_answer() const noexcept {
  return slot_.state.load(std::memory_order_acquire) == capture_slot::filled;
}

bool stack_capture::settle() noexcept {
  int expected = capture_slot::requested;
  if (slot_.state.compare_exchange_strong(expected, capture_slot::idle,
                                          std::memory_order_acquire) ||
      expected == capture_slot::idle) {
    return false;
  }
  // A handler that has begun ends without waiting for anything.
  while (!has_answer()) std::this_thread::yield();
  return true;
}

captured_stack stack_capture::take() {
  if (!settle()) return {};
  captured_stack answer;
  answer.step = slot_.step;
  answer.addresses.assign(slot_.addresses.begin(),
                          slot_.addresses.begin() + static_cast<std::ptrdiff_t>(slot_.depth));
  answer.task.assign(slot_.task.data(), slot_.task_size);
  slot_.state.store(capture_slot::idle, std::memory_order_relaxed);
  return answer;
}

}  // namespace leat::io
