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

#include "http/http2_connection.hpp"
#include "http/surface.hpp"

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
    // What lies idle belongs to the loop; an answer that outlived it has no loop to be kept on.
    const bool has_home = Io::is_blocking || executor::current_or_null() != nullptr;
    if (has_home && connection().is_clean()) lease_.mark_clean();
  }

  [[nodiscard]] http2_connection<Io>& connection() const noexcept {
    return static_cast<http2_connection<Io>&>(*lease_.get());
  }

 private:
  lease_type lease_;
};

/// A body that is read from a stream of a shared connection.
template <class Io>
class http2_body final : public basic_response_body<Io> {
 public:
  using exchange = typename http2_connection<Io>::exchange;

  http2_body(std::shared_ptr<http2_share<Io>> share, std::unique_ptr<exchange> mine,
             duration limit) noexcept
      : share_(std::move(share)), mine_(std::move(mine)), limit_(limit) {}

  typename Io::template result<std::string_view> read_some() override { return Io::expose(read()); }

  std::optional<std::string_view> try_read_some() override {
    if (mine_ == nullptr) return std::string_view();
    const auto piece = share_->connection().try_read_body(*mine_);
    if (piece && piece->empty()) end();
    return piece;
  }

 private:
  typename Io::template task<std::string_view> read() {
    if (mine_ == nullptr) co_return std::string_view();
    const auto piece = co_await share_->connection().read_body(*mine_, limit_);
    if (piece.empty()) end();
    co_return piece;
  }

  void end() noexcept {
    mine_.reset();
    share_.reset();
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
