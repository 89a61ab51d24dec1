// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "leat/io/stream.hpp"
#include "leat/testing/simulated_network.hpp"

#include "testing/notice.hpp"
#include "testing/simulation_log.hpp"

namespace leat::testing::detail {

struct link_tag;

enum class link_fault : std::uint8_t { reset, vanish };

/// The bytes of a connection in one direction: first under way, then arrived, then read.
class simulated_flow {
 public:
  simulated_flow(simulated_link& link, direction towards) noexcept
      : link_(link), towards_(towards) {}

  // --- the side that writes
  /// How much a write may take now.
  [[nodiscard]] std::size_t room() const noexcept;
  void send(std::span<const std::byte> bytes);
  void send_end() noexcept;
  /// What is under way is lost, and the reader is told that the writer is gone.
  void send_reset() noexcept;
  [[nodiscard]] bool has_sent_end() const noexcept { return end_at_.has_value(); }

  // --- the side that reads
  [[nodiscard]] std::size_t unread() const noexcept { return arrived_bytes_; }
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }
  std::size_t take(std::span<std::byte> into) noexcept;
  void drop_unread() noexcept;

  // --- the network
  void lose_what_is_under_way() noexcept;
  /// The way is free again: nothing of what waited comes earlier than this.
  void resume(time_point earliest) noexcept;
  void stop_delivery() noexcept { timer_.unlink(); }
  void fault_after(std::uint64_t bytes, link_fault what) noexcept {
    fault_at_ = delivered_ + bytes;
    fault_ = what;
  }

  notice readable;
  notice writable;

 private:
  struct piece {
    std::string bytes;
    time_point at;
  };
  struct delivery_timer final : ready_node {
    explicit delivery_timer(simulated_flow& of) noexcept : flow(of) {}
    void run() noexcept override { flow.deliver(); }
    simulated_flow& flow;
  };

  [[nodiscard]] time_point arrival_of(std::size_t size) noexcept;
  void deliver() noexcept;
  void deliver_front() noexcept;
  void arm() noexcept;

  simulated_link& link_;
  direction towards_;
  std::list<piece> under_way_;
  std::list<piece> arrived_;
  std::size_t front_taken_ = 0;     // of the first piece that has arrived
  std::size_t arrived_bytes_ = 0;   // and were not read
  std::size_t unacknowledged_ = 0;  // as far as the writer knows
  std::size_t held_back_ = 0;       // read while nobody could tell the writer
  std::uint64_t delivered_ = 0;
  std::optional<std::uint64_t> fault_at_;
  link_fault fault_ = link_fault::reset;
  time_point line_free_{};
  time_point last_arrival_{};
  std::optional<time_point> end_at_;
  std::optional<time_point> reset_at_;
  bool has_ended_ = false;
  delivery_timer timer_{*this};
};

/// A connection of two hosts. Its sides are numbered: 0 connected, 1 listened.
class simulated_link final : public list_hook<link_tag>,
                             public std::enable_shared_from_this<simulated_link> {
 public:
  simulated_link(simulated_network::core& net, std::size_t number, std::string from, std::string to,
                 std::size_t log_route, const link_profile& how) noexcept;

  /// What side `side` writes.
  [[nodiscard]] simulated_flow& output_of(std::size_t side) noexcept { return flows_[side]; }
  [[nodiscard]] simulated_flow& input_of(std::size_t side) noexcept { return flows_[1 - side]; }
  [[nodiscard]] bool is_closed(std::size_t side) const noexcept { return is_closed_[side]; }
  [[nodiscard]] bool is_reset(std::size_t side) const noexcept { return is_reset_[side]; }
  [[nodiscard]] bool is_finished() const noexcept { return is_closed_[0] && is_closed_[1]; }

  /// Whether anything gets through now.
  [[nodiscard]] bool passes() const noexcept;

  void close(std::size_t side) noexcept;
  void abort(std::size_t side) noexcept;
  /// A reset has arrived at this side.
  void reset_side(std::size_t side) noexcept;
  void reset() noexcept;
  void vanish() noexcept;
  void strike(link_fault what) noexcept;
  void fault_at(time_point when, link_fault what) noexcept;
  /// The network or the loop is gone.
  void abandon() noexcept;
  void resume() noexcept;

  void note(network_event what, direction towards = direction::forth,
            std::size_t bytes = 0) noexcept;

  simulated_network::core* net;  // null when it is gone
  std::size_t id;
  std::string from;
  std::string to;
  link_profile profile;
  bool drips = false;

 private:
  struct fault_timer final : ready_node {
    explicit fault_timer(simulated_link& of) noexcept : link(of) {}
    void run() noexcept override { link.strike(what); }
    simulated_link& link;
    link_fault what = link_fault::reset;
  };

  void wake(std::size_t side) noexcept;

  std::size_t route_;
  std::array<simulated_flow, 2> flows_;
  std::array<bool, 2> is_closed_{};
  std::array<bool, 2> is_reset_{};
  bool has_vanished_ = false;
  fault_timer fault_timer_{*this};
};

class simulated_stream final : public io::async_stream {
 public:
  simulated_stream(std::shared_ptr<simulated_link> link, std::size_t side,
                   std::string peer) noexcept
      : link_(std::move(link)), side_(side), peer_name_(std::move(peer)) {}
  ~simulated_stream() override { link_->close(side_); }

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override;
  task<void> write_all(std::span<const std::byte> from, deadline until) override;
  std::optional<std::size_t> try_read_some(std::span<std::byte> into) override;
  std::optional<std::size_t> try_write_some(std::span<const std::byte> from) override;
  task<void> shut_down_write(deadline until) override;
  task<void> close(deadline until) override;
  bool is_idle_and_open() noexcept override;
  const std::string& peer_name() const noexcept override { return peer_name_; }

  [[nodiscard]] simulated_link& link() noexcept { return *link_; }
  void abort() noexcept { link_->abort(side_); }

 private:
  struct sent {
    std::size_t size = 0;
    bool is_short = false;  // less than there was room for
  };

  void require_readable() const;
  void require_writable() const;
  [[nodiscard]] bool chance(double likelihood) noexcept;
  /// Nothing, if it would have to wait.
  std::optional<std::size_t> read_now(std::span<std::byte> into);
  std::optional<sent> write_now(std::span<const std::byte> from);

  std::shared_ptr<simulated_link> link_;
  std::size_t side_;
  std::string peer_name_;
};

}  // namespace leat::testing::detail
