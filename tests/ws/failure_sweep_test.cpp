// SPDX-License-Identifier: MIT
#include <set>
#include <stdexcept>
#include <string>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/coro/when_all.hpp"
#include "leat/coro/when_any.hpp"
#include "leat/io/error.hpp"
#include "leat/testing/failures.hpp"

#include "ws/memory.hpp"

using namespace leat;
using conversation = websocket_peer::conversation;

namespace {

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

/// Echoes on as many connections as there are, and writes down what it heard.
task<void> serve(io::network& net, std::multiset<std::string>& heard) {
  auto listener = net.listen(server_test);
  for (;;) {
    try {
      conversation talk(co_await listener->accept(), 30s);
      co_await talk.shake_hands();
      for (;;) {
        const std::string came = co_await talk.next();
        if (came.starts_with("text:")) {
          heard.insert(came.substr(5));
          co_await talk.send_text(came.substr(5));
        } else if (came.starts_with("ping:")) {
          co_await talk.send_pong(came.substr(5));
        } else {
          if (came.starts_with("close:")) co_await talk.send_close(1000);
          break;
        }
      }
    } catch (const io_error&) {
    } catch (const timeout_error&) {
    }
  }
}

/// Sends some messages and reads their echoes; an operation may fail, but each ends.
task<void> talk(io::network& net, bool returns, int& failed) {
  auto options = returns ? returning_options_on(net) : options_on(net);
  options.timeouts.receive = 1min;
  auto socket = co_await connect_to_server(std::move(options));
  for (const char* each : {"a", "b", "c"}) {
    const auto sent = co_await as_outcome(socket.send_text(each));
    if (sent.has_error()) {
      ++failed;
      continue;
    }
    const auto came = co_await as_outcome(socket.receive());
    if (came.has_error()) ++failed;
  }
  co_await socket.close();
}

testing::failure_report sweep(bool returns) {
  return testing::for_each_failure([returns](io::network& net) -> task<void> {
    std::multiset<std::string> heard;
    int failed = 0;
    static_cast<void>(co_await when_any(serve(net, heard), talk(net, returns, failed)));
    for (const char* each : {"a", "b", "c"}) {
      require(heard.count(each) <= 1, "a message was sent twice");
    }
    if (returns) require(failed <= 1, "one failure costs more than one message");
  });
}

}  // namespace

TEST_CASE("websocket: each failure of the network ends in an error, and nothing hangs") {
  const auto report = sweep(false);
  CHECK(report.operations > 10);
  CHECK(report.survived > 0);
}

TEST_CASE("websocket: with reconnecting a failure costs no more than a message, none twice") {
  const auto report = sweep(true);
  CHECK(report.operations > 10);
  CHECK(report.survived > 10);
}
