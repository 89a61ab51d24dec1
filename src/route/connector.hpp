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

#include "leat/base/error.hpp"
#include "leat/io/error.hpp"
#include "leat/io/network.hpp"
#include "leat/io/policy.hpp"
#include "leat/io/tls.hpp"
#include "leat/proto/url/url.hpp"
#include "leat/route/environment.hpp"

#include "route/connect_observer.hpp"
#include "route/proxy_rules.hpp"
#include "route/tunnel.hpp"
#include "route/tunnel_stream.hpp"

// How the clients reach their origins (docs/adr/0029). What each of them offers of it, and what it
// calls that, is in its own options.

namespace leat::route {

template <class Io>
struct system_networks;
template <>
struct system_networks<io::async> {
  static io::network& get() noexcept { return io::system_network(); }
  static auto make(const io::socket_options& options, const std::string& local_address) {
    return io::make_system_network(options, local_address);
  }
};
template <>
struct system_networks<io::blocking> {
  static io::blocking_network& get() noexcept { return io::system_blocking_network(); }
  static auto make(const io::socket_options& options, const std::string& local_address) {
    return io::make_system_blocking_network(options, local_address);
  }
};

template <class Io>
struct connector_options {
  typename Io::network* network = nullptr;  ///< The system's, if null.
  std::string proxy{};                      ///< Empty: what the environment says.
  route::environment environment{};         ///< Empty: it says nothing.
  std::string unix_socket{};                ///< Empty: none.
  std::string local_address{};              ///< Empty: any.
  io::socket_options socket_options{};
  std::size_t retries = 0;
  io::tls_client_options tls{};
  std::optional<io::tls_context> tls_context{};  ///< In place of `tls`, for origins.
};

/// The environment that a client asks: the process's, unless another is given, but none where
/// `trusts` is false or where it is not the system that makes the connections.
[[nodiscard]] inline environment asked_environment(bool trusts, environment given,
                                                   bool is_of_system) {
  if (!trusts) return nullptr;
  if (!given && is_of_system) return process_environment();
  return given;
}

/// Adds whom the environment trusts, unless the options say it.
inline void add_trusted(io::tls_client_options& tls, const environment& asked) {
  if (!asked || !tls.trusted.empty() || !tls.trusted_file.empty() || !tls.trusted_folder.empty()) {
    return;
  }
  tls.trusted_file = asked("SSL_CERT_FILE").value_or("");
  tls.trusted_folder = asked("SSL_CERT_DIR").value_or("");
}

/// A context that is made when it is first needed, because it reads files.
template <class Io>
class lazy_tls_context {
 public:
  explicit lazy_tls_context(io::tls_client_options options,
                            std::optional<io::tls_context> made = std::nullopt)
      : options_(std::move(options)), made_(std::move(made)) {}

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

/// Makes the connections of a client: directly, from an address, to a Unix socket, or through
/// a proxy; with TLS where the URL says so.
template <class Io>
class connector {
 public:
  struct connection {
    std::unique_ptr<typename Io::stream> stream;
    bool has_chosen_http2 = false;  ///< By ALPN.
  };

  /// Errors: `invalid_proxy`; `invalid_argument` for options that exclude each other;
  /// `io::socket_option_refused`.
  explicit connector(connector_options<Io> options)
      : network_(options.network),
        unix_socket_(std::move(options.unix_socket)),
        retries_(options.retries),
        tls_(options.tls, std::move(options.tls_context)),
        proxy_tls_(of_proxy(std::move(options.tls))) {
    if (!options.proxy.empty()) {
      if (!unix_socket_.empty()) {
        throw invalid_argument("a Unix socket cannot be reached by a proxy");
      }
      rules_ = proxy_rules(parse_proxy(options.proxy, "the option `proxy`"));
    } else if (options.environment && unix_socket_.empty()) {
      rules_ = proxy_rules(options.environment);
    }
    if (options.local_address.empty() && !options.socket_options.has_any()) return;
    if (network_ != nullptr) {
      throw invalid_argument(
          "local_address and socket_options are those of the system's network, not of another");
    }
    if (!options.local_address.empty() && !unix_socket_.empty()) {
      throw invalid_argument("a Unix socket cannot be reached from a local_address");
    }
    own_network_ = system_networks<Io>::make(options.socket_options, options.local_address);
    network_ = own_network_.get();
  }

  /// Null: none. Lifetime: that of the connector.
  [[nodiscard]] const proxy_server* proxy_for(const proto::url& to) const {
    return rules_.find(to);
  }

  /// `via` is what `proxy_for(to)` says. Whom the origin has to be in TLS is `server_name`; the
  /// host of `to`, if that is empty. `observer` is told, unless it is null.
  ///
  /// Cancellation: lossy; nothing is left of it. Errors: `io::resolve_error`, `io::connect_error`,
  /// `io::connect_timeout`, `io::tls_error`; `proxy_error`.
  typename Io::template task<connection> connect(const proto::url& to, const proxy_server* via,
                                                 deadline until, std::string server_name = {},
                                                 connect_observer* observer = nullptr) {
    connection made;
    if (via != nullptr) {
      made.stream = co_await reach_proxy(*via, to, until, observer);
      if (via->forwards(to)) co_return made;
      if (observer != nullptr) observer->opening_tunnel();
      co_await open_tunnel<Io>(*made.stream, *via, to, until);
      made.stream = make_tunnel_stream(std::move(made.stream), *via, to);
      if (observer != nullptr) observer->opened_tunnel(made.stream->peer_name());
    } else {
      made.stream = co_await reach(endpoint_of(to), until, observer);
    }
    if (to.scheme() == "https" || to.scheme() == "wss") {
      if (server_name.empty()) server_name = to.host();
      if (observer != nullptr) observer->beginning_tls();
      auto context = co_await tls_.get();
      auto secure = co_await Io::await(io::connect_tls(std::move(made.stream), std::move(context),
                                                       std::move(server_name), until));
      made.has_chosen_http2 = secure->tls().alpn == "h2";
      if (observer != nullptr) observer->began_tls(secure->tls());
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
                                                     deadline until, connect_observer* observer) {
    stream_ptr stream;
    try {
      stream = co_await reach(io::endpoint::tcp(via.host, via.port), until, observer);
    } catch (const io::connect_error& why) {
      throw_proxy_unreachable(via, why);
    } catch (const io::resolve_error& why) {
      throw_proxy_unreachable(via, why);
    }
    if (via.speaks != proxy_server::kind::https) co_return stream;
    if (observer != nullptr) observer->beginning_tls();
    auto context = co_await proxy_tls_.get();
    try {
      auto secure = co_await Io::await(
          io::connect_tls(std::move(stream), std::move(context), via.host, until));
      if (observer != nullptr) observer->began_tls(secure->tls());
      co_return stream_ptr(std::move(secure));
    } catch (const io::tls_error& why) {
      throw_proxy_tls_failed(via, why);
    } catch (const io::read_error& why) {
      throw_tunnel_lost(via, to, why);
    } catch (const io::write_error& why) {
      throw_tunnel_lost(via, to, why);
    }
  }

  /// Connects, again if that fails and may be tried again.
  typename Io::template task<stream_ptr> reach(io::endpoint at, deadline until,
                                               connect_observer* observer) {
    auto& net = network_ != nullptr ? *network_ : system_networks<Io>::get();
    constexpr duration first_pause = std::chrono::milliseconds(500);
    constexpr duration longest_pause = std::chrono::minutes(1);
    duration pause{};
    for (std::size_t left = retries_;; --left) {
      std::exception_ptr failure;
      if (observer != nullptr) observer->connecting(at.to_string());
      try {
        auto made = co_await Io::connect(net, at, until);
        if (observer != nullptr) observer->connected(made->peer_name(), made->peer_address());
        co_return made;
      } catch (const io::connect_error&) {
        failure = std::current_exception();
      } catch (const io::resolve_error&) {
        failure = std::current_exception();
      }
      if (left == 0 || deadline::after(Io::now(), pause) >= until) {
        std::rethrow_exception(failure);
      }
      if (observer != nullptr) observer->failed_once(failure);
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

}  // namespace leat::route
