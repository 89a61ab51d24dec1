// SPDX-License-Identifier: MIT
#include "leat/route/environment.hpp"

#include <cstdlib>

namespace leat::route {

environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): see the header
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

}  // namespace leat::route
