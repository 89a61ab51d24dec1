// SPDX-License-Identifier: MIT
#pragma once

#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "leat/http/server.hpp"
#include "leat/io/loop.hpp"

/// A server of ours on a loop and a thread of its own, for tests of clients that block.
class server_thread {
 public:
  explicit server_thread(leat::http::router routes, leat::http::server_options options = {},
                         leat::io::endpoint at = leat::io::endpoint::tcp("127.0.0.1", 0)) {
    std::promise<leat::io::endpoint> listening;
    auto where = listening.get_future();
    thread_ = std::thread([this, routes = std::move(routes), options = std::move(options),
                           listening = std::move(listening), at = std::move(at)]() mutable {
      leat::io::loop home;
      leat::http::server server(std::move(routes), std::move(options));
      loop_ = &home;
      server_ = &server;
      leat::run(home, serve(server, at, listening));
    });
    at_ = where.get().to_string();
  }
  server_thread(const server_thread&) = delete;
  server_thread& operator=(const server_thread&) = delete;
  ~server_thread() {
    loop_->post(stop_);
    thread_.join();
  }

  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return "http://" + at_ + std::string(path);
  }

 private:
  static leat::task<void> serve(leat::http::server& server, const leat::io::endpoint& at,
                                std::promise<leat::io::endpoint>& listening) {
    listening.set_value(server.listen(at));
    co_await server.run();
  }

  struct stop_call final : leat::posted_call {
    explicit stop_call(server_thread& owner) noexcept : self(owner) {}
    void run() noexcept override { self.server_->shut_down(); }
    server_thread& self;
  };

  std::string at_;
  leat::io::loop* loop_ = nullptr;
  leat::http::server* server_ = nullptr;
  stop_call stop_{*this};
  std::thread thread_;
};
