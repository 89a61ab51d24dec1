// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/function.hpp"
#include "leat/base/memory.hpp"
#include "leat/coro/task.hpp"
#include "leat/io/stream.hpp"
#include "leat/testing/contract_violation.hpp"

namespace leat::testing {

/// Two connected streams, each the other's peer.
struct stream_pair {
  std::unique_ptr<io::async_stream> near;
  std::unique_ptr<io::async_stream> far;
};

/// Checks that streams keep what `io::async_stream` promises: order and completeness of bytes,
/// ends, deadlines, errors after a close, and what a stop leaves behind. For implementations
/// of your own as for those of Leat; needs no test framework.
///
///     LEAT_ASYNC_TEST("my stream: keeps the contract of streams") {
///       co_await check_stream_contract([]() -> task<stream_pair> { co_return my_pair(); });
///     }
///
/// `connect` makes a new pair for each promise. On real time the checks take about half a
/// second, because some wait for a deadline. A pair may hold at most 32 MiB that nobody has
/// read.
///
/// Cancellation: safe.
/// Errors: `contract_violation`; what `connect` throws.
task<void> check_stream_contract(std::function<task<stream_pair>()> connect);

}  // namespace leat::testing
