// SPDX-License-Identifier: MIT
#include "leat/coro/blocking_deadline.hpp"

#include <utility>

#include "leat/base/error.hpp"

namespace leat {
namespace {

constinit thread_local deadline earliest = deadline::never();

}  // namespace

blocking_deadline::blocking_deadline(deadline until) noexcept
    : outer_(std::exchange(earliest, earlier(until, earliest))) {}

blocking_deadline::~blocking_deadline() {
  earliest = outer_;
}

deadline blocking_deadline::current() noexcept {
  return earliest;
}

void blocking_deadline::throw_if_exceeded(deadline own, const std::string& attempted) {
  if (earliest < own) {
    throw deadline_exceeded(attempted + ": the deadline of the whole call passed");
  }
}

}  // namespace leat
