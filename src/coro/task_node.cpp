// SPDX-License-Identifier: MIT
#include "leat/coro/task_node.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>

#include "leat/coro/wait_description.hpp"

namespace leat {

task_name::task_name(std::string_view text, std::source_location created)
    : block_(::new(::operator new(sizeof(block) + text.size())) block{created, text.size()}) {
  if (!text.empty()) std::memcpy(block_ + 1, text.data(), text.size());
}

void task_name::free(block* named) noexcept {
  ::operator delete(named);
}

std::string_view task_node::name() const noexcept {
  if (!is_named()) return {};
  return {reinterpret_cast<const char*>(named() + 1), named()->size};
}

std::source_location task_node::created_at() const noexcept {
  return is_named() ? named()->created : std::source_location();
}

void wait_description::add(std::string_view text) noexcept {
  const std::size_t size = std::min(text.size(), text_.size() - size_);
  std::copy_n(text.data(), size, text_.data() + size_);
  size_ += size;
}

void wait_description::add(std::size_t number) noexcept {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  add(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

}  // namespace leat
