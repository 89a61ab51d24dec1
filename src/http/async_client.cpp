// SPDX-License-Identifier: MIT
#include "leat/http/async_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "leat/coro/as_outcome.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/pool/error.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/url/query.hpp"
#include "leat/proto/url/url.hpp"

#include "http/client_connection.hpp"

namespace leat::http {
namespace {

// RFC 9110, section 9.2.2.
bool is_idempotent(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 6> methods{"GET",    "HEAD",    "PUT",
                                                    "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(methods, method) != methods.end();
}

void check_limits(const connection_limits& limits) {
  if (limits.max_connections == 0 || limits.max_per_host == 0) {
    throw invalid_argument("client_options: a limit of 0 connections lets no request through");
  }
}

void check_limits(const timeouts& limits) {
  checked_limit(limits.pool, "the pool timeout");
  checked_limit(limits.connect, "the connect timeout");
  checked_limit(limits.write, "the write timeout");
  checked_limit(limits.read, "the read timeout");
  checked_limit(limits.total, "the total timeout");
}

pool::pool_options pool_options_of(const connection_limits& limits) noexcept {
  pool::pool_options options;
  options.max_size = limits.max_connections;
  options.max_per_key = limits.max_per_host;
  options.max_idle = limits.max_idle;
  options.max_idle_time = limits.max_idle_time;
  return options;
}

proto::url parse_absolute(std::string_view text) {
  proto::url parsed;
  // The text itself stays out of the message: it may hold a password.
  if (const auto refused = proto::parse_url(text, parsed)) {
    throw invalid_url("not a URL that can be requested: " + refused.message(), refused);
  }
  return parsed;
}

}  // namespace

class async_client::impl {
 public:
  explicit impl(client_options&& options)
      : options_(std::move(options)), connections_(pool_options_of(options_.limits)) {
    check_limits(options_.timeouts);
    check_limits(options_.limits);
    if (!options_.base_url.empty()) base_ = parse_absolute(options_.base_url);
    machine_limits_.max_body_bytes = options_.max_body_bytes;
  }

  task<response> request(std::string method, std::string url, request_options options) {
    if (is_closed_) throw client_closed();
    const proto::url target = resolve(url, options);
    const timeouts limits = options.timeouts.applied_to(options_.timeouts);
    check_limits(limits);
    wire_request wire = build(std::move(method), target, std::move(options));
    response::parts parts;
    parts.method = wire.method;
    parts.url = target.redacted();

    executor& home = executor::current();
    const time_point began = home.read_clock();
    try {
      co_await with_timeout(limits.total, send(wire, target, limits, parts));
    } catch (const deadline_exceeded&) {
      throw deadline_exceeded("request timed out: " + parts.method + " " + parts.url +
                              " took longer than its total timeout allows");
    }
    parts.elapsed = home.read_clock() - began;
    co_return response(std::move(parts));
  }

  void close() noexcept {
    is_closed_ = true;
    connections_.close();
  }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
  [[nodiscard]] client_statistics statistics() const noexcept {
    const auto now = connections_.statistics();
    client_statistics result;
    result.active = now.lent;
    result.idle = now.idle;
    result.waiting = now.waiting;
    return result;
  }

 private:
  [[nodiscard]] proto::url resolve(const std::string& url, const request_options& options) const {
    proto::url target;
    if (proto::has_scheme(url)) {
      target = parse_absolute(url);
    } else if (base_.is_empty()) {
      throw invalid_url("a URL without a scheme needs a client with a base_url");
    } else if (const auto refused = proto::append(base_, url, target)) {
      throw invalid_url("not a path that can be appended to the base URL: " + refused.message(),
                        refused);
    }
    if (!options.query_parameters.empty()) {
      proto::query_builder added;
      for (const auto& [name, value] : options.query_parameters) added.add(name, value);
      std::string query(target.query());
      if (!query.empty()) query += '&';
      query += added.text();
      if (const auto refused = proto::replace_query(target, query, target)) {
        throw invalid_url("the query cannot be added: " + refused.message(), refused);
      }
    }
    if (target.scheme() != "http") {
      throw unsupported_protocol("this client speaks http, not " + std::string(target.scheme()));
    }
    return target;
  }

  [[nodiscard]] wire_request build(std::string method, const proto::url& target,
                                   request_options&& options) const {
    // First, because later messages name the method.
    if (const auto refused = proto::check_method(method)) {
      throw local_protocol_error("the method of the request: " + refused.message(), refused);
    }
    wire_request wire;
    wire.method = std::move(method);
    wire.target = target.target();
    wire.headers =
        http::headers{{"host", target.authority()}, {"accept", "*/*"}, {"user-agent", "leat/0.1"}};
    merge(wire.headers, options_.headers);
    if (!options.body.empty() && !options.content_type.empty()) {
      wire.headers.set("content-type", options.content_type);
    }
    merge(wire.headers, options.headers);
    if (!options.body.empty()) {
      wire.body_size = proto::http1::body_size::exactly(options.body.size());
      wire.body = std::move(options.body);
    }
    return wire;
  }

  // All fields of a name replace all of that name.
  static void merge(http::headers& into, const http::headers& from) {
    for (const auto& each : from) into.remove(each.name);
    for (const auto& each : from) into.add(each.name, each.value);
  }

  task<void> send(const wire_request& wire, const proto::url& target, const timeouts& limits,
                  response::parts& into) {
    const std::string key(target.origin());
    for (bool is_retry = false;; is_retry = true) {
      auto lease = co_await acquire(key, limits.pool);
      // Another kept connection may be just as old as the one that was lost.
      if (is_retry) lease.put(nullptr);
      const bool is_reused = lease.get() != nullptr;
      if (!is_reused) lease.put(co_await connect(target, limits.connect));
      auto& connection = static_cast<client_connection&>(*lease.get());
      lease.mark_in_use();
      auto exchanged = co_await as_outcome(connection.exchange(wire, limits, into));
      if (exchanged.has_value()) {
        if (connection.prepare_reuse()) lease.mark_clean();
        co_return;
      }
      // A request that HTTP does not allow has not touched it.
      if (connection.is_unused()) lease.mark_clean();
      const bool was_closed_idle = is_reused && !connection.has_received() &&
                                   is_idempotent(wire.method) &&
                                   is_lost_connection(exchanged.error());
      if (!was_closed_idle) std::move(exchanged).value();
    }
  }

  [[nodiscard]] static bool is_lost_connection(const std::exception_ptr& failure) noexcept {
    try {
      std::rethrow_exception(failure);
    } catch (const io::read_error&) {
      return true;
    } catch (const io::write_error&) {
      return true;
    } catch (const no_response&) {
      return true;
    } catch (...) {
      return false;
    }
  }

  task<pool::resource_pool::lease> acquire(std::string key, duration limit) {
    try {
      co_return co_await connections_.acquire(std::move(key), deadline_after(limit));
    } catch (const pool::pool_closed&) {
      throw client_closed();
    }
  }

  task<std::unique_ptr<pool::resource>> connect(const proto::url& target, duration limit) {
    io::network& net = options_.network != nullptr ? *options_.network : io::system_network();
    auto stream = co_await net.connect(io::endpoint::tcp(std::string(target.host()), target.port()),
                                       deadline_after(limit));
    co_return std::make_unique<client_connection>(std::move(stream), machine_limits_);
  }

  client_options options_;
  proto::url base_;
  proto::http1::limits machine_limits_;
  pool::resource_pool connections_;
  bool is_closed_ = false;
};

async_client::async_client(client_options options)
    : impl_(std::make_unique<impl>(std::move(options))) {}

async_client::~async_client() = default;

task<response> async_client::request(std::string method, std::string url, request_options options) {
  return impl_->request(std::move(method), std::move(url), std::move(options));
}

void async_client::close() noexcept {
  impl_->close();
}

bool async_client::is_closed() const noexcept {
  return impl_->is_closed();
}

client_statistics async_client::statistics() const noexcept {
  return impl_->statistics();
}

}  // namespace leat::http
