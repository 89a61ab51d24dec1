// SPDX-License-Identifier: MIT
#include "leat/log/logger.hpp"

#include "log/core.hpp"

namespace leat::log {

logger logger::bind(std::string_view key, const value& what) const {
  return bind({{key, what}});
}

logger logger::bind(std::initializer_list<field> fields) const {
  if (core_ == nullptr) return {};
  return core_->derive(*this, context_->name, {fields.begin(), fields.size()});
}

logger logger::named(std::string_view name) const {
  if (core_ == nullptr) return {};
  return core_->derive(*this, name, {});
}

void logger::set_backend_minimum(level minimum) const noexcept {
  if (core_ != nullptr) core_->set_minimum(minimum);
}

void logger::submit(level at, std::string_view event, const field* first,
                    std::size_t count) const noexcept {
  core_->submit(at, event, {first, count}, *context_);
}

}  // namespace leat::log
