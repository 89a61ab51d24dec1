// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "leat/http/client_options.hpp"
#include "leat/http/error.hpp"
#include "leat/http/response_stream.hpp"

#include "http/pooled_transport.hpp"
#include "http/request_builder.hpp"
#include "http/surface.hpp"

namespace leat::http {

/// What a client does, written once for both surfaces (docs/adr/0004).
template <class Io>
class client_core {
 public:
  using stream_type = typename surface<Io>::response_stream;

  explicit client_core(basic_client_options<Io>&& options) : options_(std::move(options)) {
    check_limits(options_.timeouts);
    check_limits(options_.limits);
    if (!options_.base_url.empty()) base_ = parse_absolute(options_.base_url);
    if (options_.transport != nullptr) return;
    proto::http1::limits machine_limits;
    machine_limits.max_body_bytes = options_.max_body_bytes;
    auto pooled =
        std::make_shared<pooled_transport<Io>>(options_.limits, options_.network, machine_limits);
    pooled_ = pooled.get();
    options_.transport = std::move(pooled);
  }

  [[nodiscard]] basic_request<Io> build_request(std::string method, const std::string& url,
                                                basic_request_options<Io> options) const {
    basic_request<Io> built;
    built.url = resolve_url(base_, url, options);
    built.timeouts = options.timeouts.applied_to(options_.timeouts);
    check_limits(built.timeouts);
    // Later messages name the method, so it is looked at first.
    check_method(method);
    built.method = std::move(method);
    const bool has_body = options.streamed != nullptr || !options.body.empty();
    built.headers = merge_headers(built.url, options_.headers, options, has_body);
    built.content = std::move(options.body);
    built.streamed = std::move(options.streamed);
    return built;
  }

  typename Io::template task<response> request(std::string method, std::string url,
                                               basic_request_options<Io> options) {
    return send_built([this, method = std::move(method), url = std::move(url),
                       options = std::move(options)]() mutable {
      return build_request(std::move(method), url, std::move(options));
    });
  }
  typename Io::template task<response> send(basic_request<Io> built) {
    return send_built([built = std::move(built)]() mutable { return std::move(built); });
  }

  typename Io::template task<stream_type> stream(std::string method, std::string url,
                                                 basic_request_options<Io> options) {
    return open_built([this, method = std::move(method), url = std::move(url),
                       options = std::move(options)]() mutable {
      return build_request(std::move(method), url, std::move(options));
    });
  }
  typename Io::template task<stream_type> open(basic_request<Io> built) {
    return open_built([built = std::move(built)]() mutable { return std::move(built); });
  }

  void close() noexcept {
    is_closed_ = true;
    options_.transport->close();
  }
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  [[nodiscard]] client_statistics statistics() const noexcept {
    client_statistics result;
    if (pooled_ == nullptr) return result;
    const auto now = pooled_->statistics();
    result.active = now.lent;
    result.idle = now.idle;
    result.waiting = now.waiting;
    return result;
  }

 private:
  // The request is made inside the task, so that what is wrong with it shows at the await.

  /// Sends and reads the answer to its end.
  template <class Make>
  typename Io::template task<response> send_built(Make make) {
    auto outgoing = make();
    const time_point began = Io::read_clock();
    try {
      co_return co_await Io::with_total(outgoing.timeouts.total, [this, &outgoing, began] {
        return send_and_read(outgoing, began);
      });
    } catch (const deadline_exceeded&) {
      throw_total_exceeded(outgoing);
    }
  }

  /// Sends and reads the head of the answer.
  template <class Make>
  typename Io::template task<stream_type> open_built(Make make) {
    auto outgoing = make();
    const deadline until = deadline::after(Io::now(), outgoing.timeouts.total);
    try {
      co_return stream_type(
          co_await Io::within(until, [this, &outgoing, until] { return start(outgoing, until); }));
    } catch (const deadline_exceeded&) {
      throw_total_exceeded(outgoing);
    }
  }

  // Rethrows the deadline of whoever called, if the request has none of its own.
  [[noreturn]] static void throw_total_exceeded(const basic_request<Io>& outgoing) {
    if (outgoing.timeouts.total == no_timeout) throw;
    throw deadline_exceeded("request timed out: " + outgoing.method + " " +
                            outgoing.url.redacted() + " took longer than its total timeout allows");
  }

  typename Io::template task<detail::response_reader<Io>> start(basic_request<Io>& outgoing,
                                                                deadline until) {
    if (is_closed_) throw client_closed();
    auto answer = co_await Io::await(options_.transport->handle(outgoing));
    answer.head.method = outgoing.method;
    answer.head.url = outgoing.url.redacted();
    co_return detail::response_reader<Io>(response_head(std::move(answer.head)),
                                          std::move(answer.body), until, options_.max_body_bytes);
  }

  typename Io::template task<response> send_and_read(basic_request<Io>& outgoing,
                                                     time_point began) {
    auto answer = co_await start(outgoing, deadline::never());
    std::string body = co_await answer.read_to_end();
    const duration elapsed = Io::read_clock() - began;
    co_return response(std::move(answer), std::move(body), elapsed);
  }

  basic_client_options<Io> options_;
  proto::url base_;
  pooled_transport<Io>* pooled_ = nullptr;
  std::atomic<bool> is_closed_ = false;
};

}  // namespace leat::http
