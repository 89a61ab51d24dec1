// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "leat/http/transport_options.hpp"
#include "leat/io/error.hpp"
#include "leat/io/tls.hpp"

#include "http/proxy_rules.hpp"
#include "http/surface.hpp"
#include "http/tunnel.hpp"
#include "http/tunnel_stream.hpp"

namespace leat::http {

/// The rules for proxies that the options and the environment make.
/// Errors: `invalid_url`, `invalid_argument`.
template <class Io>
[[nodiscard]] proxy_rules proxy_rules_of(const basic_transport_options<Io>& options) {
  if (!options.proxy.empty()) {
    if (!options.unix_socket.empty()) {
      throw invalid_argument("transport_options: a Unix socket cannot be reached by a proxy");
    }
    return proxy_rules(parse_proxy(options.proxy, "transport_options::proxy"));
  }
  if (!options.environment || !options.unix_socket.empty()) return {};
  return proxy_rules(options.environment);
}

/// The options with what the environment adds. The environment is empty if it is not asked.
template <class Io>
[[nodiscard]] basic_transport_options<Io> with_environment(basic_transport_options<Io> options) {
  const bool is_of_system = options.network == nullptr && options.unix_socket.empty();
  if (!options.trust_env) {
    options.environment = nullptr;
  } else if (!options.environment && is_of_system) {
    options.environment = process_environment();
  }
  auto& tls = options.tls;
  if (options.environment && tls.trusted.empty() && tls.trusted_file.empty() &&
      tls.trusted_folder.empty()) {
    tls.trusted_file = options.environment("SSL_CERT_FILE").value_or("");
    tls.trusted_folder = options.environment("SSL_CERT_DIR").value_or("");
  }
  return options;
}

/// A context that is made when it is first needed, because it reads files.
template <class Io>
class lazy_tls_context {
 public:
  explicit lazy_tls_context(io::tls_client_options options) : options_(std::move(options)) {}

  typename Io::template task<io::tls_context> get() {
    {
      const std::lock_guard lock(mutex_);
      if (made_) co_return *made_;
    }
    auto made = co_await Io::offload([this] { return io::tls_context::client(options_); });
    const std::lock_guard lock(mutex_);
    if (!made_) made_ = std::move(made);
    co_return *made_;
  }

 private:
  io::tls_client_options options_;
  std::mutex mutex_;
  std::optional<io::tls_context> made_;
};

/// Makes the connections of a transport: directly, from an address, to a Unix socket, or through
/// a proxy; with TLS where the URL says so.
template <class Io>
class origin_connector {
 public:
  struct connection {
    std::unique_ptr<typename Io::stream> stream;
    bool has_chosen_http2 = false;  ///< By ALPN.
  };

  /// `options` are with the environment.
  explicit origin_connector(const basic_transport_options<Io>& options)
      : network_(options.network),
        unix_socket_(options.unix_socket),
        retries_(options.connect_retries),
        rules_(proxy_rules_of(options)),
        tls_(options.tls),
        proxy_tls_(of_proxy(options.tls)) {
    if (options.local_address.empty()) return;
    if (network_ != nullptr || !unix_socket_.empty()) {
      throw invalid_argument(
          "transport_options: local_address is one of the system's network, not of another");
    }
    own_network_ = surface<Io>::make_system_network(options.local_address);
    network_ = own_network_.get();
  }

  /// Null: none. Lifetime: that of the connector.
  [[nodiscard]] const proxy_server* proxy_for(const proto::url& to) const {
    return rules_.find(to);
  }

  /// Errors: `io::resolve_error`, `io::connect_error`, `io::connect_timeout`, `io::tls_error`;
  /// `proxy_error`.
  typename Io::template task<connection> connect(const proto::url& to, const proxy_server* via,
                                                 duration limit) {
    const deadline until = deadline::after(Io::now(), limit);
    connection made;
    if (via != nullptr) {
      made.stream = co_await reach_proxy(*via, to, until);
      if (via->forwards(to)) co_return made;
      co_await open_tunnel<Io>(*made.stream, *via, to, until);
      made.stream = make_tunnel_stream(std::move(made.stream), *via, to);
    } else {
      made.stream = co_await reach(endpoint_of(to), until);
    }
    if (to.scheme() == "https") {
      auto context = co_await tls_.get();
      auto secure = co_await Io::await(io::connect_tls(std::move(made.stream), std::move(context),
                                                       std::string(to.host()), until));
      made.has_chosen_http2 = secure->tls().alpn == "h2";
      made.stream = std::move(secure);
    }
    co_return made;
  }

 private:
  using stream_ptr = std::unique_ptr<typename Io::stream>;

  static io::tls_client_options of_proxy(io::tls_client_options options) {
    options.pinned_keys.clear();
    options.identity = {};
    options.alpn = {"http/1.1"};
    return options;
  }

  [[nodiscard]] io::endpoint endpoint_of(const proto::url& to) const {
    if (!unix_socket_.empty()) return io::endpoint::unix_socket(unix_socket_);
    return io::endpoint::tcp(std::string(to.host()), to.port());
  }

  typename Io::template task<stream_ptr> reach_proxy(const proxy_server& via, const proto::url& to,
                                                     deadline until) {
    stream_ptr stream;
    try {
      stream = co_await reach(io::endpoint::tcp(via.host, via.port), until);
    } catch (const io::connect_error& why) {
      throw_proxy_unreachable(via, why);
    } catch (const io::resolve_error& why) {
      throw_proxy_unreachable(via, why);
    }
    if (via.speaks != proxy_server::kind::https) co_return stream;
    auto context = co_await proxy_tls_.get();
    try {
      co_return co_await Io::await(
          io::connect_tls(std::move(stream), std::move(context), via.host, until));
    } catch (const io::tls_error& why) {
      throw_proxy_tls_failed(via, why);
    } catch (const io::read_error& why) {
      throw_tunnel_lost(via, to, why);
    } catch (const io::write_error& why) {
      throw_tunnel_lost(via, to, why);
    }
  }

  /// Connects, again if that fails and may be tried again.
  typename Io::template task<stream_ptr> reach(io::endpoint at, deadline until) {
    auto& net = network_ != nullptr ? *network_ : surface<Io>::system_network();
    constexpr duration first_pause = std::chrono::milliseconds(500);
    constexpr duration longest_pause = std::chrono::minutes(1);
    duration pause{};
    for (std::size_t left = retries_;; --left) {
      std::exception_ptr failure;
      try {
        co_return co_await Io::connect(net, at, until);
      } catch (const io::connect_error&) {
        failure = std::current_exception();
      } catch (const io::resolve_error&) {
        failure = std::current_exception();
      }
      if (left == 0 || deadline::after(Io::now(), pause) >= until) {
        std::rethrow_exception(failure);
      }
      if (pause != duration::zero()) co_await Io::sleep_for(pause);
      pause = std::clamp(2 * pause, first_pause, longest_pause);
    }
  }

  typename Io::network* network_;
  std::unique_ptr<typename Io::network> own_network_;
  std::string unix_socket_;
  std::size_t retries_;
  proxy_rules rules_;
  lazy_tls_context<Io> tls_;
  lazy_tls_context<Io> proxy_tls_;
};

}  // namespace leat::http
