// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <source_location>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "leat/base/invoke.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/concepts.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/join.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/with_cancel_scope.hpp"

namespace leat {

template <class T>
class spawned;
class task_group;

namespace detail {

class starting;

/// What a group knows of its child.
class group_member : public boundary, public ready_node, public task_node {
 public:
  void run() noexcept final {
    const task_step step(*this);
    child_.resume();
  }

  /// Destroys the child although it has not ended, because the executor has failed.
  virtual void abandon() noexcept = 0;

 protected:
  explicit group_member(join& joined) noexcept : join_(joined) {}
  ~group_member() = default;

  join& join_;
};

/// The part of a group's child that its handle knows: where to put the outcome.
template <class T>
class group_child_base : public group_member {
 public:
  spawned<T>* watcher = nullptr;

 protected:
  using group_member::group_member;
  ~group_child_base() = default;

  void adopt(typename task<T>::handle child) noexcept {
    child_ = child;
    promise_ = &child.promise();
    promise_->owner = this;
    // What whoever spawns it carries; a spawn from outside of tasks has only the group's own.
    join_.adopt(*this, *promise_,
                current_carried != nullptr ? current_carried->values : join_.parent().node->values);
  }
  /// Tells the group and the handle, and destroys the frame.
  void settle_done() noexcept;
  void settle_stopped() noexcept;

  typename task<T>::promise_type* promise_ = nullptr;
};

/// Callable, arguments and frame owner in one block. The frame goes first, then the arguments,
/// then the callable, because that is the order in which they refer to each other.
template <class T, class Callable, class... Args>
class group_child final : public group_child_base<T>, public in_frame_memory {
 public:
  template <class F, class... As>
  explicit group_child(join& joined, F&& callable, As&&... args)
      : group_child_base<T>(joined),
        callable_(std::forward<F>(callable)),
        args_(std::forward<As>(args)...) {
    this->adopt(
        std::apply(
            [this](auto&... each) { return leat::detail::invoke(callable_, std::move(each)...); },
            args_)
            .release());
  }
  group_child(const group_child&) = delete;
  group_child& operator=(const group_child&) = delete;
  ~group_child() { this->destroy_child(); }

  std::coroutine_handle<> child_done() noexcept override {
    join& joined = this->join_;
    this->settle_done();
    delete this;
    return joined.child_done();
  }
  after_stop child_stopped() noexcept override {
    join& joined = this->join_;
    this->settle_stopped();
    delete this;
    return joined.child_stopped();
  }
  void abandon() noexcept override {
    this->settle_stopped();
    delete this;
  }

 private:
  Callable callable_;
  std::tuple<Args...> args_;
};

template <class Body, class T>
class group_awaiter;

/// An address in the code that called the function this is inlined into.
[[nodiscard]] void* calling_code() noexcept;

}  // namespace detail

/// What `task_group::spawn` returns: a place to wait for one child. It may be dropped; the
/// child belongs to the group, not to the handle.
///
/// Lifetime: may outlive the group. Not moved while somebody waits on it.
/// Thread-safety: one executor.
template <class T>
class spawned {
 public:
  class [[nodiscard]] awaiter final : public leaf {
   public:
    explicit awaiter(spawned& awaited) noexcept : spawned_(awaited) {}
    awaiter(awaiter&& other) noexcept : leaf(std::move(other)), spawned_(other.spawned_) {}

    [[nodiscard]] bool await_ready() noexcept {
      return spawned_.is_done() && !is_stop_pending() && goes_on_at_once();
    }
    outcome<T> await_resume() { return std::move(*spawned_.result_); }

   private:
    void describe(wait_description& to) const noexcept override {
      to.add("the end of a child");
      if (spawned_.child_ == nullptr || spawned_.child_->name().empty()) return;
      to.add(": ");
      to.add(spawned_.child_->name());
    }
    void start() noexcept override {
      LEAT_ASSERT(spawned_.waiter_ == nullptr);  // one waiter: the result is moved out
      spawned_.waiter_ = this;
    }
    detach_result detach() noexcept override {
      spawned_.waiter_ = nullptr;
      return detach_result::detached;
    }

    spawned& spawned_;
  };

  spawned(spawned&& other) noexcept
      : child_(std::exchange(other.child_, nullptr)), result_(std::move(other.result_)) {
    LEAT_ASSERT(other.waiter_ == nullptr);
    if (child_ != nullptr) child_->watcher = this;
  }
  spawned& operator=(spawned&&) = delete;
  ~spawned() {
    if (child_ != nullptr) child_->watcher = nullptr;
  }

  [[nodiscard]] bool is_done() const noexcept { return result_.has_value(); }

  /// Waits until the child has ended and returns what became of it, once.
  /// An error of the child is in the outcome and also ends the group.
  /// Cancellation: safe; the child goes on.
  [[nodiscard]] awaiter join() noexcept { return awaiter(*this); }

 private:
  friend class task_group;
  friend class detail::group_child_base<T>;
  explicit spawned(detail::group_child_base<T>& child) noexcept : child_(&child) {
    child.watcher = this;
  }

  void settle(outcome<T> result) noexcept {
    child_ = nullptr;
    result_.emplace(std::move(result));
    if (waiter_ != nullptr) std::exchange(waiter_, nullptr)->complete();
  }

  detail::group_child_base<T>* child_;
  std::optional<outcome<T>> result_;
  awaiter* waiter_ = nullptr;
};

/// Through which a child that was started with `task_group::start` says that it is ready.
/// Thread-safety: one executor.
class readiness {
 public:
  readiness() noexcept = default;
  readiness(const readiness&) = delete;
  readiness& operator=(const readiness&) = delete;

  /// Lets `start()` return. Setting it again does nothing.
  void set() noexcept { is_set_.set(); }
  [[nodiscard]] bool is_set() const noexcept { return is_set_.is_set(); }

 private:
  friend class detail::starting;
  event is_set_;
};

/// Children that run side by side and all end before the group does. See `with_task_group`.
/// Thread-safety: one executor.
class task_group {
 public:
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  /// Starts `callable(args...)`, which must return a task, as a child of this group. The
  /// callable and copies of the arguments live with the child, so a lambda's captures cannot
  /// dangle; `std::ref` makes a reference visible. References must outlive the call of
  /// `with_task_group`: the locals of its body do not.
  ///
  /// The child starts from the ready queue, not inside this call. A child that fails stops
  /// the group.
  template <class Callable, class... Args>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, task_name>)
  [[gnu::always_inline]] auto spawn(Callable&& callable, Args&&... args) {
    auto& child = make_child(std::forward<Callable>(callable), std::forward<Args>(args)...);
    child.set_creator(detail::calling_code());
    return begin(child);
  }

  /// The same for a child with a name: `spawn(task_name("upstream: users"), fetch, url)`.
  template <class Callable, class... Args>
  auto spawn(task_name name, Callable&& callable, Args&&... args) {
    auto& child = make_child(std::forward<Callable>(callable), std::forward<Args>(args)...);
    child.give_name(std::move(name));
    return begin(child);
  }

  /// Starts `callable(ready, args...)` like `spawn`, and waits until the child has called
  /// `ready.set()`; for a server that must listen before its first client comes. The child then
  /// goes on like any other.
  ///
  /// A child that fails before it is ready fails this call and not the group.
  ///
  /// Cancellation: safe; a child that is not ready then is stopped.
  /// Errors: what the child throws before it is ready; `never_ready` if it returns before;
  /// `owner_stopped` if the group is stopped before and the caller is not.
  template <class Callable, class... Args>
  task<void> start(Callable callable, Args... args);

  /// Stops the body and all children. The group then ends without an error.
  void cancel(stop_reason reason = stop_reason::requested) noexcept { join_.scope.cancel(reason); }

  [[nodiscard]] bool is_stopped() const noexcept { return join_.scope.is_stopped(); }

 private:
  template <class Body, class T>
  friend class detail::group_awaiter;
  explicit task_group(detail::join& joined) noexcept : join_(joined) {}

  template <class Callable, class... Args>
  auto& make_child(Callable&& callable, Args&&... args) {
    using work = std::invoke_result_t<std::decay_t<Callable>&, std::decay_t<Args>&&...>;
    static_assert(async_callable<std::decay_t<Callable>&, std::decay_t<Args>&&...>,
                  "spawn() takes a callable that returns a leat::task: write a coroutine; what "
                  "blocks or computes belongs into to_thread()");
    return *new detail::group_child<typename work::value_type, std::decay_t<Callable>,
                                    std::decay_t<Args>...>(join_, std::forward<Callable>(callable),
                                                           std::forward<Args>(args)...);
  }
  template <class T>
  spawned<T> begin(detail::group_child_base<T>& child) noexcept {
    join_.add_child();
    executor::current().push(child);
    return spawned<T>(child);
  }

  detail::join& join_;
};

/// How a task group is named in reports, and how long its children may take to end after they
/// were told to stop, before those that still run are reported.
struct group_options {
  group_options() noexcept = default;
  explicit group_options(std::string group_name, duration stop_grace = detail::join::default_grace)
      : name(std::move(group_name)),
        grace(checked_limit(stop_grace, "the grace of a task group")) {}

  std::string name;
  duration grace = detail::join::default_grace;
};

namespace detail {

template <class T>
void group_child_base<T>::settle_done() noexcept {
  if (auto failure = promise_->error()) join_.child_failed(std::move(failure));
  if (watcher != nullptr) watcher->settle(promise_->take_outcome());
  destroy_child();
}

template <class T>
void group_child_base<T>::settle_stopped() noexcept {
  if (watcher != nullptr) watcher->settle(cancelled{join_.scope.reason()});
}

/// The exception of those who wait for work of a group that was stopped.
[[nodiscard]] std::exception_ptr make_owner_stopped() noexcept;
[[nodiscard]] std::exception_ptr make_never_ready() noexcept;

/// What a call of `start()` and its child share; either may end first.
class starting {
 public:
  /// Lives in the frame of the call: a call that does not return takes the child with it.
  class call {
   public:
    explicit call(starting& shared) noexcept : shared_(shared) {}
    call(const call&) = delete;
    call& operator=(const call&) = delete;
    ~call() {
      if (!has_returned) shared_.abandon();
    }
    bool has_returned = false;

   private:
    starting& shared_;
  };

  /// Runs the child. After `start()` has returned its errors are the group's.
  template <class Callable, class... Args>
  static task<void> run(std::shared_ptr<starting> shared, Callable callable, Args... args) {
    const ending guard(*shared);
    if (shared->is_abandoned_) co_return;
    try {
      static_cast<void>(co_await with_cancel_scope([&](cancel_scope& scope) {
        shared->scope_ = &scope;
        return leat::detail::invoke(callable, shared->ready_, std::move(args)...);
      }));
      if (!shared->ready_.is_set()) shared->failure_ = make_never_ready();
    } catch (...) {
      if (shared->ready_.is_set() || shared->is_abandoned_) throw;
      shared->failure_ = std::current_exception();
    }
  }

  [[nodiscard]] auto wait_settled() noexcept { return ready_.is_set_.wait(); }
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  /// Lives in the frame of the child, which may end without becoming ready.
  class ending {
   public:
    explicit ending(starting& shared) noexcept : shared_(shared) {}
    ending(const ending&) = delete;
    ending& operator=(const ending&) = delete;
    ~ending() {
      shared_.scope_ = nullptr;
      if (shared_.ready_.is_set()) return;
      if (shared_.failure_ == nullptr) shared_.failure_ = make_owner_stopped();
      shared_.ready_.set();
    }

   private:
    starting& shared_;
  };

  void abandon() noexcept {
    is_abandoned_ = true;
    if (scope_ != nullptr) scope_->cancel();
  }

  readiness ready_;
  std::exception_ptr failure_;
  cancel_scope* scope_ = nullptr;
  bool is_abandoned_ = false;
};

template <class Body, class T>
class [[nodiscard]] group_awaiter final : public boundary, public boundary_awaiter {
 public:
  group_awaiter(group_options options, Body body)
      : options_(std::move(options)), body_(std::move(body)) {}
  group_awaiter(group_awaiter&& other) noexcept
      : options_(std::move(other.options_)), body_(std::move(other.body_)) {}
  ~group_awaiter() {
    destroy_child();
    // Left only if the executor has failed: a group ends after its children.
    while (auto* const left = join_.children().first()) static_cast<group_member*>(left)->abandon();
  }

  void bind(promise_base& frame, std::source_location at) noexcept {
    parent = &frame;
    site_ = at;
  }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(awaiting_frame) noexcept {
    // Open before the body is called: it need not be a coroutine, and may spawn or throw right
    // there. What it throws ends the group like any failure, once its children have ended.
    join_.describe_as(options_.name.empty() ? nullptr : options_.name.c_str(), options_.grace);
    join_.open(*parent, 1, site_);
    try {
      start_body();
    } catch (...) {
      join_.child_failed(std::current_exception());
      return body_done();
    }
    return child_;
  }
  std::coroutine_handle<> child_done() noexcept override {
    if (auto failure = promise_->error()) join_.child_failed(std::move(failure));
    return body_done();
  }
  after_stop child_stopped() noexcept override {
    const after_stop next = join_.child_stopped();
    join_.parent_waits();
    return next;
  }

  auto await_resume() {
    join_.rethrow();
    if constexpr (!std::is_void_v<T>) {
      if (!child_) return outcome<T>(cancelled{join_.scope.reason()});
      return outcome<T>(promise_->take());
    }
  }

 private:
  void start_body() {
    const auto child = body_(group_).release();
    child_ = child;
    promise_ = &child.promise();
    promise_->owner = this;
    promise_->scope = &join_.scope;
    promise_->node = parent->node;
  }
  std::coroutine_handle<> body_done() noexcept {
    const auto next = join_.child_done();
    join_.parent_waits();
    return next;
  }

  group_options options_;
  std::source_location site_;
  join join_{"task group", "task group: a further child failed"};
  task_group group_{join_};
  Body body_;
  typename task<T>::promise_type* promise_ = nullptr;
};

}  // namespace detail

template <class Callable, class... Args>
task<void> task_group::start(Callable callable, Args... args) {
  static_assert(async_callable<Callable&, readiness&, Args&&...>,
                "start() takes a callable that returns a leat::task, and whose first parameter is "
                "a leat::readiness&");
  co_await stop_if_requested();
  const auto shared = std::make_shared<detail::starting>();
  detail::starting::call call(*shared);
  spawn(detail::starting::run<Callable, Args...>, shared, std::move(callable), std::move(args)...);
  co_await shared->wait_settled();
  call.has_returned = true;
  if (shared->failure() != nullptr) std::rethrow_exception(shared->failure());
}

template <class Body>
auto with_task_group(group_options options, Body body);

/// Runs `body(group)`, a callable that returns a task, and waits for it and for every child it
/// spawned. Nothing of the group is alive afterwards.
///
/// The first failure, of the body or a child, stops all the others and is rethrown when they
/// have ended; further failures go to `executor::report()`. For a body that returns `task<T>`
/// the result is an `outcome<T>` that is a value, or cancelled if `group.cancel()` stopped the
/// body; for `task<void>` it is `void`.
///
/// Children may refer only to what outlives this call: the body's own locals die when the body
/// ends, which is before its children do.
///
/// Cancellation: safe; stops the body and all children and waits for their end.
/// Errors: the first error of the body or a child.
template <class Body>
auto with_task_group(Body body) {
  return with_task_group(group_options(), std::move(body));
}

/// The same with a name for reports: `with_task_group(group_options("ingest"), body)`. Children
/// that have not ended within the grace of the options after they were told to stop are reported
/// by name; the group still waits for them.
template <class Body>
auto with_task_group(group_options options, Body body) {
  static_assert(async_callable<Body&, task_group&>,
                "the body of with_task_group() returns a leat::task: [](task_group& group) -> "
                "task<void> { ... }");
  using work = std::invoke_result_t<Body&, task_group&>;
  return detail::group_awaiter<Body, typename work::value_type>(std::move(options),
                                                                std::move(body));
}

}  // namespace leat
