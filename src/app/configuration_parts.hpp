// SPDX-License-Identifier: MIT
#pragma once

#include "leat/app/configuration.hpp"

namespace leat::app {

/// A value of any kind. The fields that its kind does not have are empty.
struct configuration::node {
  configuration_kind kind = configuration_kind::table;
  /// It has `text` besides its value, because a variable gave it.
  bool is_also_string = false;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text{};
  std::vector<entry> entries{};
  std::vector<configuration> elements{};
  app::origin from{};
};

/// What the sources of this layer may do with a configuration, and users may not.
class configuration_parts {
 public:
  using node = configuration::node;

  [[nodiscard]] static const node& of(const configuration& what) noexcept { return *what.node_; }
  [[nodiscard]] static configuration make(node what) {
    return configuration(std::make_shared<const node>(std::move(what)));
  }
};

}  // namespace leat::app
