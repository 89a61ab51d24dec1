// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "leat/base/impl_ptr.hpp"
#include "leat/coro/task.hpp"
#include "leat/io/network.hpp"

namespace leat::testing {

/// The other side of a conversation, played from a list: what it expects and what it answers.
///
///     scripted_peer peer(net, io::endpoint::tcp("a.test", 80));
///     peer.accept().expect("ping").answer("pong").expect_close();
///     co_await when_all(peer.play(), client_side());
///
/// It keeps every byte it was sent, and fails on what was not expected. Each of its waits ends
/// after an hour at the latest, which on virtual time costs nothing.
///
/// Thread-safety: one loop.
class scripted_peer {
 public:
  /// Listens on `at` from now on.
  scripted_peer(io::network& net, const io::endpoint& at);
  ~scripted_peer();

  /// Waits for the next connection and talks on it from here on. The one before is closed.
  scripted_peer& accept();
  /// Reads exactly these bytes.
  scripted_peer& expect(std::string bytes);
  /// Reads up to and including these bytes, whatever stands in front of them.
  scripted_peer& expect_until(std::string bytes);
  /// Waits until the other side has closed or ended its output; more bytes are a failure.
  scripted_peer& expect_close();
  /// Sends these bytes at once.
  scripted_peer& answer(std::string bytes);
  /// Sends these bytes one by one, with `pause` in front of each.
  scripted_peer& answer_slowly(std::string bytes, duration pause);
  /// Does nothing for a while.
  scripted_peer& pause(duration time);
  /// Closes the connection, whatever has arrived and was not read.
  scripted_peer& close();

  /// Plays the script to its end.
  /// Errors: `std::logic_error`, saying at which step what came instead of what.
  task<void> play();

  /// Everything that was received so far, on all connections.
  [[nodiscard]] const std::string& received() const noexcept;

 private:
  class impl;
  impl_ptr<impl> impl_;
};

}  // namespace leat::testing
