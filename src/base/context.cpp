// SPDX-License-Identifier: MIT
#include "leat/base/context.hpp"

namespace leat {

// A loop, because a context may be a long chain whose last holder leaves.
void detail::context_entry::let_go() noexcept {
  context_entry* entry = this;
  while (entry != nullptr && entry->holders_.let_go()) {
    context_entry* const below = entry->below_;
    delete entry;
    entry = below;
  }
}

const context& current_context() noexcept {
  static constinit const context nothing;
  return detail::current_carried == nullptr ? nothing : detail::current_carried->values;
}

}  // namespace leat
