// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "leat/base/byte_buffer.hpp"
#include "leat/base/error.hpp"
#include "leat/io/blocking_network.hpp"
#include "leat/io/error.hpp"

/// The blocking sibling of `testing::for_each_failure()`: which operation fails, and how.
struct blocking_failure {
  enum class way { at_once, half_way, too_late, by_an_end };
  enum class operation { connect, read, write };

  [[nodiscard]] bool fails(operation what) {
    if (how == way::by_an_end && what != operation::read) return false;
    has_failed = ++operations == fails_at || has_failed;
    return operations == fails_at;
  }

  way how = way::at_once;
  std::size_t fails_at = 0;  ///< Counted from 1; 0 is none.
  std::size_t operations = 0;
  bool has_failed = false;
};

/// A network for threads with nobody else on it: each connection leads to a script in memory, with
/// `receive()`, `take_output()`, `has_output()` and `is_over()`. A read for which nothing would
/// ever come is a `std::logic_error`.
template <class Script>
class blocking_site final : public leat::io::blocking_network {
 public:
  using make_script = std::function<std::unique_ptr<Script>()>;

  blocking_site(make_script make, blocking_failure& plan) : make_(std::move(make)), plan_(plan) {}

  std::unique_ptr<leat::io::blocking_stream> connect(const leat::io::endpoint&,
                                                     leat::deadline) override {
    if (plan_.fails(blocking_failure::operation::connect)) {
      if (plan_.how == blocking_failure::way::too_late) {
        throw leat::io::connect_timeout("connect timed out: as planned");
      }
      throw leat::io::connect_error("connect failed: as planned");
    }
    ++connections;
    return std::make_unique<stream>(*this, make_());
  }

  std::size_t connections = 0;
  std::size_t open = 0;

 private:
  using way = blocking_failure::way;
  using operation = blocking_failure::operation;

  class stream final : public leat::io::blocking_stream {
   public:
    stream(blocking_site& site, std::unique_ptr<Script> script)
        : site_(site), script_(std::move(script)) {
      ++site_.open;
    }
    ~stream() override { --site_.open; }

    std::size_t read_some(std::span<std::byte> into, leat::deadline) override {
      if (is_broken_) throw leat::io::read_error("read failed: as planned before");
      if (site_.plan_.fails(operation::read)) {
        if (site_.plan_.how == way::too_late) {
          throw leat::io::read_timeout("read timed out: as planned");
        }
        is_broken_ = true;
        if (site_.plan_.how == way::by_an_end) return 0;
        throw leat::io::read_error("read failed: as planned");
      }
      if (const auto size = try_read_some(into)) return *size;
      throw std::logic_error("a read would wait for ever");
    }

    std::optional<std::size_t> try_read_some(std::span<std::byte> into) override {
      if (is_broken_) throw leat::io::read_error("read failed: as planned before");
      if (in_.empty()) in_ = script_->take_output();
      if (in_.empty()) return script_->is_over() ? std::optional<std::size_t>(0) : std::nullopt;
      const std::size_t size = std::min(into.size(), in_.size());
      std::copy_n(in_.begin(), size, reinterpret_cast<char*>(into.data()));
      in_.erase(0, size);
      return size;
    }

    void write_all(std::span<const std::byte> from, leat::deadline) override {
      if (!from.empty()) static_cast<void>(write(from, from.size()));
    }
    std::size_t write_until_input(std::span<const std::byte> from, leat::deadline) override {
      constexpr std::size_t most_at_once = 10'000;
      std::size_t written = 0;
      while (written < from.size() && in_.empty() && !script_->has_output()) {
        written += write(from.subspan(written), most_at_once);
      }
      return written;
    }

    void shut_down_write(leat::deadline) override {}
    void close(leat::deadline) noexcept override { is_broken_ = true; }
    bool is_idle_and_open() noexcept override {
      return !is_broken_ && in_.empty() && !script_->has_output() && !script_->is_over();
    }
    const std::string& peer_name() const noexcept override {
      static const std::string name = "script";
      return name;
    }

   private:
    std::size_t write(std::span<const std::byte> from, std::size_t most) {
      if (is_broken_) throw leat::io::write_error("write failed: as planned before");
      const auto part = from.first(std::min(from.size(), most));
      if (site_.plan_.fails(operation::write)) {
        if (site_.plan_.how == way::too_late) {
          throw leat::io::write_timeout("write timed out: as planned");
        }
        is_broken_ = true;
        if (site_.plan_.how == way::half_way) {
          script_->receive(leat::as_text(part.first(part.size() / 2)));
        }
        throw leat::io::write_error("write failed: as planned");
      }
      if (script_->is_over()) throw leat::io::write_error("write failed: the script has closed");
      script_->receive(leat::as_text(part));
      return part.size();
    }

    blocking_site& site_;
    std::unique_ptr<Script> script_;
    std::string in_;
    bool is_broken_ = false;
  };

  make_script make_;
  blocking_failure& plan_;
};

struct blocking_failure_report {
  std::size_t operations = 0;
  std::size_t runs = 0;
};

/// Runs `scenario`, which is given a network, with each operation failing in each way in turn.
template <class Script, class Scenario>
blocking_failure_report for_each_blocking_failure(typename blocking_site<Script>::make_script make,
                                                  Scenario scenario) {
  blocking_failure_report report;
  const auto run_once = [&](blocking_failure& plan) {
    blocking_site<Script> net(make, plan);
    try {
      scenario(net, plan);
    } catch (const std::exception& e) {
      throw std::logic_error("with operation " + std::to_string(plan.fails_at) +
                             " failing in way " + std::to_string(static_cast<int>(plan.how)) +
                             ": " + e.what());
    }
    if (net.open != 0) throw std::logic_error("a connection was left open");
  };
  blocking_failure none;
  run_once(none);
  report.operations = none.operations;
  using way = blocking_failure::way;
  for (const auto how : {way::at_once, way::half_way, way::too_late, way::by_an_end}) {
    for (std::size_t n = 1;; ++n, ++report.runs) {
      blocking_failure plan{.how = how, .fails_at = n};
      run_once(plan);
      if (!plan.has_failed) break;
    }
  }
  return report;
}
