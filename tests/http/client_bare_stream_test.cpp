// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leat/http/async_client.hpp"
#include "leat/http/error.hpp"
#include "leat/io/loop.hpp"
#include "leat/io/stream.hpp"

#include "support/outgoing_network.hpp"
#include "support/test.hpp"

// A network of a user's own, whose streams only have what every stream must have: nothing is read
// without a wait, and nothing tells that there is something to read.

using namespace leat;

namespace {

using pieces = std::vector<std::string>;

/// What a connection says to each request on it; behind the last piece of the last it ends.
using script = std::vector<pieces>;

class bare_stream final : public io::async_stream {
 public:
  explicit bare_stream(script says) : script_(std::move(says)) {}

  task<std::size_t> read_some(std::span<std::byte> into, deadline /*until*/) override {
    if (coming_.empty()) co_return 0;
    const std::string piece = std::move(coming_.front());
    coming_.pop_front();
    REQUIRE(piece.size() <= into.size());
    std::ranges::copy(as_bytes(std::string_view(piece)), into.begin());
    co_return piece.size();
  }
  task<void> write_all(std::span<const std::byte> /*bytes*/, deadline /*until*/) override {
    if (asked_ < script_.size()) {
      const auto& next = script_[asked_++];
      coming_.insert(coming_.end(), next.begin(), next.end());
    }
    co_return;
  }
  task<void> shut_down_write(deadline /*until*/) override { co_return; }
  task<void> close(deadline /*until*/) override { co_return; }
  bool is_idle_and_open() noexcept override { return true; }
  const std::string& peer_name() const noexcept override { return name_; }

 private:
  script script_;
  std::size_t asked_ = 0;
  std::deque<std::string> coming_;
  std::string name_ = "peer";
};

class bare_network final : public outgoing_network {
 public:
  explicit bare_network(std::vector<script> connections) : next_(std::move(connections)) {}

  task<std::unique_ptr<io::async_stream>> connect(io::endpoint /*to*/, deadline) override {
    REQUIRE(connects < next_.size());
    co_return std::make_unique<bare_stream>(next_[connects++]);
  }

  std::size_t connects = 0;

 private:
  std::vector<script> next_;
};

struct scene {
  explicit scene(std::vector<script> connections)
      : network(std::move(connections)), api(over(network)) {}
  ~scene() { api.close(); }

  http::response get() { return run(loop, api.get("http://a.test/")); }

  static http::async_client_options over(bare_network& network) {
    http::async_client_options options;
    options.network = &network;
    return options;
  }

  bare_network network;
  io::loop loop;
  http::async_client api;
};

const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

}  // namespace

TEST_CASE("client on bare streams: an answer comes in pieces of any size") {
  for (std::size_t size = 1; size <= answer.size(); ++size) {
    CAPTURE(size);
    pieces all;
    for (std::size_t at = 0; at < answer.size(); at += size) all.push_back(answer.substr(at, size));
    scene at({{all, all}});
    for (int i = 0; i < 2; ++i) CHECK(at.get().content() == "ok");
    CHECK(at.network.connects == 1);
  }
}

TEST_CASE("client on bare streams: a connection that ends instead of an answer gives none") {
  scene at({{{}}});
  CHECK_THROWS_AS(static_cast<void>(at.get()), http::no_response);
}

TEST_CASE("client on bare streams: one that ends within an answer cuts it off") {
  for (const char* begun : {"HTTP/1.1 103 Early Hints\r\n\r\n", "HTTP/1.1 20", "H",
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"}) {
    CAPTURE(begun);
    scene at({{{begun}}});
    CHECK_THROWS_AS(static_cast<void>(at.get()), http::remote_protocol_error);
  }
}

TEST_CASE("client on bare streams: a request that is lost with a kept one goes out once more") {
  scene again({{{answer}, {}}, {{answer}}});
  for (int i = 0; i < 2; ++i) CHECK(again.get().content() == "ok");
  CHECK(again.network.connects == 2);

  scene twice({{{answer}, {}}, {{}}});
  CHECK(twice.get().content() == "ok");
  CHECK_THROWS_AS(static_cast<void>(twice.get()), http::no_response);
  CHECK(twice.network.connects == 2);
}

TEST_CASE("client on bare streams: an answer that has begun is not asked for again") {
  scene at({{{answer}, {"HTTP/1.1 103 Early Hints\r\n\r\n"}}});
  CHECK(at.get().content() == "ok");
  CHECK_THROWS_AS(static_cast<void>(at.get()), http::remote_protocol_error);
  CHECK(at.network.connects == 1);
}
