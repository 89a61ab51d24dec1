// SPDX-License-Identifier: MIT
#pragma once

// Included by every test in place of the framework's own header. doctest prints
// std::error_code with operator<<, which needs <ostream> to be complete first.
#include <ostream>

#include <doctest/doctest.h>
