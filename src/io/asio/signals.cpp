// SPDX-License-Identifier: MIT
#include "leat/io/signals.hpp"

#include <string>
#include <system_error>

#include <boost/asio/basic_signal_set.hpp>

#include "leat/coro/task_report.hpp"

#include "io/asio/operation.hpp"
#include "io/asio/reactor.hpp"

namespace leat::io {
namespace {

using asio_backend::operation;
using asio_backend::operation_slot;
using signal_set = boost::asio::basic_signal_set<asio_backend::io_executor>;

class signal_operation final : public operation {
 public:
  signal_operation(signal_set& signals, operation_slot& slot) noexcept
      : operation(slot, deadline::never()), signals_(signals) {}

  /// The number of the signal.
  [[nodiscard]] int await_resume() const noexcept { return static_cast<int>(size()); }

 private:
  void initiate(handler on_end) override { signals_.async_wait(on_signal{on_end}); }
  void describe(wait_description& to) const noexcept override { to.add("a signal"); }

  // Asio gives the signal's number where other operations give a size.
  struct on_signal : handler {
    void operator()(const boost::system::error_code& ec, int number) const noexcept {
      handler::operator()(ec, static_cast<std::size_t>(number));
    }
  };

  signal_set& signals_;
};

}  // namespace

class signal_receiver::impl {
 public:
  impl() : signals(asio_backend::asio_reactor::current().context()) {}

  signal_set signals;
};

signal_receiver::signal_receiver(std::initializer_list<int> signals)
    : impl_(std::make_unique<impl>()) {
  for (const int each : signals) {
    boost::system::error_code failure;
    impl_->signals.add(each, failure);
    if (failure) {
      throw std::system_error(failure, "cannot receive signal " + std::to_string(each));
    }
  }
}

signal_receiver::~signal_receiver() = default;

task<int> signal_receiver::next() {
  operation_slot slot;
  co_return co_await signal_operation(impl_->signals, slot);
}

task<void> dump_tasks_on(int number, std::function<void(std::string_view tree)> sink) {
  signal_receiver signals({number});
  for (;;) {
    co_await signals.next();
    sink(live_tasks(executor::current()).format());
  }
}

}  // namespace leat::io
