// SPDX-License-Identifier: MIT
#include "route/tunnel_stream.hpp"

#include <utility>

#include "route/tunnel.hpp"

namespace leat::route {
namespace {

class async_tunnel_stream final : public io::async_stream {
 public:
  async_tunnel_stream(std::unique_ptr<io::async_stream> below, std::string name)
      : below_(std::move(below)), name_(std::move(name)) {}

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    return below_->read_some(into, until);
  }
  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    return below_->write_all(from, until);
  }
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return below_->try_read_some(into);
  }
  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    return below_->try_write_some(from);
  }
  task<void> shut_down_write(deadline until) override { return below_->shut_down_write(until); }
  task<void> close(deadline until) override { return below_->close(until); }
  bool is_idle_and_open() noexcept override { return below_->is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return name_; }
  std::string peer_address() const override { return below_->peer_address(); }

 private:
  std::unique_ptr<io::async_stream> below_;
  std::string name_;
};

class blocking_tunnel_stream final : public io::blocking_stream {
 public:
  blocking_tunnel_stream(std::unique_ptr<io::blocking_stream> below, std::string name)
      : below_(std::move(below)), name_(std::move(name)) {}

  std::size_t read_some(std::span<std::byte> into, deadline until) override {
    return below_->read_some(into, until);
  }
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
    return below_->try_read_some(into);
  }
  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override {
    return below_->try_write_some(from);
  }
  void write_all(std::span<const std::byte> from, deadline until) override {
    below_->write_all(from, until);
  }
  std::size_t write_until_input(std::span<const std::byte> from, deadline until) override {
    return below_->write_until_input(from, until);
  }
  void shut_down_write(deadline until) override { below_->shut_down_write(until); }
  void close(deadline until) noexcept override { below_->close(until); }
  bool is_idle_and_open() noexcept override { return below_->is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return name_; }
  std::string peer_address() const override { return below_->peer_address(); }

 private:
  std::unique_ptr<io::blocking_stream> below_;
  std::string name_;
};

std::string name_of(const proxy_server& via, const proto::url& to) {
  return authority_of(to) + " through " + via.name;
}

}  // namespace

std::unique_ptr<io::async_stream> make_tunnel_stream(std::unique_ptr<io::async_stream> below,
                                                     const proxy_server& via,
                                                     const proto::url& to) {
  return std::make_unique<async_tunnel_stream>(std::move(below), name_of(via, to));
}

std::unique_ptr<io::blocking_stream> make_tunnel_stream(std::unique_ptr<io::blocking_stream> below,
                                                        const proxy_server& via,
                                                        const proto::url& to) {
  return std::make_unique<blocking_tunnel_stream>(std::move(below), name_of(via, to));
}

}  // namespace leat::route
