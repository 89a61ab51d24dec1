// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "leat/base/error.hpp"
#include "leat/http/client_options.hpp"

#include "http/client_meter.hpp"
#include "http/mount_pattern.hpp"
#include "http/pooled_transport.hpp"

namespace leat::http {

/// The transports of a client, and which of them a request takes.
template <class Io>
class transport_table {
 public:
  /// Errors: `invalid_argument`, `invalid_url`.
  explicit transport_table(const basic_client_options<Io>& options)
      : by_default_(options.transport) {
    if (by_default_ == nullptr) {
      auto made = keep(make_pooled_transport<Io>(options));
      by_default_own_ = made.get();
      by_default_ = std::move(made);
    }
    for (const auto& each : options.mounts) add(each, options);
    if (options.metrics.into != nullptr) measure(options.metrics);
  }

  struct found {
    basic_transport<Io>* any;
    pooled_transport<Io>* own;  ///< The same, if the client has made it; otherwise null.
  };
  [[nodiscard]] found find(const proto::url& to) const noexcept {
    for (const auto& each : mounts_) {
      if (each.pattern.matches(to)) return {each.transport.get(), nullptr};
    }
    return {by_default_.get(), by_default_own_};
  }

  /// Closes each of them once, whatever the others do.
  /// Errors: what one of them throws; `error_group`, if several do.
  void close() {
    std::vector<basic_transport<Io>*> all{by_default_.get()};
    for (const auto& each : mounts_) {
      if (std::ranges::find(all, each.transport.get()) == all.end()) {
        all.push_back(each.transport.get());
      }
    }
    std::vector<std::exception_ptr> failures;
    for (auto* const each : all) {
      try {
        each->close();
      } catch (...) {
        failures.push_back(std::current_exception());
      }
    }
    if (failures.empty()) return;
    if (failures.size() == 1) std::rethrow_exception(failures.front());
    throw error_group(std::move(failures), all.size());
  }

  /// Of the connections that are the client's own.
  [[nodiscard]] client_statistics statistics() const noexcept {
    client_statistics result;
    for (const auto& each : own_) {
      const auto now = each->statistics();
      result.active += now.lent;
      result.idle += now.idle;
      result.waiting += now.waiting;
    }
    return result;
  }

 private:
  using transport_ptr = std::shared_ptr<basic_transport<Io>>;
  struct entry {
    mount_pattern pattern;
    transport_ptr transport;
  };

  void add(const basic_mount<Io>& mounted, const basic_client_options<Io>& options) {
    entry made{mount_pattern(mounted.pattern), mounted.transport};
    if (std::ranges::find(mounts_, made.pattern, &entry::pattern) != mounts_.end()) {
      throw invalid_argument("two mounts are on " + mounted.pattern);
    }
    if (made.transport == nullptr) made.transport = direct(options);
    const auto behind = std::ranges::find_if(
        mounts_, [&made](const entry& each) { return made.pattern.goes_before(each.pattern); });
    mounts_.insert(behind, std::move(made));
  }

  transport_ptr direct(const basic_client_options<Io>& options) {
    if (direct_ != nullptr) return direct_;
    auto without = with_environment<Io>(options);
    without.proxy.clear();
    // What it says about certificates has been read.
    without.environment = nullptr;
    without.trust_env = false;
    direct_ = keep(make_pooled_transport<Io>(std::move(without)));
    return direct_;
  }

  /// Puts one meter in front of all, which stay different where they were.
  void measure(const client_metrics& how) {
    const auto meter = std::make_shared<client_meter>(how);
    std::map<transport_ptr, transport_ptr> measured;
    const auto put_before = [&](transport_ptr& each) {
      auto& one = measured[each];
      if (one == nullptr) one = std::make_shared<measured_transport<Io>>(each, meter);
      each = one;
    };
    put_before(by_default_);
    by_default_own_ = nullptr;  // no short way around the meter
    for (auto& each : mounts_) put_before(each.transport);
  }

  std::shared_ptr<pooled_transport<Io>> keep(std::shared_ptr<pooled_transport<Io>> made) {
    own_.push_back(made);
    return made;
  }

  transport_ptr by_default_;
  pooled_transport<Io>* by_default_own_ = nullptr;
  transport_ptr direct_;
  std::vector<entry> mounts_;  // in the order in which they are looked at
  std::vector<std::shared_ptr<pooled_transport<Io>>> own_;
};

}  // namespace leat::http
