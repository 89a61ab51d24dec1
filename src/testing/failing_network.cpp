// SPDX-License-Identifier: MIT
#include "testing/failing_network.hpp"

#include <array>
#include <utility>

#include "leat/coro/executor.hpp"
#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

namespace leat::testing::detail {
namespace {

using stream_ptr = std::unique_ptr<io::async_stream>;

bool can_fail(operation what, way_to_fail how) noexcept {
  switch (how) {
    case way_to_fail::at_once: return true;
    case way_to_fail::half_way: return what != operation::listen && what != operation::shut_down;
    case way_to_fail::too_late:
      return what == operation::connect || what == operation::read || what == operation::write;
    case way_to_fail::by_an_end: return what == operation::read;
  }
  return false;
}

const char* name_of(operation what) noexcept {
  constexpr std::array names{"listen", "connect", "accept", "read", "write", "shut_down_write"};
  return names[static_cast<std::size_t>(what)];
}

const char* name_of(way_to_fail how) noexcept {
  constexpr std::array names{"at once", "half-way", "by a timeout", "by an end"};
  return names[static_cast<std::size_t>(how)];
}

template <class Error>
[[noreturn]] void fail(const std::string& where) {
  throw Error("failed as planned: " + where, std::make_error_code(std::errc::io_error));
}

/// Its `try_` functions always answer with nothing, so that every operation can fail in every way.
class failing_stream final : public io::async_stream {
 public:
  failing_stream(stream_ptr inner, failure_plan& plan) noexcept
      : inner_(std::move(inner)), plan_(plan), peer_name_(inner_->peer_name()) {}

  task<std::size_t> read_some(std::span<std::byte> into, deadline until) override {
    co_await stop_if_requested();
    if (is_broken_) fail<io::read_error>(peer_name_);
    if (plan_.fails(operation::read, peer_name_)) {
      switch (plan_.how()) {
        case way_to_fail::too_late:
          // Time passes, as it does before a timeout.
          co_await sleep_until(until.at());
          fail<io::read_timeout>(peer_name_);
        case way_to_fail::half_way:
          static_cast<void>(co_await inner_->read_some(into, until));
          break;
        default: break;
      }
      co_await break_off();
      if (plan_.how() == way_to_fail::by_an_end) co_return 0;
      fail<io::read_error>(peer_name_);
    }
    co_return co_await inner_->read_some(into, until);
  }

  task<void> write_all(std::span<const std::byte> from, deadline until) override {
    co_await stop_if_requested();
    if (is_broken_) fail<io::write_error>(peer_name_);
    if (plan_.fails(operation::write, peer_name_)) {
      if (plan_.how() == way_to_fail::too_late) {
        co_await sleep_until(until.at());
        fail<io::write_timeout>(peer_name_);
      }
      if (plan_.how() == way_to_fail::half_way) {
        co_await inner_->write_all(from.first(from.size() / 2), until);
      }
      co_await break_off();
      fail<io::write_error>(peer_name_);
    }
    co_await inner_->write_all(from, until);
  }

  task<void> shut_down_write(deadline until) override {
    if (is_broken_) fail<io::write_error>(peer_name_);
    if (plan_.fails(operation::shut_down, peer_name_)) {
      co_await break_off();
      fail<io::write_error>(peer_name_);
    }
    co_await inner_->shut_down_write(until);
  }

  task<void> close(deadline until) override {
    is_broken_ = true;
    co_await inner_->close(until);
  }

  bool is_idle_and_open() noexcept override { return !is_broken_ && inner_->is_idle_and_open(); }
  const std::string& peer_name() const noexcept override { return peer_name_; }
  std::string peer_address() const override { return inner_->peer_address(); }

 private:
  // For the peer as well, and for whoever else is in the middle of it.
  task<void> break_off() {
    is_broken_ = true;
    co_await inner_->close(deadline_after(duration::zero()));
  }

  stream_ptr inner_;
  failure_plan& plan_;
  std::string peer_name_;
  bool is_broken_ = false;
};

class failing_listener final : public io::listener {
 public:
  failing_listener(std::unique_ptr<io::listener> inner, failure_plan& plan) noexcept
      : inner_(std::move(inner)), plan_(plan) {}

  task<stream_ptr> accept() override {
    const auto where = local().to_string();
    const bool fails = plan_.fails(operation::accept, where);
    if (fails && plan_.how() == way_to_fail::at_once) fail<io::accept_error>(where);
    auto accepted = co_await inner_->accept();
    if (fails) fail<io::accept_error>(where);
    co_return std::make_unique<failing_stream>(std::move(accepted), plan_);
  }

  void close() noexcept override { inner_->close(); }
  const io::endpoint& local() const noexcept override { return inner_->local(); }

 private:
  std::unique_ptr<io::listener> inner_;
  failure_plan& plan_;
};

}  // namespace

bool failure_plan::fails(operation what, const std::string& where) {
  if (!can_fail(what, how_)) return false;
  if (++operations_ != fails_at_) return false;
  failed_ = std::string(name_of(what)) + " (" + where + ")";
  return true;
}

std::string failure_plan::failed() const {
  return "operation " + std::to_string(fails_at_) + ", " + failed_ + ", failing " + name_of(how_);
}

task<stream_ptr> failing_network::connect(io::endpoint to, deadline until) {
  co_await stop_if_requested();
  const auto where = to.to_string();
  const bool fails = plan_.fails(operation::connect, where);
  if (fails && plan_.how() == way_to_fail::at_once) fail<io::connect_error>(where);
  if (fails && plan_.how() == way_to_fail::too_late) {
    co_await sleep_until(until.at());
    fail<io::connect_timeout>(where);
  }
  auto connected = co_await inner_.connect(std::move(to), until);
  if (fails) fail<io::connect_error>(where);
  co_return std::make_unique<failing_stream>(std::move(connected), plan_);
}

std::unique_ptr<io::listener> failing_network::listen(const io::endpoint& at,
                                                      io::listen_options options) {
  if (plan_.fails(operation::listen, at.to_string())) fail<io::listen_error>(at.to_string());
  return std::make_unique<failing_listener>(inner_.listen(at, options), plan_);
}

}  // namespace leat::testing::detail
