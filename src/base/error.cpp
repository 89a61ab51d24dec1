// SPDX-License-Identifier: MIT
#include "leat/base/error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <utility>

#include "leat/base/error_detail.hpp"
#include "leat/base/error_note.hpp"

namespace leat {
namespace {

constexpr unsigned caller_fault = failure_bit(failure::caller_fault);

constexpr std::array entries{
    error_entry{static_cast<int>(errc::deadline_exceeded), "deadline exceeded",
                failure_bit(failure::timed_out) | failure_bit(failure::transient)},
    error_entry{static_cast<int>(errc::limit_exceeded), "limit exceeded", 0},
    error_entry{static_cast<int>(errc::nested_run), "run() inside a running loop", caller_fault},
    error_entry{static_cast<int>(errc::blocking_call_on_loop), "blocking call on a loop thread",
                caller_fault},
    error_entry{static_cast<int>(errc::invalid_argument), "invalid argument", caller_fault,
                std::errc::invalid_argument},
    error_entry{static_cast<int>(errc::exit_stack_closed), "exit stack is closed", caller_fault},
    error_entry{static_cast<int>(errc::exit_stack_failed), "several cleanups failed", 0},
    error_entry{static_cast<int>(errc::value_absent), "value is absent", caller_fault},
    error_entry{static_cast<int>(errc::deadlock), "deadlock", caller_fault},
    error_entry{static_cast<int>(errc::error_group), "several children failed", 0},
    error_entry{static_cast<int>(errc::channel_closed), "channel is closed", 0},
    error_entry{static_cast<int>(errc::owner_stopped), "owner was stopped", 0},
    error_entry{static_cast<int>(errc::never_ready), "child was never ready", caller_fault},
    error_entry{static_cast<int>(errc::not_stopping), "work does not stop", 0},
    error_entry{static_cast<int>(errc::never_awaited), "task was never awaited", caller_fault},
    error_entry{static_cast<int>(errc::background_failed), "background work failed", 0},
};

constinit const table_category base_category("leat", entries);

constexpr std::array failure_entries{
    error_entry{static_cast<int>(failure::transient), "transient failure", 0},
    error_entry{static_cast<int>(failure::timed_out), "timed out", 0},
    error_entry{static_cast<int>(failure::peer_fault), "peer at fault", 0},
    error_entry{static_cast<int>(failure::caller_fault), "caller at fault", 0},
};

constinit const table_category failure_category("leat.failure", failure_entries);

/// Stands in the place of a note where there must be none.
class no_note final : public error_note {
 public:
  [[nodiscard]] error_details details() const override { return {}; }
};
constinit const no_note shared_mark;

// The note of an error is set once, while others may look: an exception object may be held in
// several threads.
using note_place = std::atomic_ref<const error_note*>;

const error_note* read(const error_note* const& place) noexcept {
  // It is only read; an atomic_ref to const is C++26.
  return note_place(const_cast<const error_note*&>(place)).load(std::memory_order_acquire);
}

const error_note* held_by(const error_note* const& place) noexcept {
  const error_note* const found = read(place);
  return found == &shared_mark ? nullptr : found;
}

bool put_first(const error_note*& place, const error_note* note) noexcept {
  const error_note* none = nullptr;
  return note_place(place).compare_exchange_strong(none, note, std::memory_order_acq_rel);
}

std::string join(std::string text, const std::vector<std::exception_ptr>& errors) {
  const char* separator = ": ";
  for (const auto& each : errors) {
    text += separator + describe(each);
    separator = "; then ";
  }
  return text;
}

std::string summary_of_group(const std::string& message, std::size_t failed, std::size_t children) {
  const std::string count = std::to_string(failed) + " of " + std::to_string(children);
  return message.empty() ? count + " children failed" : message + " (" + count + " failed)";
}

}  // namespace

std::error_code make_error_code(errc value) noexcept {
  return {static_cast<int>(value), base_category};
}

std::error_condition make_error_condition(failure value) noexcept {
  return {static_cast<int>(value), failure_category};
}

const error_entry* table_category::find(int value) const noexcept {
  const auto found = std::ranges::find(entries_, value, &error_entry::value);
  return found == entries_.end() ? nullptr : &*found;
}

std::string table_category::message(int value) const {
  const auto* entry = find(value);
  return entry != nullptr ? entry->text : "unknown error";
}

bool table_category::equivalent(int value, const std::error_condition& condition) const noexcept {
  if (condition.category() != failure_category) {
    return std::error_category::equivalent(value, condition);
  }
  const auto* entry = find(value);
  return entry != nullptr &&
         (entry->failures & failure_bit(static_cast<failure>(condition.value()))) != 0;
}

std::error_condition table_category::default_error_condition(int value) const noexcept {
  const auto* entry = find(value);
  if (entry == nullptr) return {value, *this};
  if (entry->generic != std::errc{}) return std::make_error_condition(entry->generic);
  if ((entry->failures & failure_bit(failure::timed_out)) != 0) {
    return std::make_error_condition(std::errc::timed_out);
  }
  return {value, *this};
}

error_note_ptr::error_note_ptr(const error_note_ptr& other) noexcept : note_(held_by(other.note_)) {
  if (note_ != nullptr) note_->holds_.hold();
}

error_note_ptr& error_note_ptr::operator=(const error_note_ptr& other) noexcept {
  error_note_ptr copy(other);
  std::swap(note_, copy.note_);
  return *this;
}

error_note_ptr::~error_note_ptr() {
  if (note_ == nullptr || note_ == &shared_mark) return;
  if (note_->holds_.let_go()) delete note_;
}

bool error::attach(const error_note_ptr& note) noexcept {
  error_note_ptr hold(note);
  if (!put_first(note_.note_, hold.note_)) return false;
  hold.note_ = nullptr;
  return true;
}

const error_note* error::note() const noexcept {
  return held_by(note_.note_);
}

void error::mark_shared() noexcept {
  put_first(note_.note_, &shared_mark);
}

bool error::is_shared() const noexcept {
  return read(note_.note_) == &shared_mark;
}

std::vector<error_detail> error::details() const {
  auto all = own_details();
  if (const auto* const held = note()) std::ranges::move(held->details(), std::back_inserter(all));
  return all;
}

std::vector<error_detail> error::own_details() const {
  return {};
}

nested_run::nested_run()
    : usage_error(errc::nested_run,
                  "run() was called on a thread whose loop is already running: co_await the task, "
                  "or spawn it in a task group") {}

blocking_call_on_loop::blocking_call_on_loop(const std::string& async_twin)
    : usage_error(errc::blocking_call_on_loop,
                  "blocking call on a loop thread: use " + async_twin + ", or to_thread()") {}

exit_stack_closed::exit_stack_closed()
    : usage_error(errc::exit_stack_closed,
                  "nothing can be registered on an exit stack that is closing or closed") {}

exit_stack_failed::exit_stack_failed(std::vector<std::exception_ptr> errors)
    : error(errc::exit_stack_failed,
            join(std::to_string(errors.size()) + " errors while closing an exit stack", errors)),
      errors_(std::move(errors)) {}

std::vector<error_detail> exit_stack_failed::own_details() const {
  return {{summary_key, std::to_string(errors_.size()) + " errors while closing an exit stack"},
          {"errors", errors_}};
}

error_group::error_group(std::vector<std::exception_ptr> errors, std::size_t children,
                         const std::string& message)
    : error(errc::error_group, join(summary_of_group(message, errors.size(), children), errors)),
      errors_(std::move(errors)),
      summary_(summary_of_group(message, errors_.size(), children)) {}

std::vector<error_detail> error_group::own_details() const {
  return {{summary_key, summary_}, {"errors", errors_}};
}

channel_closed::channel_closed()
    : error(errc::channel_closed, "nothing can be sent to a channel that is closed") {}

background_failed::background_failed(const std::string& child, std::exception_ptr failure)
    : error(errc::background_failed, child + " failed: " + describe(failure)),
      child_(child),
      failure_(std::move(failure)) {}

std::vector<error_detail> background_failed::own_details() const {
  return {{summary_key, child_ + " failed"},
          {"child", child_},
          {"errors", std::vector<std::exception_ptr>{failure_}}};
}

std::string describe(const std::exception_ptr& failure) {
  if (failure == nullptr) return "no error";
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    const std::string text = e.what();
    return text.empty() ? "an exception without a message" : text;
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

void mark_shared(const std::exception_ptr& failure) noexcept {
  if (failure == nullptr) return;
  try {
    std::rethrow_exception(failure);
  } catch (error& ours) {
    ours.mark_shared();
  } catch (...) {
    // No note can be attached to it either.
    return;
  }
}

}  // namespace leat
