// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdio>
#include <exception>
#include <utility>

/// What the parts of the compiler probe share: the smallest coroutine type that can await
/// itself, an awaitable that is always ready, and an object that counts how many of it live.
namespace probe {

/// A lazy coroutine that is resumed by hand or awaited by another one.
class task {
 public:
  struct promise_type;
  using handle = std::coroutine_handle<promise_type>;

  explicit task(handle frame) noexcept : frame_(frame) {}
  task(task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  task& operator=(task&&) = delete;
  ~task() {
    if (frame_) frame_.destroy();
  }

  void resume() const { frame_.resume(); }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) const noexcept;
  void await_resume() const noexcept {}

 private:
  handle frame_;
};

struct task::promise_type {
  struct back_to_parent {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle child) const noexcept {
      return child.promise().parent;
    }
    void await_resume() const noexcept {}
  };

  task get_return_object() noexcept { return task(handle::from_promise(*this)); }
  std::suspend_always initial_suspend() const noexcept { return {}; }
  back_to_parent final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}
  void unhandled_exception() const noexcept { std::terminate(); }

  std::coroutine_handle<> parent = std::noop_coroutine();
};

inline std::coroutine_handle<> task::await_suspend(std::coroutine_handle<> parent) const noexcept {
  frame_.promise().parent = parent;
  return frame_;
}

/// Yields `value` without ever suspending.
struct ready {
  int value;

  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  int await_resume() const noexcept { return value; }
};

/// Knows how many of its kind are alive. It owns nothing, so that a compiler which destroys
/// one twice or never is seen in the count and not in a crash.
class counted {
 public:
  counted() noexcept { ++alive; }
  counted(const counted&) noexcept { ++alive; }
  counted& operator=(const counted&) = default;
  ~counted() { --alive; }

  inline static int alive = 0;
};

enum class fault { hard, soft };

/// Prints a line that LeatCompilerProbe.cmake reads, unless the form came out right.
inline void check(fault kind, const char* form, bool right) {
  if (right) return;
  std::printf("%s: %s\n", kind == fault::hard ? "hard" : "soft", form);
  // What was found so far must be read even if the next form crashes.
  std::fflush(stdout);
}

}  // namespace probe
