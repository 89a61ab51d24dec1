// SPDX-License-Identifier: MIT
//
// When a frame is destroyed while it is suspended in the middle of an expression, are the
// parts destroyed that the expression had already built? Leat cancels a task by destroying
// its frame, so a part that is forgotten here leaks whenever a task is cancelled there.
// clang-14 and clang-16 forget those of the soft forms.
#include <initializer_list>

#include "probe.hpp"

using namespace probe;

namespace {

/// Never ready, so that the frame can be destroyed while this is awaited.
struct never_ready : std::suspend_always {
  counted await_resume() const noexcept { return {}; }
};

struct pair_of {
  counted first;
  counted second;
};

struct sequence {
  sequence(std::initializer_list<counted>) noexcept {}
};

void call(const counted&, const counted&) {}

task local() {
  const counted first;
  co_await never_ready();
}
task call_argument() {
  call(counted(), co_await never_ready());
}
task aggregate() {
  [[maybe_unused]] pair_of built{counted(), co_await never_ready()};
}
task array() {
  [[maybe_unused]] counted built[] = {counted(), co_await never_ready()};
}
task lambda_capture() {
  [[maybe_unused]] auto built = [first = counted(), second = co_await never_ready()] {};
}
task initializer_list() {
  [[maybe_unused]] sequence built{counted(), co_await never_ready()};
}

bool cleans_up_when_abandoned(task (*body)()) {
  counted::alive = 0;
  {
    const task abandoned = body();
    abandoned.resume();
  }
  return counted::alive == 0;
}

}  // namespace

int main() {
  check(fault::hard, "a local of a frame that is destroyed while suspended",
        cleans_up_when_abandoned(local));
  check(fault::hard, "an argument beside an await, in a frame that is destroyed there",
        cleans_up_when_abandoned(call_argument));
  check(fault::soft, "aggregate{a(), co_await b()}", cleans_up_when_abandoned(aggregate));
  check(fault::soft, "array[] = {a(), co_await b()}", cleans_up_when_abandoned(array));
  check(fault::soft, "[x = a(), y = co_await b()] {}", cleans_up_when_abandoned(lambda_capture));
  check(fault::soft, "std::initializer_list: {a(), co_await b()}",
        cleans_up_when_abandoned(initializer_list));
}
