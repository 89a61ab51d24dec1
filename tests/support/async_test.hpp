// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "leat/testing/async_test.hpp"
#include "leat/testing/some_turns.hpp"

#include "support/test.hpp"

using namespace std::chrono_literals;

using leat::testing::some_turns;
