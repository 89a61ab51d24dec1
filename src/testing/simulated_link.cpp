// SPDX-License-Identifier: MIT
#include "testing/simulated_link.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

#include "testing/simulated_core.hpp"

namespace leat::testing::detail {
namespace {

// Large writes travel in parts, so that a slow line has delivered some of them already.
constexpr std::size_t largest_piece = std::size_t{16} << 10;

direction from_side(std::size_t side) noexcept {
  return side == 0 ? direction::forth : direction::back;
}

duration transmission_time(std::size_t size, std::uint64_t bytes_per_second) noexcept {
  constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();
  if (bytes_per_second == unlimited) return duration::zero();
  const double seconds =
      static_cast<double>(size) / static_cast<double>(std::max<std::uint64_t>(bytes_per_second, 1));
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

// --- one direction

std::size_t simulated_flow::room() const noexcept {
  const std::size_t capacity = std::max<std::size_t>(link_.profile.capacity, 1);
  return capacity - std::min(capacity, unacknowledged_);
}

time_point simulated_flow::arrival_of(std::size_t size) noexcept {
  const auto& how = link_.profile;
  line_free_ = std::max(line_free_, executor::current().now()) +
               transmission_time(size, how.bytes_per_second);
  const duration on_the_way = how.latency + link_.net->random.up_to(how.jitter);
  last_arrival_ = std::max(last_arrival_, line_free_ + on_the_way);
  return last_arrival_;
}

void simulated_flow::send(std::span<const std::byte> bytes) {
  if (link_.net == nullptr) return;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), largest_piece));
    under_way_.push_back({std::string(as_text(part)), {}});
    under_way_.back().at = arrival_of(part.size());
    unacknowledged_ += part.size();
    bytes = bytes.subspan(part.size());
  }
  deliver();
}

void simulated_flow::send_end() noexcept {
  if (link_.net == nullptr || executor::current_or_null() == nullptr) return;
  end_at_ = arrival_of(0);
  deliver();
}

void simulated_flow::send_reset() noexcept {
  if (link_.net == nullptr || executor::current_or_null() == nullptr) return;
  lose_what_is_under_way();
  if (!reset_at_) reset_at_ = executor::current().now() + link_.profile.latency;
  // Never at once: who sends it may be in the middle of a delivery.
  arm();
}

std::size_t simulated_flow::take(std::span<std::byte> into) noexcept {
  std::size_t taken = 0;
  while (taken < into.size() && arrived_bytes_ != 0) {
    const std::string& front = arrived_.front().bytes;
    const std::size_t part = std::min(into.size() - taken, front.size() - front_taken_);
    std::memcpy(into.data() + taken, front.data() + front_taken_, part);
    taken += part;
    front_taken_ += part;
    arrived_bytes_ -= part;
    if (front_taken_ == front.size()) {
      arrived_.pop_front();
      front_taken_ = 0;
    }
  }
  if (link_.passes()) {
    unacknowledged_ -= taken;
    writable.notify();
  } else {
    held_back_ += taken;
  }
  return taken;
}

void simulated_flow::drop_unread() noexcept {
  arrived_.clear();
  front_taken_ = 0;
  arrived_bytes_ = 0;
}

void simulated_flow::lose_what_is_under_way() noexcept {
  timer_.unlink();
  under_way_.clear();
}

void simulated_flow::resume(time_point earliest) noexcept {
  unacknowledged_ -= std::exchange(held_back_, 0);
  writable.notify();
  for (auto& each : under_way_) each.at = std::max(each.at, earliest);
  if (end_at_) end_at_ = std::max(*end_at_, earliest);
  if (reset_at_) reset_at_ = std::max(*reset_at_, earliest);
  last_arrival_ = std::max(last_arrival_, earliest);
  arm();
}

void simulated_flow::deliver() noexcept {
  timer_.unlink();
  if (!link_.passes()) return;
  const time_point now = executor::current().now();
  const std::size_t reader = towards_ == direction::forth ? 1 : 0;
  if (link_.is_reset(reader)) return lose_what_is_under_way();
  while (!under_way_.empty() && under_way_.front().at <= now) {
    if (fault_at_ && delivered_ + under_way_.front().bytes.size() >= *fault_at_) {
      under_way_.front().bytes.resize(static_cast<std::size_t>(*fault_at_ - delivered_));
      deliver_front();
      fault_at_.reset();
      return link_.strike(fault_);
    }
    deliver_front();
  }
  if (reset_at_ && *reset_at_ <= now) return link_.reset_side(reader);
  if (under_way_.empty() && end_at_ && !has_ended_ && *end_at_ <= now) {
    has_ended_ = true;
    link_.note(network_event::ended, towards_);
    readable.notify();
  }
  arm();
}

void simulated_flow::deliver_front() noexcept {
  const std::size_t reader = towards_ == direction::forth ? 1 : 0;
  const std::size_t size = under_way_.front().bytes.size();
  delivered_ += size;
  if (link_.is_closed(reader)) {
    // Nobody reads it any more; the writer learns of that.
    under_way_.pop_front();
    link_.output_of(reader).send_reset();
    return;
  }
  if (size == 0) return under_way_.pop_front();
  arrived_.splice(arrived_.end(), under_way_, under_way_.begin());
  arrived_bytes_ += size;
  link_.note(network_event::delivered, towards_, size);
  readable.notify();
}

void simulated_flow::arm() noexcept {
  timer_.unlink();
  if (!link_.passes()) return;
  std::optional<time_point> next = reset_at_;
  const auto consider = [&next](time_point at) { next = next ? std::min(*next, at) : at; };
  if (!under_way_.empty()) {
    consider(under_way_.front().at);
  } else if (end_at_ && !has_ended_) {
    consider(*end_at_);
  }
  if (next) executor::current().arm(timer_, *next);
}

// --- both directions

simulated_link::simulated_link(simulated_network::core& network, std::size_t number,
                               std::string from_host, std::string to_host, std::size_t log_route,
                               const link_profile& how) noexcept
    : net(&network),
      id(number),
      from(std::move(from_host)),
      to(std::move(to_host)),
      profile(how),
      route_(log_route),
      flows_{simulated_flow{*this, direction::forth}, simulated_flow{*this, direction::back}} {}

bool simulated_link::passes() const noexcept {
  return net != nullptr && !has_vanished_ && executor::current_or_null() != nullptr &&
         !net->is_partitioned(from, to);
}

void simulated_link::close(std::size_t side) noexcept {
  if (std::exchange(is_closed_[side], true)) return;
  note(network_event::closed, from_side(side));
  wake(side);
  const bool leaves_unread = input_of(side).unread() != 0;
  input_of(side).drop_unread();
  if (is_reset_[side]) return;
  if (leaves_unread) {
    output_of(side).send_reset();
  } else if (!output_of(side).has_sent_end()) {
    output_of(side).send_end();
  }
}

void simulated_link::abort(std::size_t side) noexcept {
  if (std::exchange(is_closed_[side], true)) return;
  note(network_event::aborted, from_side(side));
  wake(side);
  input_of(side).drop_unread();
  if (!is_reset_[side]) output_of(side).send_reset();
}

void simulated_link::reset_side(std::size_t side) noexcept {
  if (std::exchange(is_reset_[side], true)) return;
  if (!is_closed_[side]) note(network_event::was_reset, from_side(side));
  output_of(side).lose_what_is_under_way();
  input_of(side).lose_what_is_under_way();
  wake(side);
}

void simulated_link::reset() noexcept {
  reset_side(0);
  reset_side(1);
}

void simulated_link::vanish() noexcept {
  if (std::exchange(has_vanished_, true)) return;
  note(network_event::vanished);
  for (auto& each : flows_) each.stop_delivery();
}

void simulated_link::strike(link_fault what) noexcept {
  if (what == link_fault::reset) {
    // What cuts a connection cuts it for good; a partition only delays the news of it.
    reset();
  } else {
    vanish();
  }
}

void simulated_link::fault_at(time_point when, link_fault what) noexcept {
  fault_timer_.what = what;
  executor::current().arm(fault_timer_, when);
}

void simulated_link::abandon() noexcept {
  fault_timer_.unlink();
  list_hook<link_tag>::unlink();
  reset();
  for (auto& each : flows_) each.stop_delivery();
  net = nullptr;
}

void simulated_link::resume() noexcept {
  const time_point earliest = executor::current().now() + profile.latency;
  for (auto& each : flows_) each.resume(earliest);
}

void simulated_link::note(network_event what, direction towards, std::size_t bytes) noexcept {
  if (net != nullptr) net->note(what, route_, towards, bytes);
}

void simulated_link::wake(std::size_t side) noexcept {
  input_of(side).readable.notify();
  output_of(side).writable.notify();
}

// --- one end of it

void simulated_stream::require_readable() const {
  if (link_->is_closed(side_)) {
    throw io::read_error("read failed: the stream is closed",
                         std::make_error_code(std::errc::not_connected));
  }
}

void simulated_stream::require_writable() const {
  if (link_->is_closed(side_) || link_->output_of(side_).has_sent_end()) {
    throw io::write_error("write failed: the stream is closed",
                          std::make_error_code(std::errc::not_connected));
  }
  if (link_->is_reset(side_)) {
    throw io::write_error("write failed: connection with " + peer_name_ + ": reset by the peer",
                          std::make_error_code(std::errc::connection_reset));
  }
}

bool simulated_stream::chance(double likelihood) noexcept {
  return link_->net != nullptr && link_->net->random.chance(likelihood);
}

std::optional<std::size_t> simulated_stream::read_now(std::span<std::byte> into) {
  auto& input = link_->input_of(side_);
  require_readable();
  if (input.unread() == 0) {
    if (link_->is_reset(side_)) {
      throw io::read_error("read failed: connection with " + peer_name_ + ": reset by the peer",
                           std::make_error_code(std::errc::connection_reset));
    }
    return input.has_ended() ? std::optional<std::size_t>(0) : std::nullopt;
  }
  std::size_t most = std::min(into.size(), input.unread());
  if (link_->drips) most = std::min<std::size_t>(most, 1);
  if (chance(link_->profile.short_read)) {
    most = 1 + static_cast<std::size_t>(link_->net->random.below(most));
  }
  const std::size_t size = input.take(into.first(most));
  link_->note(network_event::read, side_ == 0 ? direction::back : direction::forth, size);
  return size;
}

task<std::size_t> simulated_stream::read_some(std::span<std::byte> into, deadline until) {
  co_await stop_if_requested();
  for (;;) {
    if (const auto size = read_now(into)) co_return *size;
    if (!co_await link_->input_of(side_).readable.wait(until)) {
      throw io::read_timeout("read timed out: no data from " + peer_name_ + " in time");
    }
  }
}

// A network with short reads sometimes has nothing at once although something is there, so that
// whoever tries first is tested on both ways.
std::optional<std::size_t> simulated_stream::try_read_some(std::span<std::byte> into) {
  require_readable();
  if (chance(link_->profile.short_read)) return std::nullopt;
  return read_now(into);
}

std::optional<simulated_stream::sent> simulated_stream::write_now(std::span<const std::byte> from) {
  auto& output = link_->output_of(side_);
  require_writable();
  const std::size_t room = output.room();
  if (room == 0 && !from.empty()) return std::nullopt;
  sent now{.size = std::min(room, from.size())};
  if (now.size == 0) return now;
  now.is_short = chance(link_->profile.short_write);
  if (now.is_short) now.size = 1 + static_cast<std::size_t>(link_->net->random.below(now.size));
  output.send(from.first(now.size));
  return now;
}

task<void> simulated_stream::write_all(std::span<const std::byte> from, deadline until) {
  co_await stop_if_requested();
  for (;;) {
    const auto now = write_now(from);
    if (!now) {
      if (!co_await link_->output_of(side_).writable.wait(until)) {
        throw io::write_timeout("write timed out: " + peer_name_ + " does not read in time");
      }
      continue;
    }
    from = from.subspan(now->size);
    // Once all of it has left, the write has succeeded, whatever happens on the way.
    if (from.empty()) co_return;
    if (now->is_short) co_await yield_now();
  }
}

std::optional<std::size_t> simulated_stream::try_write_some(std::span<const std::byte> from) {
  require_writable();
  if (chance(link_->profile.short_write)) return std::nullopt;
  const auto now = write_now(from);
  return now ? std::optional<std::size_t>(now->size) : std::nullopt;
}

task<void> simulated_stream::shut_down_write(deadline /*until*/) {
  if (link_->output_of(side_).has_sent_end() && !link_->is_closed(side_)) co_return;
  require_writable();
  link_->output_of(side_).send_end();
}

task<void> simulated_stream::close(deadline /*until*/) {
  link_->close(side_);
  co_return;
}

bool simulated_stream::is_idle_and_open() noexcept {
  const auto& input = link_->input_of(side_);
  return !link_->is_closed(side_) && !link_->is_reset(side_) && input.unread() == 0 &&
         !input.has_ended();
}

}  // namespace leat::testing::detail

namespace leat::testing {

std::size_t simulated_connection::id() const noexcept {
  return link_->id;
}

const std::string& simulated_connection::from() const noexcept {
  return link_->from;
}

const std::string& simulated_connection::to() const noexcept {
  return link_->to;
}

bool simulated_connection::is_open() const noexcept {
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    if (link_->is_closed(side) || link_->is_reset(side)) return false;
  }
  return true;
}

void simulated_connection::reset() noexcept {
  link_->reset();
}

void simulated_connection::reset_after(std::uint64_t bytes) noexcept {
  link_->output_of(0).fault_after(bytes, detail::link_fault::reset);
}

void simulated_connection::vanish() noexcept {
  link_->vanish();
}

}  // namespace leat::testing
