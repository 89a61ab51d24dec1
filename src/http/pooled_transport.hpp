// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "leat/http/client_options.hpp"
#include "leat/http/transport.hpp"
#include "leat/pool/error.hpp"

#include "http/client_connection.hpp"
#include "http/http2_sharing.hpp"
#include "http/surface.hpp"

namespace leat::http {

// RFC 9110, section 9.2.2.
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

[[nodiscard]] pool::pool_options pool_options_of(const connection_limits& limits) noexcept;

/// The transport of a client: connections that are kept and reused.
template <class Io>
class pooled_transport final : public basic_transport<Io> {
 public:
  pooled_transport(const basic_client_options<Io>& options,
                   const proto::http1::limits& machine_limits)
      : connections_(pool_options_of(options.limits)),
        network_(options.network),
        tls_options_(options.tls),
        machine_limits_(machine_limits),
        speaks_http2_(options.http2),
        knows_http2_(options.http2_prior_knowledge) {
    http2_limits_.max_body_bytes = machine_limits.max_body_bytes;
    if (!tls_options_.alpn.empty()) return;
    if (speaks_http2_) tls_options_.alpn.emplace_back("h2");
    tls_options_.alpn.emplace_back("http/1.1");
  }

  typename Io::template result<basic_transport_response<Io>> handle(
      basic_request<Io>& request) override {
    return Io::expose(carry(request));
  }

  void close() noexcept override { connections_.close(); }

  [[nodiscard]] pool::pool_statistics statistics() const noexcept {
    return connections_.statistics();
  }

 private:
  using pool_type = typename surface<Io>::pool;
  using lease_type = typename pool_type::lease;

  typename Io::template task<basic_transport_response<Io>> carry(basic_request<Io>& request) {
    if (request.url.scheme() != "http" && request.url.scheme() != "https") {
      throw unsupported_protocol("this client speaks http and https, not " +
                                 std::string(request.url.scheme()));
    }
    for (bool is_retry = false;; is_retry = true) {
      carrier_found found;
      if (is_always_http1(request)) {
        // In place, because it happens for every request.
        try {
          found.lease = co_await acquire(std::string(request.url.origin()), request.timeouts.pool);
        } catch (const pool::pool_closed&) {
          throw client_closed();
        }
        if (is_retry) found.lease.put(nullptr);
        found.is_reused = found.lease.get() != nullptr;
        if (!found.is_reused) found.lease.put(co_await connect(request));
      } else {
        found = co_await find_carrier(std::string(request.url.origin()), request, is_retry);
      }
      if (found.share != nullptr) {
        auto answer = co_await carry_shared(std::move(found.share), request, is_retry);
        if (answer) co_return std::move(*answer);
        continue;
      }
      auto lease = std::move(found.lease);
      const bool is_reused = found.is_reused;
      auto& carrier = connection_of(lease);
      lease.mark_in_use();
      basic_transport_response<Io> answer;
      std::exception_ptr lost;
      try {
        co_await carrier.exchange(request, answer.head);
      } catch (const io::read_error&) {
        lost = std::current_exception();
      } catch (const io::write_error&) {
        lost = std::current_exception();
      } catch (const no_response&) {
        lost = std::current_exception();
      } catch (const local_protocol_error&) {
        // A request that HTTP does not allow has not touched the connection.
        if (carrier.machine().is_unused()) lease.mark_clean();
        throw;
      }
      if (lost == nullptr) {
        answer.body = std::make_unique<leased_body>(std::move(lease), request.timeouts.read);
        co_return answer;
      }
      const bool was_closed_idle =
          is_reused && !carrier.machine().has_received() && can_be_repeated(request);
      if (!was_closed_idle) std::rethrow_exception(lost);
    }
  }

  /// What a request goes out on: a share of an HTTP/2 connection, or a connection of its own.
  struct carrier_found {
    std::shared_ptr<http2_share<Io>> share;
    lease_type lease;
    bool is_reused = false;
  };

  [[nodiscard]] bool may_speak_http2(const basic_request<Io>& request) const noexcept {
    return request.url.scheme() == "https" ? speaks_http2_ : knows_http2_;
  }

  [[nodiscard]] bool is_always_http1(const basic_request<Io>& request) const noexcept {
    return request.url.scheme() == "http" && !knows_http2_;
  }

  typename Io::template task<carrier_found> find_carrier(std::string key,
                                                         const basic_request<Io>& request,
                                                         bool is_retry) {
    if constexpr (!Io::is_blocking) {
      if (may_speak_http2(request)) return find_shared(std::move(key), request, is_retry);
    }
    return take_lease(std::move(key), request, is_retry);
  }

  /// Joins the origin's connection, or makes it.
  typename Io::template task<carrier_found> find_shared(std::string key,
                                                        const basic_request<Io>& request,
                                                        bool is_retry) {
    for (;;) {
      if (auto share = origins_.find(key)) {
        carrier_found found;
        found.share = std::move(share);
        found.is_reused = true;
        co_return found;
      }
      if (origins_.is_http1(key)) co_return co_await take_lease(std::move(key), request, is_retry);
      if (const auto others = origins_.find_making(key)) {
        co_await others->over.wait();
        if (others->failure != nullptr) std::rethrow_exception(others->failure);
        continue;
      }
      http2_origins::maker maker(origins_, key);
      try {
        auto found = co_await take_lease(key, request, is_retry);
        if (found.share != nullptr) {
          origins_.add(key, found.share);
        } else {
          origins_.add_http1(key);
        }
        co_return found;
      } catch (const leat::error&) {
        maker.fail(std::current_exception());
        throw;
      }
    }
  }

  typename Io::template task<carrier_found> take_lease(std::string key,
                                                       const basic_request<Io>& request,
                                                       bool is_retry) {
    carrier_found found;
    try {
      found.lease = co_await acquire(std::move(key), request.timeouts.pool);
    } catch (const pool::pool_closed&) {
      throw client_closed();
    }
    // Another kept connection may be just as old as the one that was lost.
    if (is_retry) found.lease.put(nullptr);
    found.is_reused = found.lease.get() != nullptr;
    if (!found.is_reused) found.lease.put(co_await connect(request));
    if (dynamic_cast<http2_connection<Io>*>(found.lease.get()) != nullptr) {
      found.lease.mark_in_use();
      found.share = std::make_shared<http2_share<Io>>(std::move(found.lease));
    }
    co_return found;
  }

  /// Nothing, if the request has to be sent again on another connection.
  typename Io::template task<std::optional<basic_transport_response<Io>>> carry_shared(
      std::shared_ptr<http2_share<Io>> share, basic_request<Io>& request, bool is_retry) {
    using exchange = typename http2_connection<Io>::exchange;
    auto& connection = share->connection();
    const bool is_reused = connection.has_served();
    auto mine = std::make_unique<exchange>(connection);
    basic_transport_response<Io> answer;
    std::exception_ptr lost;
    bool is_answered = false;
    try {
      is_answered = co_await connection.send(*mine, request, answer.head);
    } catch (const io::read_error&) {
      lost = std::current_exception();
    } catch (const io::write_error&) {
      lost = std::current_exception();
    } catch (const no_response&) {
      lost = std::current_exception();
    }
    if (is_answered) {
      answer.body = std::make_unique<http2_body<Io>>(std::move(share), std::move(mine),
                                                     request.timeouts.read);
      co_return answer;
    }
    if (lost == nullptr) {
      // The server has not looked at it, so even a POST may go out again (RFC 9113, section 8.7).
      if (!is_retry && (request.streamed == nullptr || request.streamed->rewind())) {
        co_return std::nullopt;
      }
      throw no_response("the server refused the request before it had looked at it",
                        proto::http2::errc::refused_stream);
    }
    if (!is_retry && is_reused && can_be_repeated(request)) co_return std::nullopt;
    std::rethrow_exception(lost);
  }

  static client_connection<Io>& connection_of(lease_type& lease) noexcept {
    return static_cast<client_connection<Io>&>(*lease.get());
  }

  /// A body that is read from a lent connection, and gives it back at its end.
  class leased_body final : public basic_response_body<Io> {
   public:
    leased_body(lease_type lease, duration limit) noexcept
        : lease_(std::move(lease)), limit_(limit) {}

    typename Io::template result<std::string_view> read_some() override {
      return Io::expose(read());
    }

    std::optional<std::string_view> try_read_some() override {
      if (is_over_) return std::string_view();
      const auto piece = connection_of(lease_).try_read_body();
      if (piece && piece->empty()) end();
      return piece;
    }

   private:
    typename Io::template task<std::string_view> read() {
      if (is_over_) co_return std::string_view();
      const auto piece = co_await connection_of(lease_).read_body(limit_);
      if (piece.empty()) end();
      co_return piece;
    }

    void end() noexcept {
      is_over_ = true;
      if (connection_of(lease_).machine().prepare_reuse()) lease_.mark_clean();
      lease_.release();
    }

    lease_type lease_;
    duration limit_;
    bool is_over_ = false;
  };

  static bool can_be_repeated(basic_request<Io>& request) {
    return is_idempotent(request.method) &&
           (request.streamed == nullptr || request.streamed->rewind());
  }

  auto acquire(std::string key, duration limit) {
    return surface<Io>::acquire(connections_, std::move(key), deadline::after(Io::now(), limit));
  }

  typename Io::template task<std::unique_ptr<pool::resource>> connect(
      const basic_request<Io>& request) {
    auto& net = network_ != nullptr ? *network_ : surface<Io>::system_network();
    const std::string host(request.url.host());
    const deadline until = deadline::after(Io::now(), request.timeouts.connect);
    auto stream = co_await Io::connect(net, io::endpoint::tcp(host, request.url.port()), until);
    bool is_http2 = knows_http2_;
    if (request.url.scheme() == "https") {
      auto context = co_await tls_context();
      auto secure =
          co_await Io::await(io::connect_tls(std::move(stream), std::move(context), host, until));
      is_http2 = secure->tls().alpn == "h2";
      stream = std::move(secure);
    }
    if (is_http2) {
      co_return std::make_unique<http2_connection<Io>>(std::move(stream), http2_limits_);
    }
    co_return std::make_unique<client_connection<Io>>(std::move(stream), machine_limits_);
  }

  /// Made when it is first needed, because it reads files.
  typename Io::template task<io::tls_context> tls_context() {
    {
      const std::lock_guard lock(tls_mutex_);
      if (tls_context_) co_return *tls_context_;
    }
    auto made = co_await Io::offload([this] { return io::tls_context::client(tls_options_); });
    const std::lock_guard lock(tls_mutex_);
    if (!tls_context_) tls_context_ = std::move(made);
    co_return *tls_context_;
  }

  pool_type connections_;
  typename Io::network* network_;
  io::tls_client_options tls_options_;
  std::mutex tls_mutex_;
  std::optional<io::tls_context> tls_context_;
  proto::http1::limits machine_limits_;
  proto::http2::limits http2_limits_;
  bool speaks_http2_;
  bool knows_http2_;
  http2_origins origins_;  // of the async surface
};

}  // namespace leat::http
