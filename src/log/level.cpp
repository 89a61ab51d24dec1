// SPDX-License-Identifier: MIT
#include "leat/log/level.hpp"

#include "log/names.hpp"

namespace leat::log {
namespace {

constexpr name_table<level, 8> names{{
    {"trace", level::trace},
    {"debug", level::debug},
    {"info", level::info},
    {"warn", level::warn},
    {"error", level::error},
    {"critical", level::critical},
    {"off", level::off},
    {"warning", level::warn},
}};

}  // namespace

std::string_view to_string(level value) noexcept {
  return name_in(names, value);
}

std::optional<level> parse_level(std::string_view text) noexcept {
  return find_in(names, text);
}

}  // namespace leat::log
