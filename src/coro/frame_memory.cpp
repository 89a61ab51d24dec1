// SPDX-License-Identifier: MIT
#include "leat/coro/frame_memory.hpp"

namespace leat::detail {
namespace {

// Gives a thread's cached frames back when the thread ends. It is a second object because
// `local_frames` itself must not have a destructor: that would put a guard on every access.
struct cache_owner {
  cache_owner() noexcept { local_frames.is_adopted = true; }
  cache_owner(const cache_owner&) = delete;
  cache_owner& operator=(const cache_owner&) = delete;
  ~cache_owner() {
    local_frames.is_closed = true;
    for (auto*& head : local_frames.free) {
      while (head != nullptr) {
        auto* const next = head->next;
        ::operator delete(head);
        head = next;
      }
    }
    local_frames.cached_bytes = 0;
  }
};

}  // namespace

void* allocate_fresh_frame(std::size_t rounded) {
  if (recycle_frames && !local_frames.is_adopted) {
    static thread_local const cache_owner owner;
  }
  return ::operator new(rounded);
}

}  // namespace leat::detail
