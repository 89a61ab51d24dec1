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

struct frame_memory {
  static constexpr std::size_t grain = 16;
  // 2 KiB: a larger frame holds a buffer and is rare enough for the allocator.
  static constexpr std::size_t classes = 128;
  // What one thread may keep unused. Enough for 100,000 frames of a usual size.
  static constexpr std::size_t max_cached_bytes = std::size_t{16} << 20;

  struct cell {
    cell* next;
  };

  std::array<cell*, classes + 1> free;
  std::size_t live_frames;
  std::size_t live_bytes;
  std::size_t cached_bytes;
  bool is_adopted;  // a destructor will give the cached memory back at the end of the thread
  bool is_closed;   // it has run
};

inline constinit thread_local frame_memory local_frames{};

/// Slow path of `allocate_frame`.
void* allocate_fresh_frame(std::size_t rounded);

inline void* allocate_frame(std::size_t size) {
  const std::size_t size_class = (size + frame_memory::grain - 1) / frame_memory::grain;
  const std::size_t rounded = size_class * frame_memory::grain;
  auto& memory = local_frames;
  void* frame = nullptr;
  if (recycle_frames && size_class <= frame_memory::classes && memory.free[size_class] != nullptr) {
    frame_memory::cell* const cell = memory.free[size_class];
    memory.free[size_class] = cell->next;
    memory.cached_bytes -= rounded;
    frame = cell;
  } else {
    frame = allocate_fresh_frame(rounded);
  }
  ++memory.live_frames;
  memory.live_bytes += rounded;
  return frame;
}

inline void free_frame(void* frame, std::size_t size) noexcept {
  const std::size_t size_class = (size + frame_memory::grain - 1) / frame_memory::grain;
  const std::size_t rounded = size_class * frame_memory::grain;
  auto& memory = local_frames;
  --memory.live_frames;
  memory.live_bytes -= rounded;
  if (recycle_frames && size_class <= frame_memory::classes && !memory.is_closed &&
      memory.cached_bytes < frame_memory::max_cached_bytes) {
    memory.cached_bytes += rounded;
    memory.free[size_class] = ::new (frame) frame_memory::cell{memory.free[size_class]};
    return;
  }
  ::operator delete(frame);
}

}  // namespace leat::detail
