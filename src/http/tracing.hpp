// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "leat/base/context.hpp"
#include "leat/base/trace_context.hpp"
#include "leat/http/headers.hpp"

namespace leat::http::detail {

/// What a handler's task carries: what the current one does, and the trace of its request.
/// Errors: `std::bad_alloc`; those of `std::random_device`, on a thread's first call.
[[nodiscard]] context traced_context(proto::fields_view request, bool samples_new);

/// Writes the trace that the current task carries, if it does, into a request that goes out, with a
/// span of its own.
void put_trace(headers& request, const trace_context& carried);
void remove_trace(headers& request);

/// What this thread carries until the end of the block, unless `values` is empty.
class carrying {
 public:
  explicit carrying(const context& values) noexcept
      : carried_{.values = values, .until = current_deadline()} {
    if (!values.is_empty()) there_.emplace(carried_);
  }

 private:
  carried_context carried_;
  std::optional<carry_on_thread> there_;
};

}  // namespace leat::http::detail
