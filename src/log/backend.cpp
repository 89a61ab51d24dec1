// SPDX-License-Identifier: MIT
#include "leat/log/backend.hpp"

#include <utility>

#include "log/core.hpp"

namespace leat::log {

backend::backend(delivery how, backend_options options)
    : core_(std::make_shared<core>(how, std::move(options))) {}

backend::~backend() {
  core_->close();
}

logger backend::logger(std::string_view name) const {
  return core_->make_logger(name);
}

void backend::set_minimum(level minimum) noexcept {
  core_->set_minimum(minimum);
}

void backend::flush() {
  core_->flush();
}

backend_counts backend::counts() const noexcept {
  return core_->counts();
}

}  // namespace leat::log
