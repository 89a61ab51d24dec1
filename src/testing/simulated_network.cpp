// SPDX-License-Identifier: MIT
#include "leat/testing/simulated_network.hpp"

#include <algorithm>
#include <utility>

#include "leat/coro/sleep.hpp"
#include "leat/io/error.hpp"

#include "testing/simulated_core.hpp"

namespace leat::testing {
namespace {

using detail::network_event;
using detail::simulated_backlog;
using detail::simulated_link;
using detail::simulated_stream;
using stream_ptr = std::unique_ptr<io::async_stream>;

const std::string own_host = "localhost";

bool is_loopback(const std::string& host) noexcept {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_any_address(const std::string& host) noexcept {
  return host == "0.0.0.0" || host == "::";
}

/// Addresses are not looked up.
bool is_numeric(const std::string& host) noexcept {
  return host.find(':') != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

/// Where a listener of `host` is found. Ports and paths belong to a host.
std::string key_of(const std::string& host, const io::endpoint& at) {
  return at.is_unix() ? host + " " + at.to_string() : host + ":" + std::to_string(at.port());
}

[[noreturn]] void throw_refused(const io::endpoint& to) {
  throw io::connect_error("connect failed: " + to.to_string() + ": Connection refused",
                          std::make_error_code(std::errc::connection_refused));
}

class simulated_listener final : public io::listener {
 public:
  simulated_listener(std::shared_ptr<simulated_network::core> net, std::string key, io::endpoint at,
                     std::shared_ptr<simulated_backlog> waiting)
      : net_(std::move(net)),
        key_(std::move(key)),
        local_(std::move(at)),
        backlog_(std::move(waiting)) {}
  ~simulated_listener() override { close(); }

  task<stream_ptr> accept() override {
    co_await stop_if_requested();
    auto& waiting = backlog_->waiting;
    for (;;) {
      if (backlog_->is_closed) {
        throw io::accept_error("accept failed: " + local_.to_string() + ": closed",
                               std::make_error_code(std::errc::operation_canceled));
      }
      auto next = deadline::never();
      if (!waiting.empty()) {
        next = deadline(waiting.front().visible_at);
        if (next.at() <= executor::current().now()) break;
      }
      static_cast<void>(co_await backlog_->arrival.wait(next));
    }
    auto accepted = std::move(waiting.front().stream);
    waiting.pop_front();
    backlog_->room.notify();
    accepted->link().note(network_event::accepted, detail::direction::back);
    co_return accepted;
  }

  void close() noexcept override {
    if (std::exchange(backlog_->is_closed, true)) return;
    for (auto& each : backlog_->waiting) each.stream->abort();
    backlog_->waiting.clear();
    backlog_->arrival.notify();
    backlog_->room.notify();
    net_->listeners.erase(key_);
  }

  const io::endpoint& local() const noexcept override { return local_; }

 private:
  std::shared_ptr<simulated_network::core> net_;
  std::string key_;
  io::endpoint local_;
  std::shared_ptr<simulated_backlog> backlog_;
};

/// The network as one host sees it.
class host_network final : public io::network {
 public:
  host_network(simulated_network::core& net, std::string name) noexcept
      : net_(net), name_(std::move(name)) {}

  task<stream_ptr> connect(io::endpoint to, deadline until) override {
    return simulated_network::core::connect(net_.shared_from_this(), name_, std::move(to), until);
  }

  std::unique_ptr<io::listener> listen(const io::endpoint& at,
                                       io::listen_options options) override {
    if (!at.is_unix() && at.host() != name_ && !is_loopback(at.host()) &&
        !is_any_address(at.host())) {
      throw io::listen_error(
          "listen failed: " + at.to_string() + ": no address of the host " + name_,
          std::make_error_code(std::errc::address_not_available));
    }
    return simulated_network::core::listen(net_.shared_from_this(), name_, at, options);
  }

 private:
  simulated_network::core& net_;
  std::string name_;
};

}  // namespace

simulated_network::core::core(std::uint64_t from_seed, const link_profile& how)
    : seed(from_seed), random(from_seed), links(how) {}

simulated_network::core::~core() {
  executor_ends();
}

void simulated_network::core::executor_ends() noexcept {
  while (!connections.is_empty()) connections.front().abandon();
}

simulated_network::core::host_pair simulated_network::core::pair_of(const std::string& one,
                                                                    const std::string& other) {
  return one < other ? host_pair{one, other} : host_pair{other, one};
}

const link_profile& simulated_network::core::profile_between(const std::string& one,
                                                             const std::string& other) const {
  static const link_profile perfect;
  const auto special = special_links.find(pair_of(one, other));
  if (special != special_links.end()) return special->second;
  return one == other ? perfect : links;
}

bool simulated_network::core::is_partitioned(const std::string& one,
                                             const std::string& other) const noexcept {
  // Looked through, because to look it up would need memory.
  return std::ranges::any_of(partitions_, [&](const host_pair& each) {
    return (each.first == one && each.second == other) ||
           (each.first == other && each.second == one);
  });
}

void simulated_network::core::set_partition(const std::string& one, const std::string& other,
                                            bool parted) {
  if (is_partitioned(one, other) == parted) return;
  note(parted ? network_event::partitioned : network_event::healed, log.add_route(0, one, other));
  if (parted) {
    partitions_.insert(pair_of(one, other));
    return;
  }
  partitions_.erase(pair_of(one, other));
  for (auto* each = connections.first(); each != nullptr; each = connections.next(*each)) {
    if (pair_of(each->from, each->to) == pair_of(one, other)) each->resume();
  }
  healed_.notify();
}

void simulated_network::core::note(network_event what, std::size_t route, detail::direction towards,
                                   std::size_t bytes) noexcept {
  // Nothing happens between two runs of a loop, except that what is left over is given up.
  if (executor* const running = executor::current_or_null()) {
    log.note(running->now(), what, route, towards, bytes);
  }
}

task<stream_ptr> simulated_network::core::connect(std::shared_ptr<core> self, std::string from,
                                                  io::endpoint to, deadline until) {
  co_await yield_now();
  if (!self->is_linked()) executor::current().add_guest(*self);
  const std::string host = to.is_unix() || is_loopback(to.host()) ? from : to.host();
  const link_profile how = self->profile_between(from, host);
  const auto route = self->log.add_route(0, from, to.to_string());

  if (!is_numeric(to.host()) && !to.is_unix() && !is_loopback(to.host()) &&
      (!self->hosts.contains(host) || self->unknown_names.contains(host) ||
       self->random.chance(how.lookup_failure))) {
    self->note(network_event::lookup_failed, route);
    throw io::resolve_error("resolve failed: " + to.host() + ": unknown name",
                            std::make_error_code(std::errc::host_unreachable));
  }
  if (!self->hosts.contains(host)) {
    self->note(network_event::unreachable, route);
    throw io::connect_error("connect failed: " + to.to_string() + ": No route to host",
                            std::make_error_code(std::errc::host_unreachable));
  }

  const auto time_out = [&self, &route, &to] {
    self->note(network_event::timed_out, route);
    throw io::connect_timeout("connect timed out: " + to.to_string() + " did not answer in time");
  };
  if (self->random.chance(how.black_hole)) {
    self->note(network_event::swallowed, route);
    co_await sleep_until(until.at());
    time_out();
  }
  const bool is_refused = self->random.chance(how.refusal);
  const auto one_way = [&] { return how.latency + self->random.up_to(how.jitter); };
  do {
    while (self->is_partitioned(from, host)) {
      if (!co_await self->healed_.wait(until)) time_out();
    }
    const duration round_trip = one_way() + one_way();
    if (round_trip == duration::zero()) break;
    const time_point answered = executor::current().now() + round_trip;
    const bool is_in_time = deadline(answered) <= until;
    co_await sleep_until(is_in_time ? answered : until.at());
    if (!is_in_time) time_out();
  } while (self->is_partitioned(from, host));

  for (;;) {
    const auto found = self->listeners.find(key_of(host, to));
    if (is_refused || found == self->listeners.end()) {
      self->note(network_event::refused, route);
      throw_refused(to);
    }
    const auto waiting = found->second;
    if (waiting->waiting.size() < waiting->most) {
      co_return self->establish(from, host, to, *waiting);
    }
    if (!co_await waiting->room.wait(until)) time_out();
  }
}

stream_ptr simulated_network::core::establish(const std::string& from, const std::string& host,
                                              const io::endpoint& to, simulated_backlog& at) {
  const link_profile& how = profile_between(from, host);
  const std::size_t id = connections_made_ + 1;
  const auto link = std::make_shared<simulated_link>(*this, id, from, host,
                                                     log.add_route(id, from, to.to_string()), how);
  // A client's port, for messages.
  const std::string client_name = from + ":" + std::to_string(49151 + id);
  auto near = std::make_unique<simulated_stream>(link, 0, to.to_string());
  auto far = std::make_unique<simulated_stream>(link, 1, client_name);

  time_point visible = executor::current().now() + random.up_to(how.accept_delay);
  if (!at.waiting.empty()) visible = std::max(visible, at.waiting.back().visible_at);
  at.waiting.push_back({std::move(far), visible});
  connections_made_ = id;
  connections.push_back(*link);
  link->note(network_event::connected);
  draw_faults(*link, how);
  at.arrival.notify();
  return near;
}

void simulated_network::core::draw_faults(simulated_link& link, const link_profile& how) {
  link.drips = random.chance(how.dripping);
  const bool resets = random.chance(how.reset);
  const bool vanishes = random.chance(how.vanishing);
  if (!resets && !vanishes) return;
  const auto what = resets ? detail::link_fault::reset : detail::link_fault::vanish;
  if (random.chance(0.5)) {
    link.output_of(random.below(2)).fault_after(random.below(how.fault_within_bytes), what);
  } else {
    link.fault_at(executor::current().now() + random.up_to(how.fault_within), what);
  }
}

std::unique_ptr<io::listener> simulated_network::core::listen(std::shared_ptr<core> self,
                                                              const std::string& host,
                                                              const io::endpoint& at,
                                                              const io::listen_options& options) {
  io::endpoint local = at;
  while (!at.is_unix() && local.port() == 0) {
    const auto chosen = io::endpoint::tcp(at.host(), self->next_port_++);
    if (!self->listeners.contains(key_of(host, chosen))) local = chosen;
  }
  auto key = key_of(host, local);
  auto backlog = std::make_shared<simulated_backlog>();
  backlog->most = static_cast<std::size_t>(std::max(options.backlog, 1));
  if (!self->listeners.emplace(key, backlog).second) {
    throw io::listen_error("listen failed: " + local.to_string() + ": the address is in use",
                           std::make_error_code(std::errc::address_in_use));
  }
  return std::make_unique<simulated_listener>(std::move(self), std::move(key), std::move(local),
                                              std::move(backlog));
}

simulated_network::simulated_network(std::uint64_t seed, const link_profile& links)
    : core_(std::make_shared<core>(seed, links)) {
  static_cast<void>(host(own_host));
}

simulated_network::~simulated_network() {
  core_->executor_ends();
}

task<stream_ptr> simulated_network::connect(io::endpoint to, deadline until) {
  return core::connect(core_, own_host, std::move(to), until);
}

std::unique_ptr<io::listener> simulated_network::listen(const io::endpoint& at,
                                                        io::listen_options options) {
  const bool is_own = at.is_unix() || is_loopback(at.host()) || is_any_address(at.host());
  const std::string name = is_own ? own_host : at.host();
  static_cast<void>(host(name));
  return core::listen(core_, name, at, options);
}

io::network& simulated_network::host(const std::string& name) {
  auto& found = core_->hosts[name];
  if (found == nullptr) found = std::make_unique<host_network>(*core_, name);
  return *found;
}

void simulated_network::set_links(const link_profile& links) {
  core_->links = links;
}

void simulated_network::set_link(const std::string& one, const std::string& other,
                                 const link_profile& link) {
  core_->special_links.insert_or_assign(core::pair_of(one, other), link);
}

void simulated_network::partition(const std::string& one, const std::string& other) {
  core_->set_partition(one, other, true);
}

void simulated_network::heal(const std::string& one, const std::string& other) {
  core_->set_partition(one, other, false);
}

void simulated_network::fail_lookups(const std::string& name, bool fail) {
  if (fail) {
    core_->unknown_names.insert(name);
  } else {
    core_->unknown_names.erase(name);
  }
}

std::vector<simulated_connection> simulated_network::connections() const {
  std::vector<simulated_connection> open;
  auto& all = core_->connections;
  for (auto* each = all.first(); each != nullptr; each = all.next(*each)) {
    if (!each->is_finished()) open.emplace_back(each->shared_from_this());
  }
  return open;
}

std::uint64_t simulated_network::seed() const noexcept {
  return core_->seed;
}

std::string simulated_network::trace() const {
  return core_->log.text();
}

}  // namespace leat::testing
