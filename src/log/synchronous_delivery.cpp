// SPDX-License-Identifier: MIT
#include <mutex>

#include "log/delivery.hpp"
#include "log/fan_out.hpp"

namespace leat::log {
namespace {

class synchronous_delivery final : public line_delivery {
 public:
  synchronous_delivery(const std::vector<sink>& sinks, colours how) : sinks_(sinks, how) {}

  void submit(level at, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    sinks_.write(as_message(at, line), [] { return true; });
  }

  void flush() override {}  // every line is flushed as it is written
  void close() override {}

  [[nodiscard]] bool shows_colours() const noexcept override { return sinks_.shows_colours(); }
  [[nodiscard]] progress how_far() const noexcept override { return {}; }
  [[nodiscard]] std::uint64_t written() const override { return sinks_.written(); }
  [[nodiscard]] std::uint64_t dropped() const override { return 0; }
  [[nodiscard]] std::uint64_t failed() const override { return sinks_.failed(); }

 private:
  std::mutex mutex_;
  fan_out sinks_;
};

}  // namespace

std::unique_ptr<line_delivery> make_synchronous_delivery(const std::vector<sink>& sinks,
                                                         colours how) {
  return std::make_unique<synchronous_delivery>(sinks, how);
}

}  // namespace leat::log
