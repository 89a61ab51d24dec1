// SPDX-License-Identifier: MIT
#include "leat/testing/failures.hpp"

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"

#include "support/async_test.hpp"

using namespace leat;

namespace {

const io::endpoint server = io::endpoint::tcp("server", 80);

task<std::size_t> read(io::async_stream& from) {
  std::byte room[8];
  co_return co_await from.read_some(room, deadline_after(1s));
}

/// One of each operation.
task<void> conversation(io::network& net) {
  const auto listening = net.listen(server);
  const auto [near, far] =
      co_await when_all(net.connect(server, deadline_after(1s)), listening->accept());
  co_await near->write_all(as_bytes("hello"), deadline_after(1s));
  if (co_await read(*far) != 5) throw io::read_error("too little");
  co_await near->shut_down_write(deadline_after(1s));
}

std::string failure_of(const std::function<task<void>(io::network&)>& scenario) {
  try {
    testing::for_each_failure(scenario);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("fail everywhere: every operation fails once in every way it can") {
  std::multiset<std::string> errors;
  const auto report =
      testing::for_each_failure(conversation, [&errors](const outcome<void>& ended) {
        if (!ended.has_error()) return;
        try {
          std::rethrow_exception(ended.error());
        } catch (const std::system_error& e) {
          errors.insert(e.code().message());
        }
      });
  CHECK(report.operations == 6);
  const auto count = [&errors](io::errc code) {
    return errors.count(io::make_error_code(code).message());
  };
  CHECK(count(io::errc::listen_failed) == 1);
  CHECK(count(io::errc::connect_failed) == 2);
  CHECK(count(io::errc::accept_failed) == 2);
  CHECK(count(io::errc::read_failed) == 3);   // one is the end, which the scenario refuses
  CHECK(count(io::errc::write_failed) == 3);  // one is shut_down_write()
  CHECK(count(io::errc::connect_timeout) == 1);
  CHECK(count(io::errc::read_timeout) == 1);
  CHECK(count(io::errc::write_timeout) == 1);
  CHECK(report.failed == errors.size());
  CHECK(report.survived == 0);
}

TEST_CASE("fail everywhere: counts the failures that a scenario gets over") {
  const auto report = testing::for_each_failure([](io::network& net) -> task<void> {
    for (int attempt = 0;; ++attempt) {
      try {
        co_return co_await conversation(net);
      } catch (const leat::error&) {
        if (attempt == 1) throw;
      }
    }
  });
  CHECK(report.failed == 0);
  CHECK(report.survived == 14);
}

TEST_CASE("fail everywhere: names the run that left a task behind") {
  static std::vector<task<void>> leaked;
  const auto what = failure_of([](io::network& net) -> task<void> {
    leaked.push_back([]() -> task<void> { co_return; }());
    co_await conversation(net);
    leaked.pop_back();
  });
  leaked.clear();
  CHECK(what.find("with operation 1, listen (server:80), failing at once, the scenario left "
                  "behind: ") == 0);
}

TEST_CASE("fail everywhere: names the run that waits for ever") {
  const auto what = failure_of([](io::network& net) -> task<void> {
    const auto listening = net.listen(server);
    try {
      static_cast<void>(co_await net.connect(server, deadline_after(1s)));
    } catch (const io::connect_error&) {  // and so nobody comes
    }
    static_cast<void>(co_await listening->accept());
  });
  CHECK(what.find("with operation 2, connect (server:80), failing at once, the scenario waits for "
                  "ever: ") == 0);
}

TEST_CASE("fail everywhere: names the run that ended with something unforeseen") {
  const auto what = failure_of([](io::network& net) -> task<void> {
    try {
      co_await conversation(net);
    } catch (const io::read_timeout&) {
      throw std::runtime_error("boom");
    }
  });
  CHECK(what == "with operation 3, read (memory), failing by a timeout, the scenario failed: boom");
}

TEST_CASE("fail everywhere: refuses a scenario that fails by itself") {
  const auto what = failure_of([](io::network& net) -> task<void> {
    static_cast<void>(co_await net.connect(server, deadline_after(1s)));
  });
  CHECK(what.find("without a failure, it failed: connect failed") == 0);
}
