// SPDX-License-Identifier: MIT
#include "leat/base/error.hpp"

#include <atomic>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "leat/base/error_note.hpp"

#include "support/test.hpp"

using namespace leat;

namespace {

/// Says where something happened, and when it ends.
class place_note final : public error_note {
 public:
  explicit place_note(std::string place, bool* has_ended = nullptr)
      : place_(std::move(place)), has_ended_(has_ended) {}
  place_note(const place_note&) = delete;
  place_note& operator=(const place_note&) = delete;
  ~place_note() override {
    if (has_ended_ != nullptr) *has_ended_ = true;
  }

  [[nodiscard]] error_details details() const override { return {{"place", place_}}; }

 private:
  std::string place_;
  bool* has_ended_;
};

std::string place_of(const leat::error& of) {
  const auto details = of.details();
  if (details.empty()) return "-";
  return details.back().key + " " + std::get<std::string>(details.back().value);
}

}  // namespace

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

TEST_CASE("error: carries one note, the first, and its copies carry it too") {
  bool has_ended = false;
  {
    io_error thrown(errc::limit_exceeded, "x");
    CHECK(thrown.note() == nullptr);
    CHECK(place_of(thrown) == "-");
    CHECK(thrown.attach(make_error_note<place_note>("here", &has_ended)));
    CHECK_FALSE(thrown.attach(make_error_note<place_note>("there")));
    const io_error copy(thrown);
    thrown = io_error(errc::limit_exceeded, "another");
    CHECK(thrown.note() == nullptr);
    CHECK(place_of(copy) == "place here");
    CHECK(std::string(copy.what()) == "x");
    CHECK_FALSE(has_ended);
  }
  CHECK(has_ended);
}

TEST_CASE("error: what its class knows is told before its note") {
  error_group failed({std::make_exception_ptr(1)}, 2);
  failed.attach(make_error_note<place_note>("here"));
  CHECK(failed.details().size() == 3);
  CHECK(failed.details().front().key == summary_key);
  CHECK(place_of(failed) == "place here");
}

TEST_CASE("error: one that several are thrown takes no note, and a copy of it does") {
  const auto kept = std::make_exception_ptr(io_error(errc::limit_exceeded, "x"));
  mark_shared(kept);
  mark_shared(nullptr);
  mark_shared(std::make_exception_ptr(1));
  try {
    std::rethrow_exception(kept);
  } catch (io_error& shared) {
    CHECK(shared.is_shared());
    CHECK(shared.note() == nullptr);
    CHECK_FALSE(shared.attach(make_error_note<place_note>("here")));
    CHECK(place_of(shared) == "-");
    io_error own(shared);
    CHECK_FALSE(own.is_shared());
    CHECK(own.attach(make_error_note<place_note>("here")));
    CHECK(place_of(own) == "place here");
    own.mark_shared();
    CHECK_FALSE(own.is_shared());
    CHECK(shared.is_shared());
  }
}

TEST_CASE("error: of threads that attach a note to one error, one does") {
  constexpr int threads = 4;
  for (int round = 0; round < 100; ++round) {
    io_error thrown(errc::limit_exceeded, "x");
    std::atomic<int> taken = 0;
    {
      std::vector<std::jthread> all;
      for (int i = 0; i < threads; ++i) {
        all.emplace_back([&] {
          if (thrown.attach(make_error_note<place_note>("here"))) ++taken;
          CHECK(place_of(io_error(thrown)) == "place here");
        });
      }
    }
    CHECK(taken == 1);
  }
}

TEST_CASE("error: is copied without throwing") {
  static_assert(std::is_nothrow_copy_constructible_v<io_error>);
  static_assert(std::is_nothrow_copy_assignable_v<io_error>);
}
