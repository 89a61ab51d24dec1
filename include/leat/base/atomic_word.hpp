// SPDX-License-Identifier: MIT
#pragma once

namespace leat::detail {

/// A number or an enumerator that several threads read and change: as much of `std::atomic` as
/// public headers need of it, because <atomic> brings whatever threads wait by into each file of
/// each user (docs/adr/0034). GCC and Clang, which alone have coroutines that work, have its
/// functions built in.
template <class T>
class atomic_word {
 public:
  constexpr explicit atomic_word(T value) noexcept : value_(value) {}
  atomic_word(const atomic_word&) = delete;
  atomic_word& operator=(const atomic_word&) = delete;

  /// These two order nothing else.
  [[nodiscard]] T load() const noexcept {
    T value;
    __atomic_load(&value_, &value, __ATOMIC_RELAXED);
    return value;
  }
  void store(T value) noexcept { __atomic_store(&value_, &value, __ATOMIC_RELAXED); }

  /// Counts one holder more, for whoever is one already.
  void hold() noexcept { __atomic_fetch_add(&value_, 1, __ATOMIC_RELAXED); }
  /// Counts one holder less. Whether that was the last; what the others did is seen then.
  [[nodiscard]] bool let_go() noexcept {
    return __atomic_fetch_sub(&value_, 1, __ATOMIC_ACQ_REL) == 1;
  }

 private:
  T value_;
};

}  // namespace leat::detail
