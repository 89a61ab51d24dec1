// SPDX-License-Identifier: MIT
#include "leat/log/backend.hpp"

#include <utility>

#include "log/core.hpp"
#include "log/names.hpp"

namespace leat::log {
namespace {

constexpr name_table<presentation, 4> presentations{{
    {"null", presentation::null},
    {"plain", presentation::plain},
    {"json", presentation::json},
    {"rich", presentation::rich},
}};

}  // namespace

std::string_view to_string(presentation value) noexcept {
  return name_in(presentations, value);
}

std::optional<presentation> parse_presentation(std::string_view text) noexcept {
  return find_in(presentations, text);
}

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
