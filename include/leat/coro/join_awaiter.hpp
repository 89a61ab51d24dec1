// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <tuple>
#include <utility>
#include <vector>

#include "leat/coro/join.hpp"

namespace leat::detail {

/// A child's error that nobody will look at, because a stop goes on behind the join.
template <class T>
void report_lost_error(const join_slot<T>& slot, const char* where) noexcept {
  if (auto failure = slot.error()) executor::current().report(std::move(failure), where);
}

/// Awaits children of different types in one join. `Kind` says what the end of a child means
/// (`policy`), how reports name the join (`kind`) and its further failures (`name`), and what is
/// returned (`result(join, slots)`); an object of it has what that takes.
template <class Kind, class... Ts>
class [[nodiscard]] join_awaiter final : public boundary_awaiter {
 public:
  explicit join_awaiter(task<Ts>&&... children) noexcept
      : join_awaiter(Kind(), std::move(children)...) {}
  explicit join_awaiter(Kind of, task<Ts>&&... children) noexcept
      : of_(std::move(of)), slots_(std::move(children)...) {}
  join_awaiter(join_awaiter&& other) noexcept
      : of_(std::move(other.of_)), slots_(std::move(other.slots_)) {}
  ~join_awaiter() {
    if (!join_.is_overtaken()) return;
    std::apply([](const auto&... slot) { (report_lost_error(slot, Kind::name), ...); }, slots_);
  }

  void bind(promise_base& frame, std::source_location at) noexcept {
    parent_ = &frame;
    site_ = at;
  }
  [[nodiscard]] bool await_ready() const noexcept { return sizeof...(Ts) == 0; }
  bool await_suspend(awaiting_frame) noexcept {
    // One more than there are children: nobody may resume or destroy the parent while we are
    // still inside its await_suspend.
    join_.open(*parent_, sizeof...(Ts) + 1, site_);
    std::apply([this](auto&... slot) { (slot.start(join_, Kind::policy), ...); }, slots_);
    return join_.stays_suspended();
  }
  auto await_resume() { return of_.result(join_, slots_); }

 private:
  promise_base* parent_ = nullptr;
  std::source_location site_;
  [[no_unique_address]] Kind of_;
  join join_{Kind::kind, Kind::name};
  std::tuple<join_slot<Ts>...> slots_;
};

/// The same for any number of children of one type.
template <class Kind, class T>
class [[nodiscard]] join_range_awaiter final : public boundary_awaiter {
 public:
  explicit join_range_awaiter(std::vector<task<T>>&& children, Kind of = Kind())
      : of_(std::move(of)) {
    slots_.reserve(children.size());
    for (auto& child : children) slots_.emplace_back(std::move(child));
  }
  join_range_awaiter(join_range_awaiter&& other) noexcept
      : of_(std::move(other.of_)), slots_(std::move(other.slots_)) {}
  ~join_range_awaiter() {
    if (!join_.is_overtaken()) return;
    for (const auto& slot : slots_) report_lost_error(slot, Kind::name);
  }

  void bind(promise_base& frame, std::source_location at) noexcept {
    parent_ = &frame;
    site_ = at;
  }
  [[nodiscard]] bool await_ready() const noexcept { return slots_.empty(); }
  bool await_suspend(awaiting_frame) noexcept {
    join_.open(*parent_, slots_.size() + 1, site_);
    for (auto& slot : slots_) slot.start(join_, Kind::policy);
    return join_.stays_suspended();
  }
  auto await_resume() { return of_.result(join_, slots_); }

 private:
  promise_base* parent_ = nullptr;
  std::source_location site_;
  [[no_unique_address]] Kind of_;
  join join_{Kind::kind, Kind::name};
  std::vector<join_slot<T>> slots_;
};

/// The outcomes of all slots, in their order.
template <class... Ts>
std::tuple<outcome<Ts>...> take_outcomes(std::tuple<join_slot<Ts>...>& slots) {
  return std::apply(
      [](auto&... slot) { return std::tuple<outcome<Ts>...>(slot.take_outcome()...); }, slots);
}
template <class T>
std::vector<outcome<T>> take_outcomes(std::vector<join_slot<T>>& slots) {
  std::vector<outcome<T>> outcomes;
  outcomes.reserve(slots.size());
  for (auto& slot : slots) outcomes.push_back(slot.take_outcome());
  return outcomes;
}

/// The values of all slots, in their order; nothing for `void`.
template <class T>
auto take_values(std::vector<join_slot<T>>& slots) {
  if constexpr (!std::is_void_v<T>) {
    std::vector<T> values;
    values.reserve(slots.size());
    for (auto& slot : slots) values.push_back(slot.take());
    return values;
  }
}

}  // namespace leat::detail
