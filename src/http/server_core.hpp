// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "leat/base/byte_buffer.hpp"
#include "leat/base/intrusive_list.hpp"
#include "leat/coro/event.hpp"
#include "leat/coro/task_group.hpp"
#include "leat/http/router.hpp"
#include "leat/http/server_options.hpp"

#include "http/date_cache.hpp"
#include "http/server_meter.hpp"

namespace leat::http::detail {

class server_session;
struct session_tag;

/// What the connections of a server share, and the rules by which they come and go.
class server_core {
 public:
  /// Errors: `invalid_argument`.
  server_core(router routes, server_options options);
  ~server_core();

  const io::endpoint& listen(const io::endpoint& at);
  [[nodiscard]] const io::endpoint& local() const;
  task<void> run();
  void shut_down() noexcept;

  [[nodiscard]] bool is_draining() const noexcept { return is_draining_; }
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }
  [[nodiscard]] const router& routes() const noexcept { return routes_; }
  [[nodiscard]] const server_options& options() const noexcept { return options_; }
  [[nodiscard]] const server_timeouts& timeouts() const noexcept { return options_.timeouts; }

  /// The line of the Date field, now.
  [[nodiscard]] std::string_view date_line() { return date_.line(executor::current().now()); }

  [[nodiscard]] bool keeps_access_records() const noexcept {
    return static_cast<bool>(options_.on_access);
  }
  void note_access(const access_record& record) noexcept;

  /// Null, if nothing is measured.
  [[nodiscard]] server_meter* meter() noexcept { return meter_.get(); }
  /// Of a request that has ended, which `meter()` measures.
  void measure(const route_match& route, std::string_view method, int status,
               duration took) noexcept;
  void measure_unreadable(int status) noexcept;
  void report(const server_error& what) noexcept;

  /// Buffers for output. A connection has one only while it has something to write, so few
  /// serve many. `buffer` is empty: it gets memory if there is some, and gives it back.
  void take_spare(byte_buffer& buffer) noexcept {
    if (spare_count_ != 0) buffer.swap(spare_[--spare_count_]);
  }
  void keep_spare(byte_buffer& buffer) noexcept {
    if (spare_count_ != spare_.size() && buffer.capacity() <= largest_spare_buffer) {
      buffer.swap(spare_[spare_count_++]);
    } else {
      buffer.release();
    }
  }

  /// Sessions say when they begin and end.
  void session_began(server_session& session) noexcept;
  void session_ended() noexcept;

 private:
  // Connections that write at the same moment are few; the memory of more goes back.
  static constexpr std::size_t most_spare_buffers = 32;
  static constexpr std::size_t largest_spare_buffer = std::size_t{32} << 10;

  task<void> accept_until_shut_down(task_group& connections);
  task<void> accept_from(io::listener& from, task_group& connections);
  task<void> wait_for_room();
  task<void> wait_until_empty();

  router routes_;
  server_options options_;
  date_cache date_;
  std::unique_ptr<server_meter> meter_;
  std::array<byte_buffer, most_spare_buffers> spare_;
  std::size_t spare_count_ = 0;  // the others have no memory
  std::vector<std::unique_ptr<io::listener>> listeners_;
  intrusive_list<server_session, session_tag> sessions_;
  std::size_t connections_ = 0;
  event session_end_;
  event drain_request_;
  bool is_draining_ = false;
  bool has_run_ = false;
};

}  // namespace leat::http::detail
