// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

/// The questions of coro_bench, put to Boost.Asio's awaitable, where it has the same thing.
/// Nanoseconds an operation, unless the name says bytes.
namespace asio_peer {

double await_ready();
double spawn_suspend_join();
double suspend_resume();
double all_of_three();
double arm_disarm(std::size_t pending);
double cancel_chain(int depth);
double cancel_sleepers(int count);
double bytes_asleep();
/// Nanoseconds and bytes of heap for each of `count` tasks that sleep at the same time.
struct crowd_cost {
  double ns;
  double bytes;
};
crowd_cost crowd(int count);
double channel_hand_off();
double to_thread();

}  // namespace asio_peer
