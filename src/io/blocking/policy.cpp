// SPDX-License-Identifier: MIT
#include "leat/io/policy.hpp"

#include <thread>

#include "leat/base/error.hpp"

namespace leat::io {

ready<void> blocking::sleep_for(duration time) {
  const deadline own = deadline::after(now(), checked_limit(time, "sleep_for"));
  const deadline end = blocking_deadline::bound(own);
  if (end.is_never()) throw invalid_argument("sleep_for: a thread cannot sleep for ever");
  std::this_thread::sleep_until(end.at());
  blocking_deadline::throw_if_exceeded(own, "sleeping");
  return {};
}

}  // namespace leat::io
