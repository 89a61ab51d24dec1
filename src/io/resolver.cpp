// SPDX-License-Identifier: MIT
#include "io/resolver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "leat/coro/thread_pool.hpp"
#include "leat/coro/timed_leaf.hpp"
#include "leat/coro/with_timeout.hpp"
#include "leat/io/error.hpp"

#include "io/address_lookup.hpp"

namespace leat::io {
namespace {

std::optional<socket_address> parse_numeric(const endpoint& at) noexcept {
  socket_address address;
  if (at.is_unix()) {
    auto* const un = reinterpret_cast<sockaddr_un*>(&address.storage);
    if (at.host().size() >= sizeof un->sun_path) return std::nullopt;
    un->sun_family = AF_UNIX;
    std::memcpy(un->sun_path, at.host().c_str(), at.host().size() + 1);
    address.size = sizeof(sockaddr_un);
    return address;
  }
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, at.host().c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(at.port());
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, at.host().c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(at.port());
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return std::nullopt;
}

class lookup_awaiter;

/// A lookup under way. It owns itself from when a thread may work on it until it has come home:
/// `getaddrinfo` cannot be stopped, and the task that asked may be gone when it returns.
class lookup {
 public:
  lookup(executor& home, const endpoint& at, semaphore::permit permit)
      : home_(home),
        host_(at.host()),
        port_(std::to_string(at.port())),
        permit_(std::move(permit)) {}

  void submit_to(thread_pool& pool) {
    pool.submit(job_);
    home_.external_work_started();
  }

  /// Takes it back if no thread has begun it.
  [[nodiscard]] bool withdraw_from(thread_pool& pool) noexcept {
    if (!pool.withdraw(job_)) return false;
    home_.external_work_finished();
    return true;
  }

  lookup_awaiter* awaiter = nullptr;  ///< Null once nobody waits any more.
  lookup_result found;

 private:
  struct job final : thread_job {
    explicit job(lookup& on) noexcept : self(on) {}
    void run() noexcept override {
      self.found = io::look_up(self.host_, self.port_);
      self.home_.post(self.way_home_);
    }
    lookup& self;
  };
  struct way_home final : posted_call {
    explicit way_home(lookup& on) noexcept : self(on) {}
    void run() noexcept override { self.came_home(); }
    lookup& self;
  };

  void came_home() noexcept;

  executor& home_;
  std::string host_;
  std::string port_;
  semaphore::permit permit_;
  job job_{*this};
  way_home way_home_{*this};
};

class [[nodiscard]] lookup_awaiter final : public timed_leaf {
 public:
  lookup_awaiter(std::unique_ptr<lookup> work, thread_pool& pool, deadline until) noexcept
      : timed_leaf(until), work_(std::move(work)), pool_(pool) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  /// Null if the deadline has passed.
  [[nodiscard]] std::unique_ptr<lookup> await_resume() noexcept { return std::move(result_); }

  void done(std::unique_ptr<lookup> work) noexcept {
    disarm_deadline();
    result_ = std::move(work);
    complete();
  }

 private:
  void start() noexcept override {
    arm_deadline();
    work_->awaiter = this;
    running_ = work_.release();
    try {
      running_->submit_to(pool_);
    } catch (const std::exception&) {
      std::unique_ptr<lookup> failed(running_);
      failed->found.failure = EAI_AGAIN;  // no thread to be had, or no memory for one
      done(std::move(failed));
    }
  }
  detach_result detach() noexcept override {
    disarm_deadline();
    running_->awaiter = nullptr;
    if (running_->withdraw_from(pool_)) delete running_;
    return detach_result::detached;
  }
  void describe(wait_description& to) const noexcept override { to.add("a name lookup"); }

  std::unique_ptr<lookup> work_;
  std::unique_ptr<lookup> result_;
  lookup* running_ = nullptr;
  thread_pool& pool_;
};

void lookup::came_home() noexcept {
  std::unique_ptr<lookup> self(this);
  home_.external_work_finished();
  permit_.release();
  if (awaiter != nullptr) awaiter->done(std::move(self));
}

/// Waits for a place in the pool, which may be full of calls that block.
task<semaphore::permit> acquire_until(semaphore& places, deadline until) {
  if (auto permit = places.try_acquire()) co_return permit;
  if (until.is_never()) co_return co_await places.acquire();
  const duration left = std::max(until.at() - executor::current().now(), duration::zero());
  co_return co_await with_timeout(left, places.acquire());
}

[[noreturn]] void throw_lookup_timeout(const endpoint& at) {
  throw connect_timeout("connect timed out: looking up " + at.host() + " took too long");
}

}  // namespace

endpoint to_endpoint(const socket_address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.family() == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return endpoint::tcp(text.data(), ntohs(v4.sin_port));
  }
  if (address.family() == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return endpoint::tcp(text.data(), ntohs(v6.sin6_port));
  }
  const auto& un = reinterpret_cast<const sockaddr_un&>(address.storage);
  return endpoint::unix_socket(address.size > sizeof(sa_family_t) ? un.sun_path : "");
}

std::string peer_address_of(int socket) {
  socket_address peer;
  peer.size = sizeof peer.storage;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer.storage), &peer.size) != 0) return {};
  const endpoint at = to_endpoint(peer);
  return at.host().empty() ? std::string() : at.to_string();  // a pair of sockets has no names
}

socket_address numeric_address(const endpoint& at) {
  if (auto address = parse_numeric(at)) return *address;
  throw resolve_error("not a numeric address or a path short enough for a socket: " +
                      at.to_string());
}

lookup_result look_up(const std::string& host, const std::string& port) noexcept {
  lookup_result result;
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  result.failure = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (result.failure == EAI_SYSTEM) result.system_error = errno;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  try {
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
      socket_address address;
      std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
      address.size = each->ai_addrlen;
      result.addresses.push_back(address);
    }
  } catch (const std::bad_alloc&) {
    result.failure = EAI_MEMORY;
  }
  return result;
}

void throw_resolve_error(const endpoint& at, const lookup_result& found) {
  const std::string reason = found.failure == EAI_SYSTEM
                                 ? std::system_category().message(found.system_error)
                                 : std::string(::gai_strerror(found.failure));
  throw resolve_error("name lookup failed: " + at.host() + ": " + reason);
}

std::vector<socket_address> resolve_blocking(const endpoint& at) {
  if (at.is_unix()) return {numeric_address(at)};
  if (const auto numeric = parse_numeric(at)) return {*numeric};
  auto found = look_up(at.host(), std::to_string(at.port()));
  if (found.failure != 0) throw_resolve_error(at, found);
  return std::move(found.addresses);
}

task<std::vector<socket_address>> resolve(endpoint at, deadline until) {
  if (at.is_unix()) {
    co_return std::vector{numeric_address(at)};
  }
  if (const auto numeric = parse_numeric(at)) {
    co_return std::vector{*numeric};
  }
  executor& home = executor::current();
  thread_pool& pool = home.blocking_threads();
  semaphore::permit permit;
  try {
    permit = co_await acquire_until(pool.capacity(), until);
  } catch (const deadline_exceeded&) {
    throw_lookup_timeout(at);
  }
  const auto work =
      co_await lookup_awaiter(std::make_unique<lookup>(home, at, std::move(permit)), pool, until);
  if (work == nullptr) throw_lookup_timeout(at);
  if (work->found.failure != 0) throw_resolve_error(at, work->found);
  co_return std::move(work->found.addresses);
}

}  // namespace leat::io
