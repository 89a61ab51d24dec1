// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "leat/coro/timed_leaf.hpp"

namespace leat::io {

/// Wakes those who wait until one direction of a stream may be able to go on. They look again
/// themselves, so it may wake them in vain.
///
/// Waiting costs no frame, unlike `async_stream::read_some()`, so it is for code that runs for
/// every message.
///
/// Lifetime: outlives those who wait. Thread-safety: one loop.
class readiness {
 public:
  /// Waits without a limit; whoever has one calls `wake()`.
  class [[nodiscard]] awaiter final : public leaf {
   public:
    awaiter(readiness& of, const char* doing, const std::string& with) noexcept
        : of_(of), doing_(doing), with_(with) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_resume() const noexcept {}

   private:
    void start() noexcept override {
      if (of_.is_ready()) return complete();
      of_.waiting_.push_back(*this);
    }
    // Whatever is waited for knows nothing of who waits, so nothing can be under way.
    detach_result detach() noexcept override {
      ready_node::unlink();
      return detach_result::detached;
    }
    void describe(wait_description& to) const noexcept override {
      to.add(doing_);
      to.add(with_);
    }

    readiness& of_;
    const char* doing_;
    const std::string& with_;
  };

  class [[nodiscard]] timed_awaiter final : public timed_leaf {
   public:
    timed_awaiter(readiness& of, const char* doing, const std::string& with,
                  deadline until) noexcept
        : timed_leaf(until), of_(of), doing_(doing), with_(with) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    /// Whether it was before the deadline.
    [[nodiscard]] bool await_resume() const noexcept { return !has_timed_out(); }

   private:
    void start() noexcept override {
      if (of_.is_ready()) return complete();
      of_.waiting_.push_back(*this);
      arm_deadline();
    }
    detach_result detach() noexcept override {
      disarm_deadline();
      ready_node::unlink();
      return detach_result::detached;
    }
    void describe(wait_description& to) const noexcept override {
      to.add(doing_);
      to.add(with_);
    }

    readiness& of_;
    const char* doing_;
    const std::string& with_;
  };

  readiness() noexcept = default;
  readiness(const readiness&) = delete;
  readiness& operator=(const readiness&) = delete;

  /// Waits until it is woken; at once, but for one turn of the loop in which all others have
  /// theirs, if there may be something to do already. Several tasks may wait: all are woken.
  /// `doing` and `with` say for people what is waited for, such as `read from ` and a peer.
  /// Cancellation: safe. Lifetime: `with` must outlive the wait.
  [[nodiscard]] awaiter wait(const char* doing, const std::string& with) noexcept {
    return {*this, doing, with};
  }
  /// The same until a deadline; says whether it was woken before.
  [[nodiscard]] timed_awaiter wait(const char* doing, const std::string& with,
                                   deadline until) noexcept {
    return {*this, doing, with, until};
  }

  [[nodiscard]] bool has_waiters() const noexcept { return !waiting_.is_empty(); }

  /// Wakes all who wait.
  void wake() noexcept {
    while (!waiting_.is_empty()) static_cast<leaf&>(waiting_.front()).complete();
  }

 protected:
  ~readiness() = default;

  /// Whether a wait would be in vain.
  [[nodiscard]] virtual bool is_ready() const noexcept { return false; }

 private:
  ready_list waiting_;
};

}  // namespace leat::io
