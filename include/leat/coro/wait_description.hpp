// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <source_location>
#include <string_view>

namespace leat {

class promise_base;

/// What a task waits for, in words: "channel: receive". Text that does not fit is cut off;
/// nothing is allocated, because a report is often made when memory is what is short.
class wait_description {
 public:
  void add(std::string_view text) noexcept;
  void add(std::size_t number) noexcept;

  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

  std::source_location at;              ///< Of the await; its line is 0 if that is not known.
  const promise_base* frame = nullptr;  ///< That awaits; null if that is not known.

 private:
  std::array<char, 160> text_;
  std::size_t size_ = 0;
};

}  // namespace leat
