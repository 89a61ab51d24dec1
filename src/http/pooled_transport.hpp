// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/base/assert.hpp"
#include "leat/coro/frame_memory.hpp"
#include "leat/coro/move_on_after.hpp"
#include "leat/http/transport_options.hpp"
#include "leat/io/policy.hpp"
#include "leat/pool/error.hpp"

#include "http/client_connection.hpp"
#include "http/exchange_trace.hpp"
#include "http/http2_sharing.hpp"
#include "http/request_builder.hpp"
#include "http/surface.hpp"
#include "http/traced_body.hpp"
#include "route/connector.hpp"

namespace leat::http {

// RFC 9110, section 9.2.2.
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

[[nodiscard]] pool::pool_options pool_options_of(const connection_limits& limits,
                                                 const client_metrics& metrics);

/// Whether somebody has to decode what follows this head.
[[nodiscard]] inline bool is_coded(const response_head::parts& head) noexcept {
  return head.headers.contains("content-encoding");
}

/// An answer whose head has come, and where its body is.
template <class Io>
struct arrival : arrived_head {
  std::unique_ptr<basic_response_body<Io>> body;
  std::uint64_t max_body_bytes = 0;
  bool may_be_whole = false;  // whoever asks wants a body in memory
  bool is_whole = false;      // then one that came with its head is here, and has no `body`
  std::string content;
};

/// The transport of a client: connections that are kept and reused.
template <class Io>
class pooled_transport final : public basic_transport<Io> {
 public:
  /// `options` are with the environment.
  /// Errors: `invalid_url`, `invalid_argument`.
  explicit pooled_transport(const basic_transport_options<Io>& options)
      : connector_(make_connector(with_protocols(options))),
        connections_(pool_options_of(options.limits, options.metrics)),
        speaks_http2_(options.http2),
        knows_http2_(options.http2_prior_knowledge) {
    machine_limits_ = options.http1;
    machine_limits_.max_body_bytes = options.max_body_bytes;
    http2_limits_.max_body_bytes = options.max_body_bytes;
    http2_limits_.max_fields = options.http1.max_fields;
    http2_limits_.max_informational = options.http1.max_informational;
    http2_limits_.max_field_section_bytes =
        http2_section_bytes(options.http1.max_field_section_bytes);
  }

  typename Io::template result<basic_transport_response<Io>> handle(
      basic_request<Io>& request) override {
    return Io::expose(answer(request));
  }

  /// Why a request is sent again; each reason counts once.
  struct attempts {
    bool was_lost = false;     // with a kept connection
    bool was_refused = false;  // by a server that had not looked at it
    // Set when a server first had no room for it beside others: until when it waits for some.
    std::optional<deadline> room_until;
  };

  /// As `handle()`, into `into`. If `origin` is set, the fields of the request are its
  /// usual ones, and have not been written into the request, which has no body. `times.asked` is
  /// known only of what may be sent again, and if nobody else had a turn since: a connection that
  /// was read just before is not looked at for it. `before` says what was tried already.
  typename Io::template task<void> carry(basic_request<Io>& request, const known_origin* origin,
                                         arrival<Io>& into, attempts& before) {
    if (request.url.scheme() != "http" && request.url.scheme() != "https") {
      throw unsupported_protocol("this client speaks http and https, not " +
                                 std::string(request.url.scheme()));
    }
    const route::proxy_server* const via = connector_.proxy_for(request.url);
    const bool is_in_place = via == nullptr && is_always_http1(request);
    if (origin != nullptr && !(is_in_place && origin->ready.is_ready())) {
      request.headers = origin->usual;
      origin = nullptr;
    }
    // What is meant for a proxy is not the origin's to know.
    const bool is_for_proxy = via != nullptr && via->forwards(request.url);
    if (origin == nullptr && !is_for_proxy) request.headers.remove(proxy_authorization);
    const auto* const ready = origin != nullptr ? &origin->ready : nullptr;
    std::string own_key;
    std::unique_ptr<exchange_trace> trace;  // of the attempt that is under way
    try {
      for (;;) {
        if (request.tracer != nullptr) begin_trace(trace, request);
        carrier_found found;
        if (is_in_place) {
          // In place, because it happens for every request.
          if (origin == nullptr) own_key = key_of(request, nullptr);
          const std::string& key = origin != nullptr ? origin->pool_key : own_key;
          try {
            found.lease = co_await surface<Io>::acquire(connections_, key, request.timeouts.pool,
                                                        into.times.asked);
          } catch (const pool::pool_closed&) {
            throw client_closed();
          }
          if (before.was_lost) found.lease.put(nullptr);
          found.is_reused = found.lease.get() != nullptr;
          if (!found.is_reused) found.lease.put(co_await connect(request, via, trace.get()));
        } else {
          found = co_await find_carrier(key_of(request, via), request, via, before.was_lost,
                                        trace.get());
        }
        if (found.share != nullptr) {
          if (trace != nullptr && found.is_reused) {
            const auto& shared = found.share->connection();
            trace->reuse(shared.peer_name(), shared.peer_address());
          }
          if (co_await carry_shared(std::move(found.share), request, before, into, trace)) {
            co_return;
          }
          continue;
        }
        lease_type& lease = found.lease;
        auto& carrier = connection_of(lease);
        lease.mark_in_use();
        if (trace != nullptr && found.is_reused) {
          trace->reuse(carrier.peer_name(), carrier.peer_address());
        }
        std::exception_ptr lost;
        try {
          if (!carrier.try_send(request, ready, trace.get())) co_await carrier.send(request, into);
          while (!carrier.try_read_head(request.timeouts.read, into)) {
            if constexpr (!Io::is_blocking) {
              if (auto* const input = carrier.input_to_wait_for()) {
                const auto until = deadline::after(Io::now(), request.timeouts.read);
                if (!co_await input->wait("read from ", carrier.peer_name(), until)) {
                  carrier.has_no_input();
                }
                carrier.has_input();
                continue;
              }
            }
            co_await carrier.read_more_of_head(request.timeouts.read);
          }
        } catch (const leat::error&) {
          lost = lost_with(lease, trace.get());
        }
        if (lost == nullptr) {
          take_answer(lease, request, into, trace);
          co_return;
        }
        if (!found.is_reused || !goes_again(carrier, request)) std::rethrow_exception(lost);
        if (trace != nullptr) trace->note_failed(lost);
        before.was_lost = true;
      }
    } catch (...) {
      if (trace == nullptr) throw;
      trace->end_failed();
    }
  }

  /// As `carry()`, for most requests of a client that blocks: to a known origin, over a connection
  /// that is kept. It takes no frame. Returns false if `carry()` has to go on.
  [[nodiscard]] bool try_carry(basic_request<Io>& request, const known_origin* origin,
                               arrival<Io>& into, attempts& before) {
    if constexpr (Io::is_blocking) {
      const bool is_plain = origin != nullptr && origin->ready.is_ready() &&
                            request.tracer == nullptr && is_always_http1(request) &&
                            connector_.proxy_for(request.url) == nullptr;
      if (!is_plain) return false;
      lease_type lease;
      try {
        lease = connections_.try_acquire_idle(origin->pool_key);
      } catch (const pool::pool_closed&) {
        throw client_closed();
      }
      if (!lease.is_held()) return false;
      lease.mark_in_use();
      auto& carrier = connection_of(lease);
      try {
        [[maybe_unused]] const bool is_sent = carrier.try_send(request, &origin->ready, nullptr);
        LEAT_ASSERT(is_sent);  // what has a body brings its own fields
        [[maybe_unused]] const bool is_read = carrier.try_read_head(request.timeouts.read, into);
        LEAT_ASSERT(is_read);
      } catch (const leat::error&) {
        const auto lost = lost_with(lease, nullptr);
        if (!goes_again(carrier, request)) std::rethrow_exception(lost);
        before.was_lost = true;
        return false;
      }
      std::unique_ptr<exchange_trace> untraced;
      take_answer(lease, request, into, untraced);
      return true;
    } else {
      return false;
    }
  }

  void close() noexcept override { connections_.close(); }

  [[nodiscard]] pool::pool_statistics statistics() const noexcept {
    return connections_.statistics();
  }

 private:
  static route::connector<Io> make_connector(basic_transport_options<Io> options) {
    try {
      return route::connector<Io>({.network = options.network,
                                   .proxy = std::move(options.proxy),
                                   .environment = std::move(options.environment),
                                   .unix_socket = std::move(options.unix_socket),
                                   .local_address = std::move(options.local_address),
                                   .socket_options = std::move(options.socket_options),
                                   .retries = options.connect_retries,
                                   .tls = std::move(options.tls)});
    } catch (const route::invalid_proxy& why) {
      throw invalid_url(why.what(), why.cause());
    }
  }

  static basic_transport_options<Io> with_protocols(basic_transport_options<Io> options) {
    auto& alpn = options.tls.alpn;
    if (alpn.empty()) {
      if (options.http2) alpn.emplace_back("h2");
      alpn.emplace_back("http/1.1");
    }
    return options;
  }

  using pool_type = typename surface<Io>::pool;
  using lease_type = typename pool_type::lease;

  typename Io::template task<basic_transport_response<Io>> answer(basic_request<Io>& request) {
    basic_transport_response<Io> given;
    arrival<Io> came;
    attempts none;
    co_await carry(request, nullptr, came, none);
    given.head = std::move(*came.head);
    given.body = std::move(came.body);
    co_return given;
  }

  /// What a request goes out on: a share of an HTTP/2 connection, or a connection of its own.
  struct carrier_found {
    std::shared_ptr<http2_share<Io>> share;
    lease_type lease;
    bool is_reused = false;
  };

  [[nodiscard]] bool may_speak_http2(const basic_request<Io>& request,
                                     const route::proxy_server* via) const noexcept {
    if (via != nullptr && via->forwards(request.url)) return false;
    return request.url.scheme() == "https" ? speaks_http2_ : knows_http2_;
  }

  /// Which connections the request may share.
  [[nodiscard]] static std::string key_of(const basic_request<Io>& request,
                                          const route::proxy_server* via) {
    std::string key = route::proxy_rules::pool_key(request.url, via);
    if (request.extras != nullptr && !request.extras->server_name.empty()) {
      key += " as " + request.extras->server_name;
    }
    return key;
  }

  [[nodiscard]] bool is_always_http1(const basic_request<Io>& request) const noexcept {
    return request.url.scheme() == "http" && !knows_http2_;
  }

  static void begin_trace(std::unique_ptr<exchange_trace>& at, const basic_request<Io>& request) {
    at = std::make_unique<exchange_trace>(request.tracer, request.method, request.url);
    at->begin();
  }

  typename Io::template task<carrier_found> find_carrier(std::string key,
                                                         const basic_request<Io>& request,
                                                         const route::proxy_server* via,
                                                         bool is_retry, exchange_trace* trace) {
    if constexpr (!Io::is_blocking) {
      if (may_speak_http2(request, via)) {
        return find_shared(std::move(key), request, via, is_retry, trace);
      }
    }
    return take_lease(std::move(key), request, via, is_retry, trace);
  }

  /// Joins the origin's connection, or makes it.
  typename Io::template task<carrier_found> find_shared(std::string key,
                                                        const basic_request<Io>& request,
                                                        const route::proxy_server* via,
                                                        bool is_retry, exchange_trace* trace) {
    // What it would take to make one.
    const deadline until = deadline::after(deadline::after(Io::now(), request.timeouts.pool).at(),
                                           request.timeouts.connect);
    for (;;) {
      if (auto share = origins_.find(key)) {
        carrier_found found;
        found.share = std::move(share);
        found.is_reused = true;
        co_return found;
      }
      if (origins_.is_http1(key)) {
        co_return co_await take_lease(std::move(key), request, via, is_retry, trace);
      }
      if (const auto others = origins_.find_making(key)) {
        const duration left = std::max(until.at() - Io::now(), duration::zero());
        if (!co_await move_on_after(left, others->over.wait())) {
          throw pool::pool_timeout("the connection to " + key + " was not made in time");
        }
        if (others->has_failed_for(request.timeouts)) std::rethrow_exception(others->failure);
        continue;
      }
      http2_origins::maker maker(origins_, key, request.timeouts);
      try {
        auto found = co_await take_lease(key, request, via, is_retry, trace);
        if (found.share != nullptr) {
          origins_.add(key, found.share);
        } else {
          origins_.add_http1(key);
        }
        co_return found;
      } catch (const timeout_error&) {
        maker.fail(std::current_exception(), true);
        throw;
      } catch (const leat::error&) {
        maker.fail(std::current_exception(), false);
        throw;
      }
    }
  }

  typename Io::template task<carrier_found> take_lease(std::string key,
                                                       const basic_request<Io>& request,
                                                       const route::proxy_server* via,
                                                       bool is_retry, exchange_trace* trace) {
    carrier_found found;
    try {
      found.lease = co_await surface<Io>::acquire(connections_, key, request.timeouts.pool);
    } catch (const pool::pool_closed&) {
      throw client_closed();
    }
    // Another kept connection may be just as old as the one that was lost.
    if (is_retry) found.lease.put(nullptr);
    found.is_reused = found.lease.get() != nullptr;
    if (!found.is_reused) found.lease.put(co_await connect(request, via, trace));
    if (dynamic_cast<http2_connection<Io>*>(found.lease.get()) != nullptr) {
      found.lease.mark_in_use();
      found.share = std::make_shared<http2_share<Io>>(std::move(found.lease));
    }
    co_return found;
  }

  /// Returns false if the request has to be sent again on another connection.
  typename Io::template task<bool> carry_shared(std::shared_ptr<http2_share<Io>> share,
                                                basic_request<Io>& request, attempts& before,
                                                arrival<Io>& into,
                                                std::unique_ptr<exchange_trace>& trace) {
    using exchange = typename http2_connection<Io>::exchange;
    auto& connection = share->connection();
    const bool is_reused = connection.has_served();
    const typename http2_share<Io>::leaving after(*share, trace);
    auto mine = std::make_unique<exchange>(connection, before.room_until, trace.get());
    std::exception_ptr lost;
    bool is_answered = false;
    try {
      is_answered = co_await connection.send(*mine, request, into.made());
    } catch (const leat::error&) {
      lost = lost_now();
    }
    if (is_answered) {
      if (trace != nullptr) trace->received_head(into.head->http_version, into.head->status);
      into.body = std::make_unique<http2_body<Io>>(std::move(share), std::move(mine),
                                                   request.timeouts.of_body(), std::move(trace));
      co_return true;
    }
    if (lost == nullptr) {
      // The server has not looked at it, so even a POST may go out again (RFC 9113, section 8.7):
      // once, unless others were answered on a connection that came to its end, or are before it on
      // this one. A line of requests may outlast many of those.
      if (mine->is_crowded_out() && !before.room_until) {
        before.room_until = deadline::after(Io::now(), request.timeouts.pool);
      }
      const bool is_free =
          mine->is_crowded_out() || (connection.has_served() && !connection.takes_more());
      const bool is_untouched =
          !mine->has_begun_body() || request.streamed == nullptr || request.streamed->rewind();
      const no_response refused("the server refused the request before it had looked at it",
                                proto::http2::errc::refused_stream);
      if ((is_free || !before.was_refused) && is_untouched) {
        before.was_refused = before.was_refused || !is_free;
        if (trace != nullptr) trace->note_failed(std::make_exception_ptr(refused));
        co_return false;
      }
      throw refused;
    }
    if (!before.was_lost && is_reused && can_be_repeated(request)) {
      before.was_lost = true;
      if (trace != nullptr) trace->note_failed(lost);
      co_return false;
    }
    std::rethrow_exception(lost);
  }

  static client_connection<Io>& connection_of(lease_type& lease) noexcept {
    return static_cast<client_connection<Io>&>(*lease.get());
  }

  /// In a handler of what has ended an exchange: returns it, if the connection may have been lost
  /// with all that came over it; else it is thrown on.
  static std::exception_ptr lost_now() {
    try {
      throw;
    } catch (const io::read_error&) {
      return std::current_exception();
    } catch (const io::write_error&) {
      return std::current_exception();
    } catch (const no_response&) {
      return std::current_exception();
    }
  }
  /// The same for a connection that is lent.
  static std::exception_ptr lost_with(lease_type& lease, exchange_trace* trace) {
    try {
      return lost_now();
    } catch (const local_protocol_error&) {
      // A request that HTTP does not allow has not touched the connection.
      if (connection_of(lease).machine().is_unused()) {
        lease.mark_clean();
        if (trace != nullptr) trace->set_kept(true);
      }
      throw;
    }
  }

  /// What follows the head of an answer.
  static void take_answer(lease_type& lease, const basic_request<Io>& request, arrival<Io>& into,
                          std::unique_ptr<exchange_trace>& trace) {
    if (trace != nullptr) {
      trace->received_head(into.head->http_version, into.head->status);
    } else if (into.may_be_whole && !is_coded(*into.head) &&
               connection_of(lease).machine().take_whole_body(into.content, into.max_body_bytes)) {
      into.is_whole = true;
      give_back(lease);
      return;
    }
    into.body = std::make_unique<leased_body>(std::move(lease), request.timeouts.of_body(),
                                              std::move(trace));
  }

  /// Ends the lease of a connection whose answer has been read to its end. Returns whether it is
  /// kept.
  static bool give_back(lease_type& lease) {
    const bool is_kept = connection_of(lease).machine().prepare_reuse();
    if (is_kept) lease.mark_clean();
    lease.release();
    return is_kept;
  }

  /// A body that is read from a lent connection, and gives it back at its end.
  class leased_body final : public traced_body<Io>, public leat::detail::in_frame_memory {
   public:
    leased_body(lease_type lease, duration limit, std::unique_ptr<exchange_trace> trace) noexcept
        : traced_body<Io>(std::move(trace)), lease_(std::move(lease)), limit_(limit) {}

    std::unique_ptr<typename Io::stream> take_stream() override {
      if (is_over_ || !connection_of(lease_).machine().has_switched()) return nullptr;
      auto taken = connection_of(lease_).release_stream();
      is_over_ = true;
      lease_.release();  // of a connection that is not clean, so it ends
      return taken;
    }

   private:
    [[nodiscard]] bool is_over() const noexcept override { return is_over_; }
    typename Io::template task<std::string_view> next() override {
      return connection_of(lease_).read_body(limit_);
    }
    std::optional<std::string_view> try_next() override {
      return connection_of(lease_).try_read_body();
    }
    bool let_go() override {
      is_over_ = true;
      return give_back(lease_);
    }

    lease_type lease_;
    duration limit_;
    bool is_over_ = false;
  };

  /// Whether a kept connection was lost before the server can have looked at `request`.
  static bool goes_again(client_connection<Io>& lost, basic_request<Io>& request) {
    return !lost.machine().has_received() && can_be_repeated(request);
  }
  static bool can_be_repeated(basic_request<Io>& request) {
    return is_idempotent(request.method) &&
           (request.streamed == nullptr || request.streamed->rewind());
  }

  typename Io::template task<std::unique_ptr<pool::resource>> connect(
      const basic_request<Io>& request, const route::proxy_server* via, exchange_trace* trace) {
    auto made = co_await connector_.connect(
        request.url, via, deadline::after(Io::now(), request.timeouts.connect),
        request.extras != nullptr ? request.extras->server_name : std::string(), trace);
    if (via != nullptr && via->forwards(request.url)) {
      co_return std::make_unique<client_connection<Io>>(std::move(made.stream), machine_limits_,
                                                        via);
    }
    const bool is_secure = request.url.scheme() == "https";
    if (is_secure ? made.has_chosen_http2 : knows_http2_) {
      co_return std::make_unique<http2_connection<Io>>(std::move(made.stream), http2_limits_);
    }
    co_return std::make_unique<client_connection<Io>>(std::move(made.stream), machine_limits_);
  }

  route::connector<Io> connector_;
  pool_type connections_;
  proto::http1::limits machine_limits_;
  proto::http2::limits http2_limits_;
  bool speaks_http2_;
  bool knows_http2_;
  http2_origins origins_;  // of the async surface
};

/// The options with what the environment adds. The environment is empty if it is not asked.
template <class Io>
[[nodiscard]] basic_transport_options<Io> with_environment(basic_transport_options<Io> options) {
  const bool is_of_system = options.network == nullptr && options.unix_socket.empty();
  options.environment =
      route::asked_environment(options.trust_env, std::move(options.environment), is_of_system);
  route::add_trusted(options.tls, options.environment);
  return options;
}

template <class Io>
[[nodiscard]] std::shared_ptr<pooled_transport<Io>> make_pooled_transport(
    basic_transport_options<Io> options) {
  check_limits(options.limits);
  return std::make_shared<pooled_transport<Io>>(with_environment<Io>(std::move(options)));
}

}  // namespace leat::http
