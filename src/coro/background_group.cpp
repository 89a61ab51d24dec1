// SPDX-License-Identifier: MIT
#include "leat/coro/background_group.hpp"

#include "leat/base/error.hpp"
#include "leat/coro/move_on_after.hpp"

#include "coro/task_text.hpp"

namespace leat {
namespace {

background_options checked(background_options options) {
  const std::string what = "background group " + options.name;
  if (options.max_children == 0) throw invalid_argument(what + ": without room for a child");
  if (options.when_full != overflow::fail && options.when_full != overflow::drop_newest) {
    throw invalid_argument(what + ": a child can only be refused or dropped when it is full");
  }
  checked_limit(options.drain, "the drain time of a background group");
  checked_limit(options.grace, "the grace of a background group");
  return options;
}

}  // namespace

background_group::background_group(background_options options)
    : options_(checked(std::move(options))),
      places_(options_.max_children, "background group: room for a child") {}

void background_group::check_open() const {
  if (is_closed()) throw owner_stopped("background group " + options_.name + " is closed");
}

bool background_group::refuse() {
  if (options_.when_full == overflow::fail) {
    throw limit_exceeded("background group " + options_.name + " is full: it has " +
                         std::to_string(options_.max_children) + " children");
  }
  ++counts_.dropped;
  return false;
}

void background_group::leave(std::size_t background_counts::* ended_as) noexcept {
  ++(counts_.*ended_as);
  if (--counts_.running == 0) idle_.set();
}

void background_group::report(std::exception_ptr failure) const noexcept {
  executor& home = executor::current();
  try {
    const auto& child = static_cast<const task_node&>(*detail::current_carried);
    failure = std::make_exception_ptr(background_failed(
        detail::name_text(child) + " in background group " + options_.name, failure));
  } catch (const std::bad_alloc&) {  // then without the names
  }
  home.report(std::move(failure), "background group: a child failed");
}

void background_group::cancel() noexcept {
  closing_.set();
  if (group_ != nullptr) group_->cancel();
}

task<void> background_group::close() {
  closing_.set();
  co_await ended_.wait();
}

task<void> background_group::keep() {
  struct closed {
    explicit closed(background_group& of) noexcept : self(of) {}
    closed(const closed&) = delete;
    closed& operator=(const closed&) = delete;
    ~closed() {
      self.group_ = nullptr;
      self.ended_.set();
    }
    background_group& self;
  };
  const closed at_end(*this);
  co_await with_task_group(group_options(options_.name, options_.grace),
                           [this](task_group& group) -> task<void> {
                             group_ = &group;
                             co_await closing_.wait();
                             while (counts_.running != 0) {
                               idle_.reset();
                               if (co_await move_on_after(options_.drain, idle_.wait())) continue;
                               group.cancel(stop_reason::shutdown);
                               co_return;
                             }
                           });
}

}  // namespace leat
