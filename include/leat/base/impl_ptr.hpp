// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

namespace leat {

/// Owns what a class keeps from its header, usually its `impl`: `std::unique_ptr` without the
/// templates behind it, which each file of each user would instantiate anew for each such class
/// (docs/adr/0034). `Impl` is complete where it is destroyed; only there.
template <class Impl>
class impl_ptr {
 public:
  impl_ptr() noexcept = default;
  /// Takes over what `new` has returned.
  explicit impl_ptr(Impl* owned) noexcept : owned_(owned) {}
  impl_ptr(impl_ptr&& from) noexcept : owned_(from.owned_) { from.owned_ = nullptr; }
  impl_ptr& operator=(impl_ptr&& from) noexcept {
    Impl* const taken = from.owned_;
    from.owned_ = nullptr;
    delete owned_;
    owned_ = taken;
    return *this;
  }
  ~impl_ptr() {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): asks whether it is complete
    static_assert(sizeof(Impl) > 0, "declare the destructor of the class, define it in its .cpp");
    delete owned_;
  }

  [[nodiscard]] Impl& operator*() const noexcept { return *owned_; }
  [[nodiscard]] Impl* operator->() const noexcept { return owned_; }
  [[nodiscard]] explicit operator bool() const noexcept { return owned_ != nullptr; }
  [[nodiscard]] bool operator==(std::nullptr_t) const noexcept { return owned_ == nullptr; }

 private:
  Impl* owned_ = nullptr;
};

template <class Impl, class... Arguments>
[[nodiscard]] impl_ptr<Impl> make_impl(Arguments&&... arguments) {
  return impl_ptr<Impl>(new Impl(std::forward<Arguments>(arguments)...));
}

}  // namespace leat
