// SPDX-License-Identifier: MIT
#include "http/begun_stream.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "leat/coro/sleep.hpp"

namespace leat::http {
namespace {

std::size_t take(byte_buffer& from, std::span<std::byte> into) noexcept {
  const auto taken = from.bytes().first(std::min(from.size(), into.size()));
  std::ranges::copy(taken, into.begin());
  from.consume(taken.size());
  return taken.size();
}

class async_begun_stream final : public io::async_stream {
 public:
  async_begun_stream(std::unique_ptr<io::async_stream> below, byte_buffer begun)
      : below_(std::move(below)), begun_(std::move(begun)) {}

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    return begun_.is_empty() ? below_->read_some(into, until) : read_begun(into);
  }
  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    return below_->write_all(from, until);
  }
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return begun_.is_empty() ? below_->try_read_some(into) : take(begun_, into);
  }
  io::readiness* input_to_wait_for() noexcept override {
    return begun_.is_empty() ? below_->input_to_wait_for() : nullptr;
  }
  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    return below_->try_write_some(from);
  }
  task<void> shut_down_write(deadline until) override { return below_->shut_down_write(until); }
  task<void> close(deadline until) override {
    begun_.clear();
    return below_->close(until);
  }
  bool is_idle_and_open() noexcept override {
    return begun_.is_empty() && below_->is_idle_and_open();
  }
  const std::string& peer_name() const noexcept override { return below_->peer_name(); }
  std::string peer_address() const override { return below_->peer_address(); }

 private:
  task<std::size_t> read_begun(std::span<std::byte> into) {
    co_await stop_if_requested();
    co_return take(begun_, into);
  }

  std::unique_ptr<io::async_stream> below_;
  byte_buffer begun_;
};

class blocking_begun_stream final : public io::blocking_stream {
 public:
  blocking_begun_stream(std::unique_ptr<io::blocking_stream> below, byte_buffer begun)
      : below_(std::move(below)), begun_(std::move(begun)) {}

  std::size_t read_some(std::span<std::byte> into, deadline until) override {
    return begun_.is_empty() ? below_->read_some(into, until) : take(begun_, into);
  }
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return begun_.is_empty() ? below_->try_read_some(into) : take(begun_, into);
  }
  void write_all(std::span<const std::byte> from, deadline until) override {
    below_->write_all(from, until);
  }
  std::size_t write_until_input(std::span<const std::byte> from, deadline until) override {
    // There is something to read.
    return begun_.is_empty() ? below_->write_until_input(from, until) : 0;
  }
  void shut_down_write(deadline until) override { below_->shut_down_write(until); }
  void close(deadline until) noexcept override {
    begun_.clear();
    below_->close(until);
  }
  bool is_idle_and_open() noexcept override {
    return begun_.is_empty() && below_->is_idle_and_open();
  }
  const std::string& peer_name() const noexcept override { return below_->peer_name(); }
  std::string peer_address() const override { return below_->peer_address(); }

 private:
  std::unique_ptr<io::blocking_stream> below_;
  byte_buffer begun_;
};

}  // namespace

std::unique_ptr<io::async_stream> make_begun_stream(std::unique_ptr<io::async_stream> below,
                                                    byte_buffer begun) {
  if (begun.is_empty()) return below;
  return std::make_unique<async_begun_stream>(std::move(below), std::move(begun));
}

std::unique_ptr<io::blocking_stream> make_begun_stream(std::unique_ptr<io::blocking_stream> below,
                                                       byte_buffer begun) {
  if (begun.is_empty()) return below;
  return std::make_unique<blocking_begun_stream>(std::move(below), std::move(begun));
}

}  // namespace leat::http
