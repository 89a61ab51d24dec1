// SPDX-License-Identifier: MIT
#include "io/socket_plan.hpp"

#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "leat/io/error.hpp"

#include "io/local_address.hpp"
#include "io/owned_file.hpp"

namespace leat::io {
namespace {

/// Sets options one after the other, until one is refused.
class option_setter {
 public:
  option_setter(int socket, int family) noexcept : socket_(socket), family_(family) {}

  /// Returns the name of the option that was refused, and `errno` says why; null if none was.
  const char* set_all(const socket_options& options) noexcept {
    if (options.send_buffer) set("send_buffer", SOL_SOCKET, SO_SNDBUF, *options.send_buffer);
    if (options.receive_buffer) {
      set("receive_buffer", SOL_SOCKET, SO_RCVBUF, *options.receive_buffer);
    }
    if (family_ == AF_UNIX) return refused_;
    if (options.keep_alive) {
      const keep_alive_options& alive = *options.keep_alive;
      set("keep_alive", SOL_SOCKET, SO_KEEPALIVE, 1);
      set("keep_alive", IPPROTO_TCP, TCP_KEEPIDLE, rounded<std::chrono::seconds>(alive.idle));
      set("keep_alive", IPPROTO_TCP, TCP_KEEPINTVL, rounded<std::chrono::seconds>(alive.interval));
      set("keep_alive", IPPROTO_TCP, TCP_KEEPCNT, alive.probes);
    }
    if (options.unacknowledged) {
      set("unacknowledged", IPPROTO_TCP, TCP_USER_TIMEOUT,
          rounded<std::chrono::milliseconds>(*options.unacknowledged));
    }
    if (options.traffic_class) {
      if (family_ == AF_INET6) {
        set("traffic_class", IPPROTO_IPV6, IPV6_TCLASS, *options.traffic_class);
      } else {
        set("traffic_class", IPPROTO_IP, IP_TOS, *options.traffic_class);
      }
    }
    set("congestion_control", IPPROTO_TCP, TCP_CONGESTION, options.congestion_control);
    set("device", SOL_SOCKET, SO_BINDTODEVICE, options.device);
    if (options.mark) set_value("mark", SOL_SOCKET, SO_MARK, static_cast<int>(*options.mark));
    return refused_;
  }

 private:
  /// What the kernel could not be told comes out as a number that it refuses.
  template <class Unit>
  static std::uint64_t rounded(duration time) noexcept {
    return time < duration::zero()
               ? UINT64_MAX
               : static_cast<std::uint64_t>(std::chrono::ceil<Unit>(time).count());
  }

  void set(const char* name, int level, int option, std::uint64_t value) noexcept {
    if (value <= INT_MAX) return set_value(name, level, option, static_cast<int>(value));
    if (refused_ == nullptr) {
      refused_ = name;
      errno = EINVAL;
    }
  }
  void set(const char* name, int level, int option, const std::string& text) noexcept {
    if (!text.empty()) set(name, level, option, text.data(), text.size());
  }
  void set_value(const char* name, int level, int option, int value) noexcept {
    set(name, level, option, &value, sizeof value);
  }
  void set(const char* name, int level, int option, const void* value, std::size_t size) noexcept {
    if (refused_ != nullptr) return;
    if (::setsockopt(socket_, level, option, value, static_cast<socklen_t>(size)) != 0) {
      refused_ = name;
    }
  }

  int socket_;
  int family_;
  const char* refused_ = nullptr;
};

}  // namespace

bool socket_options::has_any() const noexcept {
  return send_buffer || receive_buffer || keep_alive || unacknowledged || traffic_class || mark ||
         !congestion_control.empty() || !device.empty();
}

socket_plan make_socket_plan(const socket_options& options, const std::string& local_address) {
  socket_plan plan;
  if (!local_address.empty()) plan.local = parse_local_address(local_address);
  plan.options = options;
  if (!options.has_any()) return plan;
  const int family = plan.local ? plan.local->family() : AF_INET;
  const owned_file probe(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe.is_open()) return plan;  // connecting will say why
  if (const char* const refused = option_setter(probe.get(), family).set_all(options)) {
    const std::error_code cause(errno, std::system_category());
    throw socket_option_refused("socket_options::" + std::string(refused) +
                                    " was refused by the kernel: " + cause.message(),
                                cause);
  }
  return plan;
}

bool prepare_socket(int socket, int family, const socket_plan& plan) noexcept {
  if (option_setter(socket, family).set_all(plan.options) != nullptr) return false;
  return !plan.local || bind_local(socket, *plan.local);
}

}  // namespace leat::io
