// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/intrusive_list.hpp"
#include "leat/base/outcome.hpp"
#include "leat/coro/executor.hpp"

namespace leat {

class leaf;

namespace detail {
struct scope_tag;
struct sibling_tag;
}  // namespace detail

/// A region of work that can be stopped as one.
///
/// Scopes nest as groups, timeouts and shields nest; stopping one stops all that is inside,
/// except what a `shield` protects. Cancellation is level-triggered: once stopped, a scope
/// stays stopped, and every later await inside stops as well.
///
/// Users meet scopes through `with_cancel_scope`, `with_task_group` and `with_timeout`, which
/// give each the right lifetime. The protocol is described in docs/adr/0003.
///
/// Thread-safety: one executor. From elsewhere, use `executor::post()`.
class cancel_scope : private list_hook<detail::sibling_tag> {
 public:
  cancel_scope() noexcept = default;
  cancel_scope(const cancel_scope&) = delete;
  cancel_scope& operator=(const cancel_scope&) = delete;
  virtual ~cancel_scope() = default;

  /// Tells everything inside to stop. The first reason wins. Nothing is resumed or destroyed
  /// by this call; that happens from the ready queue.
  void cancel(stop_reason reason = stop_reason::requested) noexcept;

  /// Whether the work inside is to stop, by this scope's own `cancel()` or an outer one's.
  [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }

  /// Why this scope itself was cancelled; `none` if it was not.
  [[nodiscard]] stop_reason own_reason() const noexcept { return own_; }

  /// The reason of the innermost cancelled scope around and including this one.
  [[nodiscard]] stop_reason reason() const noexcept;

  /// Whether, after the cancel, something inside was still pending. Then a result that comes
  /// nevertheless is late.
  [[nodiscard]] bool was_observed() const noexcept { return observed_; }

  /// Makes this a scope inside `parent`. A parent that is stopped already stops it at once.
  void attach(cancel_scope& parent) noexcept;

  /// Takes the scope out of its parent, before work that has ended is counted as pending.
  void detach() noexcept { unlink(); }

 protected:
  /// A shielded scope is told of an outer stop instead of being stopped by it.
  void shield_from_outer() noexcept { shielded_ = true; }

  /// Called once an outer scope has stopped; only for shielded scopes.
  virtual void outer_stopped() noexcept {}

  /// Asks for `has_stopped()` to be called.
  void watch_stop() noexcept { watched_ = true; }

  /// Called once, when this scope has stopped, for whatever reason, and before its waiters are
  /// told. Must not throw, cancel or resume anything.
  virtual void has_stopped() noexcept {}

 private:
  friend class leaf;
  friend class intrusive_list<cancel_scope, detail::sibling_tag>;

  void stop_waiters() noexcept;
  void observe() noexcept;
  void tell_outer_stopped() noexcept;
  [[nodiscard]] cancel_scope* next_to_stop(cancel_scope* from) noexcept;

  cancel_scope* parent_ = nullptr;
  intrusive_list<cancel_scope, detail::sibling_tag> children_;
  intrusive_list<leaf, detail::scope_tag> waiters_;
  stop_reason own_ = stop_reason::none;
  bool stopped_ = false;
  bool shielded_ = false;
  bool watched_ = false;
  bool observed_ = false;
};

/// Cancels a scope when the timer it is armed for is popped from the ready queue, so that
/// whatever completed before counts as in time.
class scope_timer final : public ready_node {
 public:
  explicit scope_timer(cancel_scope& scope) noexcept : scope_(scope) {}
  void run() noexcept override { scope_.cancel(stop_reason::deadline); }

 private:
  cancel_scope& scope_;
};

}  // namespace leat
