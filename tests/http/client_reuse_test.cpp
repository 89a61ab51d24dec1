// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "leat/http/async_client.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/network.hpp"
#include "leat/io/stream.hpp"
#include "leat/testing/test_loop.hpp"

#include "support/outgoing_network.hpp"
#include "support/still_world.hpp"
#include "support/test.hpp"

// Which connections of an async client are looked at before they are used again: that costs a call
// to the kernel. A blocking one looks at each.

using namespace leat;
using namespace std::chrono_literals;

namespace {

/// What comes on every connection, and how often one was looked at.
struct wire {
  bool look() noexcept {
    ++looks;
    return is_open;
  }
  /// The looks since this was asked last.
  int take_looks() { return std::exchange(looks, 0); }

  testing::virtual_clock time;
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  duration rest = 20us;  // how long an answer lies there before anybody has the time to read it
  bool has_read_everything = true;
  bool is_open = true;
  int looks = 0;
  int connects = 0;
};

class end_of_wire final : public io::async_stream {
 public:
  explicit end_of_wire(wire& on) : on_(on) {}
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    if (std::exchange(is_on_its_way_, false) || unread_.empty()) return std::nullopt;
    on_.time.move_to(on_.time.now() + on_.rest);
    return take(into);
  }
  io::readiness* input_to_wait_for() noexcept override { return &input_; }
  task<std::size_t> read_some(std::span<std::byte> into, deadline) override {
    co_return take(into);
  }
  task<void> write_all(std::span<const std::byte>, deadline) override {
    unread_ += on_.answer;
    is_on_its_way_ = true;
    co_return;
  }
  task<void> shut_down_write(deadline) override { co_return; }
  task<void> close(deadline) override { co_return; }
  bool is_idle_and_open() noexcept override { return on_.look(); }
  bool has_read_everything() const noexcept override { return on_.has_read_everything; }
  const std::string& peer_name() const noexcept override { return name_; }

 private:
  class input final : public io::readiness {
    [[nodiscard]] bool is_ready() const noexcept override { return true; }
  };

  std::size_t take(std::span<std::byte> into) {
    const std::size_t size = std::min(into.size(), unread_.size());
    std::ranges::copy(as_bytes(std::string_view(unread_).substr(0, size)), into.begin());
    unread_.erase(0, size);
    return size;
  }

  wire& on_;
  std::string unread_;
  bool is_on_its_way_ = false;  // until somebody has looked for it in vain
  std::string name_ = "peer";
  input input_;
};

class wires final : public outgoing_network {
 public:
  explicit wires(wire& all) : all_(all) {}
  task<std::unique_ptr<io::async_stream>> connect(io::endpoint, deadline) override {
    ++all_.connects;
    co_return std::make_unique<end_of_wire>(all_);
  }

 private:
  wire& all_;
};

/// A client on a wire, and a loop whose time passes where the wire and the test say so.
class scene {
 public:
  explicit scene(http::async_client_options options = {}) : api_(over(net_, std::move(options))) {}
  ~scene() { api_.close(); }

  http::response get(http::async_request_options more = {}) {
    auto answer = run(loop_, api_.get(page, std::move(more)));
    CHECK(answer.content() == "ok");
    return answer;
  }
  http::response post() {
    return run(loop_, api_.post(page, http::request_options().content("x", "text/plain")));
  }
  void let_pass(duration time) { on.time.move_to(on.time.now() + time); }

  static constexpr const char* page = "http://a.test/page";
  wire on;

 private:
  static http::async_client_options over(wires& net, http::async_client_options options) {
    options.network = &net;
    return options;
  }

  wires net_{on};
  io::loop loop_{std::make_unique<still_world>(on.time), on.time};
  http::async_client api_;
};

}  // namespace

TEST_CASE("client reuse: a request that follows at once does not look") {
  scene at;
  for (int i = 0; i < 5; ++i) at.get();
  CHECK(at.on.looks == 0);
  CHECK(at.on.connects == 1);
}

TEST_CASE("client reuse: one that follows later looks, and does not use what has ended") {
  scene at;
  at.get();
  at.let_pass(3us - 1ns);
  at.get();
  CHECK(at.on.take_looks() == 0);
  at.let_pass(3us);
  at.get();
  CHECK(at.on.take_looks() == 1);
  CHECK(at.on.connects == 1);
  at.on.is_open = false;
  at.let_pass(3us);
  at.get();
  CHECK(at.on.connects == 2);
}

TEST_CASE("client reuse: behind an answer that was read as it came may be more") {
  scene at;
  at.on.rest = 20us - 1ns;
  at.get();
  at.get();
  CHECK(at.on.looks == 1);
}

TEST_CASE("client reuse: what the kernel may still have is looked for at once") {
  scene at;
  at.on.has_read_everything = false;
  at.get();
  at.get();
  CHECK(at.on.looks == 1);
}

TEST_CASE("client reuse: what came behind an answer ends the connection without a look") {
  scene at;
  at.on.answer += "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  at.get();
  at.get();
  CHECK(at.on.connects == 2);
  CHECK(at.on.looks == 0);
}

TEST_CASE("client reuse: what cannot be sent again looks first") {
  scene at;
  at.get();
  at.post();
  CHECK(at.on.take_looks() == 1);
  // Nobody has timed the answer to that.
  at.get();
  CHECK(at.on.take_looks() == 1);
  at.get();
  CHECK(at.on.take_looks() == 0);
}

TEST_CASE("client reuse: a request on whose way others have a turn looks first") {
  http::async_client_options options;
  options.on_request.emplace_back([](http::async_request&) -> task<void> { co_return; });
  scene hooked(std::move(options));
  hooked.get();
  hooked.get();
  CHECK(hooked.on.looks == 1);

  scene at;
  at.get();
  at.get(http::request_options().authenticate(http::bearer_auth("t")));
  CHECK(at.on.take_looks() == 1);
  at.get(http::request_options().trace([](const http::trace_event&) {}));
  CHECK(at.on.take_looks() == 1);
}

TEST_CASE("client reuse: what was elapsed is the time to the answer, not that of what follows") {
  scene at;
  at.on.rest = 1ms;
  CHECK(at.get().elapsed() == 1ms);
}

TEST_CASE("client reuse: the text of a URL may go before its request is awaited") {
  wire on;
  wires net(on);
  io::loop home(std::make_unique<still_world>(on.time), on.time);
  http::async_client_options options;
  options.network = &net;
  http::async_client api(std::move(options));
  const std::string tail = "?and=a-text-that-no-object-holds-in-place";
  auto asked = api.get(scene::page + tail);
  const auto answer = run(home, std::move(asked));
  CHECK(answer.url() == scene::page + tail);
  CHECK(answer.method() == "GET");
}
