// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "leat/io/network.hpp"
#include "leat/testing/memory_network.hpp"

/// A stream that counts how often it is written to.
class counting_stream final : public leat::io::async_stream {
 public:
  counting_stream(std::unique_ptr<leat::io::async_stream> inner, int& writes)
      : inner_(std::move(inner)), writes_(writes) {}

  leat::task<std::size_t> read_some(std::span<std::byte> into, leat::deadline until) override {
    return inner_->read_some(into, until);
  }
  leat::task<void> write_all(std::span<const std::byte> from, leat::deadline until) override {
    ++writes_;
    return inner_->write_all(from, until);
  }
  leat::task<void> shut_down_write(leat::deadline until) override {
    return inner_->shut_down_write(until);
  }
  leat::task<void> close(leat::deadline until) override { return inner_->close(until); }
  bool is_idle_and_open() noexcept override { return inner_->is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return inner_->peer_name(); }

 private:
  std::unique_ptr<leat::io::async_stream> inner_;
  int& writes_;
};

class counting_listener final : public leat::io::listener {
 public:
  counting_listener(std::unique_ptr<leat::io::listener> inner, int& writes)
      : inner_(std::move(inner)), writes_(writes) {}

  leat::task<std::unique_ptr<leat::io::async_stream>> accept() override {
    auto stream = co_await inner_->accept();
    co_return std::make_unique<counting_stream>(std::move(stream), writes_);
  }
  void close() noexcept override { inner_->close(); }
  const leat::io::endpoint& local() const noexcept override { return inner_->local(); }

 private:
  std::unique_ptr<leat::io::listener> inner_;
  int& writes_;
};

/// A network in memory that counts what each side writes.
class counting_network final : public leat::io::network {
 public:
  leat::task<std::unique_ptr<leat::io::async_stream>> connect(leat::io::endpoint to,
                                                              leat::deadline until) override {
    auto stream = co_await inner_.connect(std::move(to), until);
    co_return std::make_unique<counting_stream>(std::move(stream), client_writes);
  }
  std::unique_ptr<leat::io::listener> listen(const leat::io::endpoint& at,
                                             leat::io::listen_options more) override {
    return std::make_unique<counting_listener>(inner_.listen(at, more), server_writes);
  }

  int client_writes = 0;
  int server_writes = 0;

 private:
  leat::testing::memory_network inner_;
};
