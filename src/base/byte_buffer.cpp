// SPDX-License-Identifier: MIT
#include "leat/base/byte_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "leat/base/assert.hpp"

namespace leat {

byte_buffer::byte_buffer(byte_buffer&& other) noexcept
    : storage_(std::move(other.storage_)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

byte_buffer& byte_buffer::operator=(byte_buffer&& other) noexcept {
  storage_ = std::move(other.storage_);
  begin_ = std::exchange(other.begin_, 0);
  end_ = std::exchange(other.end_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  return *this;
}

void byte_buffer::append(std::string_view text) {
  if (text.empty()) return;
  std::memcpy(prepare(text.size()).data(), text.data(), text.size());
  commit(text.size());
}

void byte_buffer::release() noexcept {
  LEAT_ASSERT(is_empty());
  storage_.reset();
  capacity_ = 0;
}

void byte_buffer::make_room(std::size_t size) {
  const std::size_t used = this->size();
  if (capacity_ - used >= size && used <= capacity_ / 2) {
    std::memmove(storage_.get(), storage_.get() + begin_, used);
  } else {
    // Doubling keeps the cost of growing constant per byte; 512 holds a usual request head.
    const std::size_t grown = std::max({used + size, capacity_ * 2, std::size_t{512}});
    auto storage = std::make_unique_for_overwrite<std::byte[]>(grown);
    if (used != 0) std::memcpy(storage.get(), storage_.get() + begin_, used);
    storage_ = std::move(storage);
    capacity_ = grown;
  }
  begin_ = 0;
  end_ = used;
}

}  // namespace leat
