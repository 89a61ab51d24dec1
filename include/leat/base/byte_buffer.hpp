// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "leat/base/memory.hpp"

namespace leat {

/// The bytes of a text, as they go over a wire.
[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Bytes read from a wire, as the text they spell.
[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A growing run of bytes with a front that is consumed and a back that is filled, for
/// reading ahead of a parser and for gathering what is to be written.
///
/// Views into it are valid until the next `prepare()`, `append()` or `release()`.
/// Thread-safety: none.
class byte_buffer {
 public:
  byte_buffer() noexcept = default;
  byte_buffer(byte_buffer&& other) noexcept;
  byte_buffer& operator=(byte_buffer&& other) noexcept;
  ~byte_buffer() = default;

  [[nodiscard]] bool is_empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return {storage_.get() + begin_, size()};
  }
  [[nodiscard]] std::string_view text() const noexcept { return as_text(bytes()); }

  /// Room for at least `size` bytes behind what is here; all the room there is.
  [[nodiscard]] std::span<std::byte> prepare(std::size_t size) {
    if (capacity_ - end_ < size) make_room(size);
    return {storage_.get() + end_, capacity_ - end_};
  }

  /// Makes the first `size` bytes of what `prepare()` returned part of the buffer.
  void commit(std::size_t size) noexcept { end_ += size; }

  /// Takes `size` bytes from the front.
  void consume(std::size_t size) noexcept {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  void swap(byte_buffer& other) noexcept {
    storage_.swap(other.storage_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

  void append(std::string_view text);
  void clear() noexcept { begin_ = end_ = 0; }

  /// Gives the memory back. Only an empty buffer may do so.
  void release() noexcept;

 private:
  void make_room(std::size_t size);

  std::unique_ptr<std::byte[]> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace leat
