// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "leat/testing/random.hpp"
#include "leat/testing/simulated_network.hpp"

#include "testing/notice.hpp"
#include "testing/simulated_link.hpp"
#include "testing/simulation_log.hpp"

namespace leat::testing {

namespace detail {

/// Connections that wait to be accepted.
struct simulated_backlog {
  struct entry {
    std::unique_ptr<simulated_stream> stream;
    time_point visible_at;
  };

  std::deque<entry> waiting;
  std::size_t most = 1;
  notice arrival;
  notice room;
  bool is_closed = false;
};

}  // namespace detail

/// What the hosts of a network share: who listens where, what is connected, and how it is
/// between them.
class simulated_network::core final : public executor_guest,
                                      public std::enable_shared_from_this<core> {
 public:
  core(std::uint64_t seed, const link_profile& links);
  ~core();

  static task<std::unique_ptr<io::async_stream>> connect(std::shared_ptr<core> self,
                                                         std::string from, io::endpoint to,
                                                         deadline until);
  static std::unique_ptr<io::listener> listen(std::shared_ptr<core> self, const std::string& host,
                                              const io::endpoint& at,
                                              const io::listen_options& options);

  [[nodiscard]] const link_profile& profile_between(const std::string& one,
                                                    const std::string& other) const;
  [[nodiscard]] bool is_partitioned(const std::string& one,
                                    const std::string& other) const noexcept;
  void set_partition(const std::string& one, const std::string& other, bool parted);

  void note(detail::network_event what, std::size_t route,
            detail::direction towards = detail::direction::forth, std::size_t bytes = 0) noexcept;

  void executor_ends() noexcept override;

  using host_pair = std::pair<std::string, std::string>;
  [[nodiscard]] static host_pair pair_of(const std::string& one, const std::string& other);

  std::uint64_t seed;
  random_source random;
  detail::simulation_log log;
  link_profile links;
  std::map<host_pair, link_profile> special_links;
  std::map<std::string, std::unique_ptr<io::network>> hosts;
  std::set<std::string> unknown_names;
  std::map<std::string, std::shared_ptr<detail::simulated_backlog>> listeners;
  intrusive_list<detail::simulated_link, detail::link_tag> connections;

 private:
  void draw_faults(detail::simulated_link& link, const link_profile& profile);
  std::unique_ptr<io::async_stream> establish(const std::string& from, const std::string& host,
                                              const io::endpoint& to,
                                              detail::simulated_backlog& at);

  std::set<host_pair> partitions_;
  detail::notice healed_;
  std::size_t connections_made_ = 0;
  std::uint16_t next_port_ = 49152;  // the first dynamic port (RFC 6335, section 6)
};

}  // namespace leat::testing
