// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <new>

/// Memory of coroutine frames: free lists per thread in classes of 16 bytes, because a frame
/// is allocated and freed at every call of a coroutine. Under AddressSanitizer the lists are
/// bypassed, or a use after free would hide in them.
namespace leat::detail {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool recycle_frames = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool recycle_frames = false;
#else
inline constexpr bool recycle_frames = true;
#endif
#else
inline constexpr bool recycle_frames = true;
#endif

/// A number of frames and their bytes, counted in one word so that both cost one addition.
class frame_count {
 public:
  constexpr frame_count() noexcept = default;
  static constexpr frame_count one(std::size_t bytes) noexcept {
    return frame_count((bytes << frame_bits) + 1);
  }
  /// So many bytes and no frame, as a limit.
  static constexpr frame_count of_bytes(std::size_t bytes) noexcept {
    return frame_count(bytes << frame_bits);
  }

  [[nodiscard]] constexpr std::size_t frames() const noexcept {
    return both_ & ((std::size_t{1} << frame_bits) - 1);
  }
  [[nodiscard]] constexpr std::size_t bytes() const noexcept { return both_ >> frame_bits; }

  constexpr frame_count& operator+=(frame_count other) noexcept {
    both_ += other.both_;
    return *this;
  }
  constexpr frame_count& operator-=(frame_count other) noexcept {
    both_ -= other.both_;
    return *this;
  }
  friend constexpr frame_count operator-(frame_count left, frame_count right) noexcept {
    return left -= right;
  }
  friend constexpr bool operator<(frame_count left, frame_count right) noexcept {
    return left.both_ < right.both_;
  }

 private:
  // 268 million frames at a time, of 64 GiB.
  static constexpr unsigned frame_bits = 28;
  constexpr explicit frame_count(std::size_t both) noexcept : both_(both) {}

  std::size_t both_ = 0;
};

struct frame_memory {
  static constexpr std::size_t grain = 16;
  // 2 KiB: a larger frame holds a buffer and is rare enough for the allocator.
  static constexpr std::size_t classes = 128;
  // What one thread may keep unused. Enough for 100,000 frames of a usual size.
  static constexpr frame_count max_cached = frame_count::of_bytes(std::size_t{16} << 20);

  struct cell {
    cell* next;
  };

  /// Frames that coroutines use; those freed on another thread are missed there.
  [[nodiscard]] std::size_t live_frames() const noexcept { return live().frames(); }
  [[nodiscard]] std::size_t live_bytes() const noexcept { return live().bytes(); }
  [[nodiscard]] std::size_t cached_bytes() const noexcept { return cached.bytes(); }

  /// Gives the frames that wait for their next use back to the allocator.
  void drop_cached() noexcept;

  std::array<cell*, classes + 1> free;
  frame_count cached;  // in the lists; never below `max_cached` once the thread ends
  frame_count owned;   // taken from the allocator and not given back

 private:
  [[nodiscard]] frame_count live() const noexcept { return owned - cached; }
};

inline constinit thread_local frame_memory local_frames{};

/// Slow paths: of a frame that no list has, and of one that no list takes.
void* allocate_fresh_frame(std::size_t rounded);
void free_surplus_frame(void* frame, std::size_t rounded) noexcept;

inline void* allocate_frame(std::size_t size) {
  const std::size_t size_class = (size + frame_memory::grain - 1) / frame_memory::grain;
  const std::size_t rounded = size_class * frame_memory::grain;
  auto& memory = local_frames;
  if (recycle_frames && size_class <= frame_memory::classes && memory.free[size_class] != nullptr) {
    frame_memory::cell* const cell = memory.free[size_class];
    memory.free[size_class] = cell->next;
    memory.cached -= frame_count::one(rounded);
    return cell;
  }
  return allocate_fresh_frame(rounded);
}

inline void free_frame(void* frame, std::size_t size) noexcept {
  const std::size_t size_class = (size + frame_memory::grain - 1) / frame_memory::grain;
  const std::size_t rounded = size_class * frame_memory::grain;
  auto& memory = local_frames;
  if (recycle_frames && size_class <= frame_memory::classes &&
      memory.cached < frame_memory::max_cached) {
    memory.cached += frame_count::one(rounded);
    memory.free[size_class] = ::new (frame) frame_memory::cell{memory.free[size_class]};
    return;
  }
  free_surplus_frame(frame, rounded);
}

/// A base of what lies in that memory: promises, and what comes and goes as often as they do. It is
/// counted as a frame.
struct in_frame_memory {
  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { free_frame(memory, size); }
};

}  // namespace leat::detail
