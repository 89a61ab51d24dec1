// SPDX-License-Identifier: MIT
#include "leat/base/error.hpp"

#include <string>

#include "support/test.hpp"

using namespace leat;

TEST_CASE("error: says its message and nothing else") {
  const io_error e(errc::limit_exceeded, "read failed: no answer from a.test:80");
  CHECK(std::string(e.what()) == "read failed: no answer from a.test:80");
}

TEST_CASE("error: keeps the cause apart from its own code") {
  const io_error e(errc::limit_exceeded, "x", std::make_error_code(std::errc::broken_pipe));
  CHECK(e.code() == errc::limit_exceeded);
  CHECK(e.cause() == std::errc::broken_pipe);
}

TEST_CASE("error: a deadline is a timeout that may be tried again") {
  const deadline_exceeded e;
  CHECK(e.code() == failure::timed_out);
  CHECK(e.code() == failure::transient);
  CHECK(e.code() != failure::caller_fault);
}

TEST_CASE("error: misuse is the caller's fault") {
  CHECK(nested_run().code() == failure::caller_fault);
  CHECK(blocking_call_on_loop("http::async_client").code() == failure::caller_fault);
}

TEST_CASE("error: a blocking call names the async twin") {
  CHECK(
      std::string(blocking_call_on_loop("http::async_client").what()).find("http::async_client") !=
      std::string::npos);
}

TEST_CASE("error: several cleanup errors are all told, oldest first") {
  const exit_stack_failed e({std::make_exception_ptr(std::runtime_error("body")),
                             std::make_exception_ptr(std::runtime_error("cleanup"))});
  CHECK(e.errors().size() == 2);
  CHECK(std::string(e.what()) == "2 errors while closing an exit stack: body; then cleanup");
}

TEST_CASE("error: describes an exception of any type") {
  CHECK(describe(std::make_exception_ptr(std::runtime_error("text"))) == "text");
  CHECK(describe(std::make_exception_ptr(7)) == "an exception that is no std::exception");
  CHECK(describe(nullptr) == "no error");
}
