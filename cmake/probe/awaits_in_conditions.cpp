// SPDX-License-Identifier: MIT
//
// Does the body of a coroutine run that has no local variable and awaits in a condition?
// g++ 12.1 and 12.2 drop such a body whole: the first resume returns at once, and whoever
// waits for the coroutine waits for ever.
#include "probe.hpp"

using namespace probe;

namespace {

// No coroutine here may have a local variable: one is enough to hide the fault.
int steps = 0;

task in_if() {
  if (co_await ready{1} == 1) ++steps;
  ++steps;
}

task in_while() {
  while (co_await ready{steps} < 2) ++steps;
}

task in_do_while() {
  do {
    ++steps;
  } while (co_await ready{steps} < 2);
}

task in_for() {
  for (; co_await ready{steps} < 2;) ++steps;
}

task in_switch() {
  switch (co_await ready{2}) {
    case 2: steps += 2; break;
    default: break;
  }
}

bool runs_to_its_end(task (*body)()) {
  steps = 0;
  body().resume();
  return steps == 2;
}

}  // namespace

int main() {
  check(fault::hard, "an await in the condition of an if", runs_to_its_end(in_if));
  check(fault::hard, "an await in the condition of a while", runs_to_its_end(in_while));
  check(fault::hard, "an await in the condition of a do-while", runs_to_its_end(in_do_while));
  check(fault::hard, "an await in the condition of a for", runs_to_its_end(in_for));
  check(fault::hard, "an await in the condition of a switch", runs_to_its_end(in_switch));
}
