// SPDX-License-Identifier: MIT
#pragma once

#include "leat/testing/simulation.hpp"

/// What became of the requests, to see that the runs are about something.
struct run_tally {
  int answered = 0;
  int failed = 0;
  int stopped = 0;
};

/// A client with a pool against a server, on a network with faults: what is asked, how it is
/// cut short and what breaks is drawn from the seed. Throws `broken_promise` when
///
/// - an answer is not whole, or belongs to another request;
/// - a request fails with an error that the client does not document, or outlives its limit;
/// - a POST is handled twice;
/// - slots of the pool are not exact afterwards;
/// - requests on a sound network fail afterwards;
/// - the server does not drain in its time.
leat::task<void> client_against_server(leat::testing::simulation& run, run_tally& count);
