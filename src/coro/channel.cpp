// SPDX-License-Identifier: MIT
#include "leat/coro/channel.hpp"

#include <string>

#include "leat/base/error.hpp"

namespace leat::detail {

std::size_t checked_capacity(std::size_t capacity) {
  if (capacity == 0) throw invalid_argument("a channel needs room for at least one message");
  return capacity;
}

void throw_channel_closed() {
  throw channel_closed();
}

void throw_channel_full(std::size_t capacity) {
  throw limit_exceeded("a channel is full: its limit is " + std::to_string(capacity) + " messages");
}

}  // namespace leat::detail
