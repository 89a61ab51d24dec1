// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "leat/coro/event.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/http/transport.hpp"

#include "http/exchange_trace.hpp"
#include "http/http2_connection.hpp"
#include "http/surface.hpp"
#include "http/traced_body.hpp"

namespace leat::http {

/// An HTTP/2 connection with the slot of the pool that it stands for, shared by its requests. The
/// last of them gives it back.
template <class Io>
class http2_share {
 public:
  using lease_type = typename surface<Io>::pool::lease;

  explicit http2_share(lease_type held) noexcept : lease_(std::move(held)) {}
  http2_share(const http2_share&) = delete;
  http2_share& operator=(const http2_share&) = delete;
  ~http2_share() {
    if (has_home() && connection().is_clean()) lease_.mark_clean();
  }

  [[nodiscard]] http2_connection<Io>& connection() const noexcept {
    return static_cast<http2_connection<Io>&>(*lease_.get());
  }

  /// Whether others may use the connection.
  [[nodiscard]] bool is_kept() const noexcept { return has_home() && connection().takes_more(); }

  /// Stands behind a request, and takes down for its trace, if it has one, what it leaves.
  class leaving {
   public:
    leaving(const http2_share& of, const std::unique_ptr<exchange_trace>& trace) noexcept
        : of_(of), trace_(trace) {}
    leaving(const leaving&) = delete;
    leaving& operator=(const leaving&) = delete;
    ~leaving() {
      if (trace_ != nullptr) trace_->set_kept(of_.is_kept());
    }

   private:
    const http2_share& of_;
    const std::unique_ptr<exchange_trace>& trace_;
  };

 private:
  /// What lies idle belongs to the loop; an answer that outlived it has no loop to be kept on.
  [[nodiscard]] static bool has_home() noexcept {
    return Io::is_blocking || executor::current_or_null() != nullptr;
  }

  lease_type lease_;
};

/// A body that is read from a stream of a shared connection.
template <class Io>
class http2_body final : public traced_body<Io> {
 public:
  using exchange = typename http2_connection<Io>::exchange;

  http2_body(std::shared_ptr<http2_share<Io>> share, std::unique_ptr<exchange> mine, duration limit,
             std::unique_ptr<exchange_trace> trace) noexcept
      : traced_body<Io>(std::move(trace)),
        share_(std::move(share)),
        mine_(std::move(mine)),
        limit_(limit) {}
  ~http2_body() override {
    if (mine_ != nullptr) this->set_kept(leave());
  }

 private:
  [[nodiscard]] bool is_over() const noexcept override { return mine_ == nullptr; }
  typename Io::template task<std::string_view> next() override {
    return share_->connection().read_body(*mine_, limit_);
  }
  std::optional<std::string_view> try_next() override {
    return share_->connection().try_read_body(*mine_);
  }
  bool let_go() override { return leave(); }

  bool leave() noexcept {
    mine_.reset();
    const bool is_kept = share_->is_kept();
    share_.reset();
    return is_kept;
  }

  std::shared_ptr<http2_share<Io>> share_;
  std::unique_ptr<exchange> mine_;  // goes before the connection does
  duration limit_;
};

/// Which origins of a client speak HTTP/2, and the connection to each that takes more requests.
/// While the first connection to an origin is made, others wait for it: they can share it, as a
/// rule. For tasks of one loop.
class http2_origins {
 public:
  using share = http2_share<io::async>;

  /// The connection of an origin, unless there is none that takes more.
  [[nodiscard]] std::shared_ptr<share> find(const std::string& key) {
    const auto found = shares_.find(key);
    if (found == shares_.end()) return nullptr;
    auto held = found->second.lock();
    if (held == nullptr || !held->connection().takes_more()) {
      shares_.erase(found);
      return nullptr;
    }
    return held;
  }
  void add(const std::string& key, const std::shared_ptr<share>& made) { shares_[key] = made; }

  /// Origins that chose HTTP/1.1: their connections are not waited for.
  [[nodiscard]] bool is_http1(const std::string& key) const { return http1_.contains(key); }
  void add_http1(const std::string& key) {
    constexpr std::size_t most_remembered = 10'000;
    if (http1_.size() >= most_remembered) http1_.clear();
    http1_.insert(key);
  }

  /// A connection that is being made. Those who wait hold it too.
  struct making {
    /// Whether it failed for somebody who waits as long as these limits say, too.
    [[nodiscard]] bool has_failed_for(const timeouts& limits) const noexcept {
      if (failure == nullptr) return false;
      return !is_late || (limits.pool <= given.pool && limits.connect <= given.connect);
    }

    event over;
    std::exception_ptr failure;
    timeouts given;        // by who makes it
    bool is_late = false;  // they were what it failed of
  };

  /// The right to make the connection of an origin; its end, however that comes about, lets those
  /// who wait go on.
  class maker {
   public:
    maker(http2_origins& of, std::string key, const timeouts& limits)
        : of_(of), key_(std::move(key)) {
      made_->given = limits;
      of_.makings_[key_] = made_;
    }
    maker(const maker&) = delete;
    maker& operator=(const maker&) = delete;
    ~maker() {
      of_.makings_.erase(key_);
      made_->over.set();
    }
    void fail(std::exception_ptr why, bool is_late) noexcept {
      // Besides this one and the table's there are only those who wait.
      constexpr long own_holds = 2;
      if (made_.use_count() > own_holds) mark_shared(why);
      made_->failure = std::move(why);
      made_->is_late = is_late;
    }

   private:
    http2_origins& of_;
    std::string key_;
    std::shared_ptr<making> made_ = std::make_shared<making>();
  };

  [[nodiscard]] std::shared_ptr<making> find_making(const std::string& key) const {
    const auto found = makings_.find(key);
    return found == makings_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string, std::weak_ptr<share>> shares_;
  std::unordered_map<std::string, std::shared_ptr<making>> makings_;
  std::unordered_set<std::string> http1_;
};

}  // namespace leat::http
