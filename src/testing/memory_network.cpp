// SPDX-License-Identifier: MIT
#include "leat/testing/memory_network.hpp"

#include <deque>
#include <map>
#include <string>

#include "leat/coro/event.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

namespace leat::testing {
namespace {

using stream_ptr = std::unique_ptr<io::async_stream>;

/// Connections that wait to be accepted.
struct backlog {
  std::deque<stream_ptr> waiting;
  event changed;
  bool is_closed = false;
};

}  // namespace

class memory_network::state {
 public:
  std::map<std::string, std::shared_ptr<backlog>> listeners;
  std::size_t connections = 0;
  std::uint16_t next_port = 49152;  // the first dynamic port (RFC 6335, section 6)
};

namespace {

class memory_listener final : public io::listener {
 public:
  memory_listener(std::shared_ptr<memory_network::state> net, io::endpoint at)
      : network_(std::move(net)), local_(std::move(at)), backlog_(std::make_shared<backlog>()) {
    if (!network_->listeners.emplace(local_.to_string(), backlog_).second) {
      throw io::listen_error("listen failed: " + local_.to_string() + ": the address is in use",
                             std::make_error_code(std::errc::address_in_use));
    }
  }
  ~memory_listener() override { close(); }

  task<stream_ptr> accept() override {
    co_await stop_if_requested();
    for (;;) {
      if (backlog_->is_closed) {
        throw io::accept_error("accept failed: " + local_.to_string() + ": closed",
                               std::make_error_code(std::errc::operation_canceled));
      }
      if (!backlog_->waiting.empty()) break;
      backlog_->changed.reset();
      co_await backlog_->changed.wait();
    }
    stream_ptr next = std::move(backlog_->waiting.front());
    backlog_->waiting.pop_front();
    co_return next;
  }

  void close() noexcept override {
    if (std::exchange(backlog_->is_closed, true)) return;
    backlog_->waiting.clear();
    backlog_->changed.set();
    network_->listeners.erase(local_.to_string());
  }

  const io::endpoint& local() const noexcept override { return local_; }

 private:
  std::shared_ptr<memory_network::state> network_;
  io::endpoint local_;
  std::shared_ptr<backlog> backlog_;
};

}  // namespace

memory_network::memory_network() : state_(std::make_shared<state>()) {}
memory_network::~memory_network() = default;

task<stream_ptr> memory_network::connect(io::endpoint to, deadline /*until*/) {
  // A connection takes a turn of the loop, as it does anywhere else.
  co_await yield_now();
  const auto found = state_->listeners.find(to.to_string());
  if (found == state_->listeners.end()) {
    throw io::connect_error("connect failed: " + to.to_string() + ": nobody listens",
                            std::make_error_code(std::errc::connection_refused));
  }
  auto [client, server] = io::make_stream_pair();
  ++state_->connections;
  found->second->waiting.push_back(std::move(server));
  found->second->changed.set();
  co_return std::move(client);
}

std::unique_ptr<io::listener> memory_network::listen(const io::endpoint& at,
                                                     io::listen_options /*options*/) {
  const bool any_port = !at.is_unix() && at.port() == 0;
  return std::make_unique<memory_listener>(
      state_, any_port ? io::endpoint::tcp(at.host(), state_->next_port++) : at);
}

std::size_t memory_network::connections() const noexcept {
  return state_->connections;
}

}  // namespace leat::testing
