// SPDX-License-Identifier: MIT
#pragma once

#include "leat/base/function.hpp"
#include "leat/coro/task.hpp"
#include "leat/io/network.hpp"
#include "leat/testing/contract_violation.hpp"

namespace leat::testing {

/// Checks that a network and its listeners keep what `io::network` and `io::listener` promise:
/// who is connected with whom, what waits for `accept()`, what a close and a stop leave behind,
/// and which errors come. For implementations of your own as for those of Leat; what its
/// connections carry is the affair of `check_stream_contract`.
///
///     co_await check_network_contract(net, [] { return io::endpoint::tcp("127.0.0.1", 0); });
///
/// `new_address` names a place where nobody listens, each time another: port 0, or a new path.
///
/// Cancellation: safe.
/// Errors: `contract_violation`; what `new_address` throws.
task<void> check_network_contract(io::network& net, std::function<io::endpoint()> new_address);

}  // namespace leat::testing
