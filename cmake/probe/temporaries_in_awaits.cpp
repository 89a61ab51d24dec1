// SPDX-License-Identifier: MIT
//
// Is a temporary that is made in an await expression destroyed exactly once? g++ up to 12.2
// destroys aggregates and lambdas with captures twice: a double free, if they own something.
#include <functional>

#include "probe.hpp"

using namespace probe;

namespace {

struct options {
  int limit;
  counted owner;
};

task take_options(options) {
  co_return;
}
task look_at_options(const options&) {
  co_return;
}

template <class Callback>
task take_callback(Callback) {
  co_return;
}
template <class Callback>
task forward_callback(Callback&&) {
  co_return;
}
task erase_callback(std::function<void()>) {
  co_return;
}

task aggregate_by_value() {
  co_await take_options({.limit = 1, .owner = counted()});
}
task aggregate_by_reference() {
  co_await look_at_options(options{1, counted()});
}
task lambda_by_value() {
  co_await take_callback([owner = counted()] {});
}
task lambda_by_reference() {
  co_await forward_callback([owner = counted()] {});
}
task lambda_in_function() {
  co_await erase_callback([owner = counted()] {});
}

bool leaves_none_alive(task (*body)()) {
  counted::alive = 0;
  body().resume();
  return counted::alive == 0;
}

}  // namespace

int main() {
  check(fault::hard, "a temporary aggregate passed by value to what is awaited",
        leaves_none_alive(aggregate_by_value));
  check(fault::hard, "a temporary aggregate passed by reference to what is awaited",
        leaves_none_alive(aggregate_by_reference));
  check(fault::hard, "a capturing lambda passed by value to what is awaited",
        leaves_none_alive(lambda_by_value));
  check(fault::hard, "a capturing lambda passed by reference to what is awaited",
        leaves_none_alive(lambda_by_reference));
  check(fault::hard, "a capturing lambda made a std::function for what is awaited",
        leaves_none_alive(lambda_in_function));
}
