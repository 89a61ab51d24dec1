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
        machine_limits_(machine_limits) {
    if (tls_options_.alpn.empty()) tls_options_.alpn = {"http/1.1"};
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
    const std::string key(request.url.origin());
    for (bool is_retry = false;; is_retry = true) {
      auto lease = co_await acquire(key, request.timeouts.pool);
      // Another kept connection may be just as old as the one that was lost.
      if (is_retry) lease.put(nullptr);
      const bool is_reused = lease.get() != nullptr;
      if (!is_reused) lease.put(co_await connect(request));
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

   private:
    typename Io::template task<std::string_view> read() {
      if (is_over_) co_return std::string_view();
      const auto piece = co_await connection_of(lease_).read_body(limit_);
      if (!piece.empty()) co_return piece;
      is_over_ = true;
      if (connection_of(lease_).machine().prepare_reuse()) lease_.mark_clean();
      lease_.release();
      co_return std::string_view();
    }

    lease_type lease_;
    duration limit_;
    bool is_over_ = false;
  };

  static bool can_be_repeated(basic_request<Io>& request) {
    return is_idempotent(request.method) &&
           (request.streamed == nullptr || request.streamed->rewind());
  }

  typename Io::template task<lease_type> acquire(std::string key, duration limit) {
    try {
      co_return co_await surface<Io>::acquire(connections_, key, deadline::after(Io::now(), limit));
    } catch (const pool::pool_closed&) {
      throw client_closed();
    }
  }

  typename Io::template task<std::unique_ptr<pool::resource>> connect(
      const basic_request<Io>& request) {
    auto& net = network_ != nullptr ? *network_ : surface<Io>::system_network();
    const std::string host(request.url.host());
    const deadline until = deadline::after(Io::now(), request.timeouts.connect);
    auto stream = co_await Io::connect(net, io::endpoint::tcp(host, request.url.port()), until);
    if (request.url.scheme() == "https") {
      auto context = co_await tls_context();
      stream =
          co_await Io::await(io::connect_tls(std::move(stream), std::move(context), host, until));
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
};

}  // namespace leat::http
