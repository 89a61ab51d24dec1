// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "leat/coro/with_cancel_scope.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/ws/error.hpp"
#include "leat/ws/message.hpp"
#include "leat/ws/options.hpp"
#include "leat/ws/reconnect.hpp"

#include "ws/backoff.hpp"
#include "ws/connection_state.hpp"
#include "ws/entropy.hpp"
#include "ws/link.hpp"
#include "ws/link_reader.hpp"
#include "ws/link_writer.hpp"
#include "ws/turn.hpp"

namespace leat::ws {

/// Makes links: the first, and another when one was lost.
template <class Io>
class link_restorer {
  template <class T>
  using task = typename Io::template task<T>;
  template <class T>
  using result = typename Io::template result<T>;
  using kind = outgoing::kind;
  using link_ptr = std::shared_ptr<ws::link<Io>>;

 public:
  /// Lifetime: all of them outlive it.
  link_restorer(connection_state<Io>& shared, link_reader<Io>& reader, link_writer<Io>& writer)
      : state_(shared), reader_(reader), writer_(writer), maker_(shared.options) {}

  /// Errors: those of `connection::connect()`.
  task<void> open(proto::url to) {
    url_ = std::move(to);
    state_.current = co_await make_link();
    subprotocol_ = state_.current->agreed.subprotocol;
  }

  /// Waits until the connection is there again, or over; by doing it, if nobody does yet.
  task<void> restore() {
    [[maybe_unused]] const auto held = co_await turn_.lock();
    if (state_.over != nullptr || state_.current != nullptr) co_return;
    if constexpr (Io::is_blocking) {
      co_await reconnect();
    } else {
      const scope_slot mine(state_.restorer);
      static_cast<void>(co_await with_cancel_scope([this](cancel_scope& scope) {
        state_.restorer = &scope;
        return reconnect();
      }));
    }
  }

  /// What the last link has agreed on.
  [[nodiscard]] const std::string& subprotocol() const noexcept { return subprotocol_; }
  [[nodiscard]] std::size_t reconnects() const noexcept { return reconnects_; }

 private:
  task<link_ptr> make_link() {
    auto fresh = co_await maker_.make(url_);
    state_.peer = fresh->stream->peer_name();
    co_return fresh;
  }

  task<void> reconnect() {
    const auto& policy = state_.options.reconnect;
    for (;;) {
      if (state_.attempts >= policy.max_attempts) {
        co_return state_.end(
            std::make_exception_ptr(reconnect_failed(state_.attempts, state_.last_failure)));
      }
      const double chance = policy.random ? policy.random() : random_fraction();
      // Counted before, so that one who is stopped here does not begin the count anew.
      const std::size_t number = state_.attempts++;
      co_await Io::sleep_for(
          backoff_delay(policy.delay, policy.max_delay, policy.jitter, number, chance));
      link_ptr fresh;
      try {
        fresh = co_await make_link();
        if (policy.on_reconnect) {
          fresh_connection handed(*this, fresh);
          co_await Io::call(policy.on_reconnect, static_cast<basic_resumption<Io>&>(handed));
          if (fresh->lost != nullptr) std::rethrow_exception(fresh->lost);
        }
      } catch (const deadline_exceeded&) {
        // On the blocking surface it is the whole that has no time left.
        if constexpr (Io::is_blocking) throw;
        state_.last_failure = std::current_exception();
        continue;
      } catch (const error&) {
        state_.last_failure = std::current_exception();
        continue;
      } catch (...) {
        state_.end(std::current_exception());
        throw;
      }
      state_.current = std::move(fresh);
      subprotocol_ = state_.current->agreed.subprotocol;
      ++reconnects_;
      state_.pass_on();
      co_return;
    }
  }

  class fresh_connection final : public basic_resumption<Io> {
   public:
    fresh_connection(link_restorer& of, link_ptr on) noexcept : of_(of), on_(std::move(on)) {}

    result<void> send_text(std::string text) override {
      return Io::expose(of_.send_first(on_, kind::text, std::move(text)));
    }
    result<void> send_binary(std::string bytes) override {
      return Io::expose(of_.send_first(on_, kind::binary, std::move(bytes)));
    }
    result<message> receive() override { return Io::expose(of_.receive_first(on_)); }
    [[nodiscard]] std::size_t attempts() const noexcept override { return of_.state_.attempts; }
    [[nodiscard]] const std::exception_ptr& cause() const noexcept override {
      return of_.state_.lost_to;
    }

   private:
    link_restorer& of_;
    link_ptr on_;
  };

  task<void> send_first(link_ptr on, kind what, std::string data) {
    check_payload(what, data);
    if (on->lost != nullptr) std::rethrow_exception(on->lost);
    outgoing mine(what, std::move(data));
    writer_.frame(*on, mine);
    if (!writer_.try_write(*on)) co_await writer_.write_rest(on);
    if (on->lost != nullptr) std::rethrow_exception(on->lost);
  }

  task<message> receive_first(link_ptr on) {
    auto got = co_await reader_.next_message(on, state_.in(state_.options.timeouts.receive));
    if (!got) std::rethrow_exception(on->lost);
    co_return std::move(*got);
  }

  connection_state<Io>& state_;
  link_reader<Io>& reader_;
  link_writer<Io>& writer_;
  link_maker<Io> maker_;
  proto::url url_;
  std::string subprotocol_;
  turn<Io> turn_;
  std::size_t reconnects_ = 0;
};

}  // namespace leat::ws
