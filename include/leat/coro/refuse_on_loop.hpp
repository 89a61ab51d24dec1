// SPDX-License-Identifier: MIT
#pragma once

namespace leat {

/// Refuses a call that blocks on a thread whose loop is running: it would hold up everything
/// else there, and if what it waits for needs that loop, for ever. In release builds too. The
/// first line of every entry point of a blocking surface; on the threads of `to_thread` and on
/// any other it does nothing.
///
/// `async_twin` is what to use instead, in full: `refuse_on_loop("http::async_client::request")`.
///
/// Errors: `blocking_call_on_loop`, whose message names the twin.
void refuse_on_loop(const char* async_twin);

}  // namespace leat
