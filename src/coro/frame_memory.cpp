// SPDX-License-Identifier: MIT
#include "leat/coro/frame_memory.hpp"

namespace leat::detail {
namespace {

// Gives a thread's cached frames back when the thread ends. It is a second object because
// `local_frames` itself must not have a destructor: that would put a guard on every access.
struct cache_owner {
  cache_owner() noexcept = default;
  cache_owner(const cache_owner&) = delete;
  cache_owner& operator=(const cache_owner&) = delete;
  ~cache_owner() {
    local_frames.drop_cached();
    // Full from now on: what is freed later goes to the allocator.
    local_frames.owned += frame_memory::max_cached;
    local_frames.cached += frame_memory::max_cached;
  }
};

}  // namespace

void frame_memory::drop_cached() noexcept {
  for (auto*& head : free) {
    while (head != nullptr) {
      auto* const next = head->next;
      ::operator delete(head);
      head = next;
    }
  }
  owned -= cached;
  cached = {};
}

void* allocate_fresh_frame(std::size_t rounded) {
  if (recycle_frames) static thread_local const cache_owner owner;
  void* const frame = ::operator new(rounded);
  local_frames.owned += frame_count::one(rounded);
  return frame;
}

void free_surplus_frame(void* frame, std::size_t rounded) noexcept {
  ::operator delete(frame);
  local_frames.owned -= frame_count::one(rounded);
}

}  // namespace leat::detail
