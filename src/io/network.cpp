// SPDX-License-Identifier: MIT
#include "leat/io/network.hpp"

namespace leat::io {

std::string endpoint::to_string() const {
  if (is_unix_) return "unix:" + host_;
  const bool is_v6 = host_.find(':') != std::string::npos;
  return (is_v6 ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
}

std::unique_ptr<listener> network::listen(const endpoint& at) {
  return listen(at, {});
}

}  // namespace leat::io
