// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "leat/base/error.hpp"

namespace leat {

/// Why a scope was told to stop.
enum class stop_reason : std::uint8_t {
  none,            ///< It was not.
  requested,       ///< Somebody called `cancel()`.
  deadline,        ///< Its time was up.
  sibling_failed,  ///< Another child of the same group or combinator failed.
  shutdown,        ///< The program or the service is going down.
};

[[nodiscard]] std::string_view to_string(stop_reason reason) noexcept;

/// How a task ended without a value or an error.
struct cancelled {
  stop_reason reason = stop_reason::requested;

  friend bool operator==(cancelled, cancelled) = default;
};

/// `T`, or a unit type in place of `void`, for tuples and variants of results.
template <class T>
using unit_if_void = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// What became of a task: a value, an error, or cancelled.
///
/// Cancelled is a state of its own, because it is neither: nothing failed, and there is
/// nothing to show.
template <class T>
class [[nodiscard]] outcome {
 public:
  using value_type = T;

  outcome(unit_if_void<T> value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  outcome()
    requires std::is_void_v<T>
      : state_(std::in_place_index<0>) {}
  outcome(std::exception_ptr failure) noexcept  // NOLINT: an outcome is what it holds
      : state_(std::in_place_index<1>, std::move(failure)) {}
  outcome(cancelled stopped) noexcept  // NOLINT
      : state_(std::in_place_index<2>, stopped) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  [[nodiscard]] bool has_error() const noexcept { return state_.index() == 1; }
  [[nodiscard]] bool is_cancelled() const noexcept { return state_.index() == 2; }
  explicit operator bool() const noexcept { return has_value(); }

  /// The value.
  /// Errors: rethrows the error; `value_absent` if cancelled.
  T value() && {
    check();
    if constexpr (!std::is_void_v<T>) return std::move(*std::get_if<0>(&state_));
  }
  std::add_lvalue_reference_t<T> value() & {
    check();
    if constexpr (!std::is_void_v<T>) return *std::get_if<0>(&state_);
  }
  std::add_lvalue_reference_t<std::add_const_t<T>> value() const& {
    check();
    if constexpr (!std::is_void_v<T>) return *std::get_if<0>(&state_);
  }

  /// The error, or null.
  [[nodiscard]] std::exception_ptr error() const noexcept {
    const auto* failure = std::get_if<1>(&state_);
    return failure != nullptr ? *failure : nullptr;
  }

  /// Why it was cancelled; `none` if it was not.
  [[nodiscard]] stop_reason reason() const noexcept {
    const auto* stopped = std::get_if<2>(&state_);
    return stopped != nullptr ? stopped->reason : stop_reason::none;
  }

 private:
  void check() const {
    if (const auto* failure = std::get_if<1>(&state_)) std::rethrow_exception(*failure);
    if (is_cancelled()) {
      throw value_absent("no value: the task was cancelled (" + std::string(to_string(reason())) +
                         ")");
    }
  }

  std::variant<unit_if_void<T>, std::exception_ptr, cancelled> state_;
};

}  // namespace leat
