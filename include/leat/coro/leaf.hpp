// SPDX-License-Identifier: MIT
#pragma once

#include <coroutine>
#include <cstdint>
#include <source_location>

#include "leat/coro/frame.hpp"
#include "leat/coro/wait_description.hpp"

namespace leat {

/// What a leaf can do about a request to stop.
enum class detach_result : std::uint8_t {
  detached,  ///< It has left its resource: cancellation is *safe*.
  asked,     ///< The operation was told and reports soon: stopped, or done if it had completed
             ///< before (*safe* or *lossy*). One that may go on regardless must say `refused`.
  refused,   ///< It finishes first (*deferred*).
};

/// The innermost awaiter of a chain: it waits for something that is no coroutine.
///
/// A concrete leaf derives from it and provides
///  - `bool await_ready()`: completes at once if it can, and then returns `goes_on_at_once()`. A
///    pending stop comes first: ask `is_stop_pending()` and take nothing if it is so.
///  - `void start()`: joins the resource's wait list, arms a timer, begins an operation.
///  - `detach_result detach()`: leaves the resource again. The default unlinks the node.
///  - `await_resume()`: hands out the result.
///  - `void describe(wait_description&)`: says for people what it waits for.
///
/// Whoever completes it calls `complete()`, after moving the result into the leaf: from then on
/// no cancel finds it, and the result belongs to the awaiter, which gives it back if it is
/// destroyed before it runs.
///
/// A kernel operation that still writes into the frame's memory after a cancel must answer
/// `asked`, never `detached`.
class leaf : public ready_node, private list_hook<detail::scope_tag> {
 public:
  void bind(promise_base& frame, std::source_location at) noexcept {
    frame_ = &frame;
    site_ = at;
  }

  void await_suspend(detail::awaiting_frame) noexcept { begin(); }

  /// The operation is complete; the frame goes on from the ready queue.
  void complete() noexcept;

  /// An operation that was `asked` to stop has stopped without a result.
  void complete_stopped() noexcept;

  /// Called by the scope, which has unlinked it.
  void request_stop() noexcept;

  void run() noexcept final;
  void describe_wait(wait_description& to) const noexcept final;

 protected:
  leaf() noexcept = default;
  /// Leaves are returned by value and moved before they are awaited, never after.
  leaf(leaf&& other) noexcept { LEAT_ASSERT(other.state_ == state::idle); }
  leaf& operator=(leaf&&) = delete;
  ~leaf() = default;

  virtual void start() noexcept = 0;
  virtual detach_result detach() noexcept {
    ready_node::unlink();
    return detach_result::detached;
  }

  virtual void describe(wait_description& to) const noexcept { to.add("an operation"); }

  [[nodiscard]] const task_node& task() const noexcept { return *frame_->node; }
  [[nodiscard]] bool is_stop_pending() const noexcept { return frame_->scope->is_stopped(); }
  [[nodiscard]] bool is_waiting() const noexcept { return state_ == state::waiting; }

  /// For `await_ready()`, in place of true: it has a result, and nothing to wait for. Mostly the
  /// task goes on at once. Every so often (`awaits_per_step`) it goes to the end of the ready
  /// queue instead, as if it had been completed there: the result is kept, `start()` is not called,
  /// and no cancel finds it.
  [[nodiscard]] bool goes_on_at_once() noexcept {
    if (--detail::awaits_left >= 0) [[likely]] {
      return true;
    }
    return waits_its_turn();
  }

  /// For `await_ready()`, in place of false: the task goes to the end of the ready queue although
  /// it has a result. Unless a stop is pending, which comes first.
  [[nodiscard]] bool waits_its_turn() noexcept {
    state_ = state::ready;
    return false;
  }

 private:
  friend class cancel_scope;
  friend class intrusive_list<leaf, detail::scope_tag>;
  using scope_hook = list_hook<detail::scope_tag>;

  enum class state : std::uint8_t { idle, ready, waiting, done, stopping };

  void begin() noexcept;
  void schedule(state next) noexcept;

  promise_base* frame_ = nullptr;
  std::source_location site_;  // of the await
  state state_ = state::idle;
};

inline void leaf::begin() noexcept {
  executor& home = executor::current();
  frame_->node->wait_in(*this, home.now());
  if (is_stop_pending()) [[unlikely]] {
    frame_->scope->observe();
    schedule(state::stopping);
  } else if (state_ == state::ready) [[unlikely]] {
    schedule(state::done);
  } else {
    state_ = state::waiting;
    // Before the start, so that an operation that completes at once finds everything to undo.
    frame_->scope->waiters_.push_back(*this);
    start();
  }
  if (auto* const probe = home.probe; probe != nullptr) [[unlikely]] {
    probe->on_suspend();
  }
}

inline void leaf::schedule(state next) noexcept {
  state_ = next;
  executor::current().push(*this);
}

inline void leaf::complete() noexcept {
  LEAT_ASSERT(state_ == state::waiting);
  ready_node::unlink();
  scope_hook::unlink();
  schedule(state::done);
}

inline void leaf::run() noexcept {
  const detail::task_step step(*frame_->node);
  if (state_ == state::stopping) [[unlikely]] {
    unwind(*frame_);
  } else {
    frame_->handle().resume();
  }
}

}  // namespace leat
