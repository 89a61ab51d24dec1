// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/with_cancel_scope.hpp"

namespace leat {
namespace detail {

/// What a `once` and its running work share. The work holds it too, because the `once` may be
/// destroyed while the work is still being stopped.
template <class T>
class once_state {
 public:
  /// Waits for the result; a node in the list of callers.
  class caller : public leaf {
   protected:
    caller() noexcept = default;
    caller(caller&& other) noexcept : leaf(std::move(other)) {}
    ~caller() = default;

    std::exception_ptr error_;

   private:
    void describe(wait_description& to) const noexcept override { to.add("once"); }

    friend class once_state;
  };

  explicit once_state(std::function<task<T>()> work) : work_(std::move(work)) {}

  [[nodiscard]] bool has_value() const noexcept { return value_.has_value(); }
  [[nodiscard]] bool is_running() const noexcept { return is_running_; }
  [[nodiscard]] const unit_if_void<T>& value() const noexcept { return *value_; }

  void add(caller& waiting) noexcept { callers_.push_back(waiting); }
  void remove(caller& leaving) noexcept {
    leaving.ready_node::unlink();
    // Nobody wants it any more: to go on would be work that outlives all who asked for it.
    if (callers_.is_empty()) stop();
  }
  void stop() noexcept {
    if (attempt_ != nullptr) attempt_->cancel();
  }

  /// Starts the work as a child of `owner`.
  static void start(const std::shared_ptr<once_state>& state, task_group& owner) {
    owner.spawn(run, state);
    state->is_running_ = true;
  }

 private:
  /// Ends a run, whatever ends it. Callers that still wait then have lost the owner.
  class running {
   public:
    explicit running(once_state& state) noexcept : state_(state) {}
    running(const running&) = delete;
    running& operator=(const running&) = delete;
    ~running() {
      state_.is_running_ = false;
      state_.attempt_ = nullptr;
      if (!state_.callers_.is_empty()) state_.wake_callers(make_owner_stopped());
    }

   private:
    once_state& state_;
  };

  static task<void> run(std::shared_ptr<once_state> state) {
    const running guard(*state);
    // Not even once, if all callers have left already; and again, if all had left and the work
    // was stopped, but others have come since.
    while (!state->callers_.is_empty()) {
      try {
        state->settle(co_await with_cancel_scope([&state](cancel_scope& scope) {
          state->attempt_ = &scope;
          return state->work_();
        }));
      } catch (...) {
        state->fail(std::current_exception());
      }
    }
  }

  void settle(outcome<T> ended) {
    attempt_ = nullptr;
    if (!ended.has_value()) return;
    if constexpr (std::is_void_v<T>) {
      value_.emplace();
    } else {
      value_.emplace(std::move(ended).value());
    }
    wake_callers(nullptr);
  }
  void fail(std::exception_ptr failure) noexcept {
    attempt_ = nullptr;
    if (!callers_.is_empty()) {
      mark_shared(failure);
      return wake_callers(failure);
    }
    executor::current().report(std::move(failure), "once: failed after all callers had left");
  }

  void wake_callers(const std::exception_ptr& failure) noexcept {
    while (!callers_.is_empty()) {
      auto& each = static_cast<caller&>(callers_.pop_front());
      each.error_ = failure;
      each.complete();
    }
  }

  std::function<task<T>()> work_;
  std::optional<unit_if_void<T>> value_;
  ready_list callers_;
  cancel_scope* attempt_ = nullptr;
  bool is_running_ = false;
};

}  // namespace detail

/// Work that is done once, by whoever asks first, for all who ask: ten callers, one run. The
/// value is kept; a failure is not, so that the next caller tries again.
///
/// The work runs in the task group that owns it, not in the first caller: a caller that is
/// cancelled or times out takes nothing away from the others. When the last caller has left,
/// the work is stopped.
///
/// Lifetime: the group must still be open at each call. Callers must not outlive the `once`;
/// what the work refers to must outlive the group. A `once` that is destroyed stops its work.
/// Thread-safety: one executor.
template <class T = void>
class once {
  using state = detail::once_state<T>;

 public:
  class [[nodiscard]] awaiter final : public state::caller {
   public:
    explicit awaiter(once& of) noexcept : once_(of) {}
    awaiter(awaiter&& other) noexcept : state::caller(std::move(other)), once_(other.once_) {}

    [[nodiscard]] bool await_ready() {
      if (this->is_stop_pending()) return false;
      if (once_.has_value()) return this->goes_on_at_once();
      if (!once_.state_->is_running()) state::start(once_.state_, once_.owner_);
      return false;
    }
    auto await_resume() const {
      if (this->error_ != nullptr) std::rethrow_exception(this->error_);
      if constexpr (!std::is_void_v<T>) return &once_.state_->value();
    }

   private:
    void start() noexcept override { once_.state_->add(*this); }
    detach_result detach() noexcept override {
      once_.state_->remove(*this);
      return detach_result::detached;
    }

    once& once_;
  };

  /// `work` returns a task and is called again after a failure; its runs are children of
  /// `owner`.
  template <class Work>
  once(task_group& owner, Work work)
      : owner_(owner), state_(std::make_shared<state>(std::move(work))) {
    static_assert(async_callable<Work&>, "the work of a once returns a leat::task");
  }
  once(const once&) = delete;
  once& operator=(const once&) = delete;
  ~once() { state_->stop(); }

  /// Whether the work has been done, so that `get()` does not wait.
  [[nodiscard]] bool has_value() const noexcept { return state_->has_value(); }

  /// Waits for the value, doing the work if it has not been done, and returns a pointer to it
  /// (nothing for `once<void>`). The pointer is valid as long as the `once`.
  ///
  /// Cancellation: safe; the work goes on for the others, and is stopped if there are none.
  /// Errors: what the work throws, for all who waited for this run; `owner_stopped` if the
  /// group was stopped during it.
  [[nodiscard]] awaiter get() noexcept { return awaiter(*this); }

 private:
  task_group& owner_;
  std::shared_ptr<state> state_;
};

}  // namespace leat
