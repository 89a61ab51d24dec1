// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

#include "leat/base/atomic_word.hpp"
#include "leat/base/error.hpp"
#include "leat/base/error_detail.hpp"
#include "leat/base/memory.hpp"

namespace leat {

/// Something that an error carries besides what its class says; see `error::attach()`. Errors that
/// are copies of each other share it, so it never changes.
class error_note {
 public:
  error_note(const error_note&) = delete;
  error_note& operator=(const error_note&) = delete;
  virtual ~error_note() = default;

  /// What `error::details()` says of it.
  [[nodiscard]] virtual error_details details() const = 0;

 protected:
  constexpr error_note() noexcept = default;

 private:
  friend class error_note_ptr;

  mutable detail::atomic_word<std::size_t> holds_{1};
};

/// A new note of a class of one's own.
template <class Note, class... Args>
[[nodiscard]] error_note_ptr make_error_note(Args&&... args) {
  return error_note_ptr(std::make_unique<const Note>(std::forward<Args>(args)...).release());
}

}  // namespace leat
