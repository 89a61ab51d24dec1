// SPDX-License-Identifier: MIT
#include "leat/app/lifecycle.hpp"

namespace leat::app {

std::string_view to_string(phase value) noexcept {
  switch (value) {
    case phase::starting: return "starting";
    case phase::ready: return "ready";
    case phase::stopping: break;
  }
  return "stopping";
}

void lifecycle::set_ready() noexcept {
  if (phase_ != app::phase::starting) return;
  phase_ = app::phase::ready;
  started_.set();
}

void lifecycle::request_stop() noexcept {
  phase_ = app::phase::stopping;
  stop_.set();
}

}  // namespace leat::app
