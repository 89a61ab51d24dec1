// SPDX-License-Identifier: MIT
#pragma once

#include "leat/testing/test_loop.hpp"

/// Tests whose body is a coroutine. Include your framework's header first; the macros use its
/// `TEST_CASE(name)` (doctest and Catch2 have it).
///
///     LEAT_ASYNC_TEST("timeout: stops the work when its time is up") {
///       CHECK_THROWS_AS(co_await with_timeout(5s, sleep()), deadline_exceeded);
///       CHECK(loop.elapsed() == 5s);
///     }
///
/// `loop` is the `leat::testing::test_loop` that runs the body. The test fails when the body
/// throws, when it can never go on, and when it leaves tasks, descriptors or reports behind.

#define LEAT_DETAIL_JOIN_AGAIN(a, b) a##b
#define LEAT_DETAIL_JOIN(a, b) LEAT_DETAIL_JOIN_AGAIN(a, b)
#define LEAT_DETAIL_ASYNC_TEST(body, source, ...)              \
  static ::leat::task<void> body(::leat::testing::test_loop&); \
  TEST_CASE(__VA_ARGS__) {                                     \
    ::leat::testing::run_test(body, source);                   \
  }                                                            \
  static ::leat::task<void> body([[maybe_unused]] ::leat::testing::test_loop& loop)

/// On virtual time, without sockets.
#define LEAT_ASYNC_TEST(...)                                           \
  LEAT_DETAIL_ASYNC_TEST(LEAT_DETAIL_JOIN(leat_async_test_, __LINE__), \
                         ::leat::testing::time_source::virtual_time, __VA_ARGS__)

/// On real time, with sockets.
#define LEAT_LOOPBACK_TEST(...)                                        \
  LEAT_DETAIL_ASYNC_TEST(LEAT_DETAIL_JOIN(leat_async_test_, __LINE__), \
                         ::leat::testing::time_source::real_time, __VA_ARGS__)
