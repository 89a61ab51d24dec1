// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

/// The root of the error tree, and the branches that several layers share. Leaves are
/// declared by the layer that throws them, in its own error.hpp:
///
///     error : std::system_error
///     ├── io_error               io: resolve_error, connect_error, read_error, write_error, ...
///     ├── timeout_error          deadline_exceeded; io: connect_timeout, read_timeout,
///     │                          write_timeout; pool: pool_timeout
///     ├── protocol_error         http: local_protocol_error, remote_protocol_error
///     ├── limit_exceeded         a configured limit, named in the message
///     ├── usage_error            nested_run, blocking_call_on_loop, exit_stack_closed, ...
///     ├── channel_closed         nobody receives any more
///     ├── owner_stopped          the group that owns the work was stopped
///     ├── not_stopping           work goes on long after it was told to stop
///     ├── background_failed      a child of a background group failed; carries its error
///     ├── error_group            several children failed; carries them all
///     └── exit_stack_failed      several cleanups failed; carries them all
///
/// Cancellation is not in the tree: it is not an exception at all (docs/adr/0003).
namespace leat {

/// What the caller can do about an error, whichever layer it comes from. Compare a code
/// with it: `if (e.code() == leat::failure::transient)`.
enum class failure {
  transient = 1,  ///< A later attempt may succeed.
  timed_out,      ///< A deadline passed before the operation finished.
  peer_fault,     ///< The other side broke the protocol or answered with an error.
  caller_fault,   ///< The request itself is wrong; repeating it cannot help.
};

/// The codes of `base` and `coro`.
enum class errc {
  deadline_exceeded = 1,
  limit_exceeded,
  nested_run,
  blocking_call_on_loop,
  invalid_argument,
  exit_stack_closed,
  exit_stack_failed,
  value_absent,
  deadlock,
  error_group,
  channel_closed,
  owner_stopped,
  never_ready,
  not_stopping,
  never_awaited,
  background_failed,
};

std::error_code make_error_code(errc value) noexcept;
std::error_condition make_error_condition(failure value) noexcept;

}  // namespace leat

template <>
struct std::is_error_code_enum<leat::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<leat::failure> : std::true_type {};

namespace leat {

struct error_detail;
class error_note;

/// A hold on a note of an error, or on none; the last hold on a note ends it.
/// Thread-safety: holds on one note may be anywhere, one hold belongs to one thread.
class error_note_ptr {
 public:
  error_note_ptr() noexcept = default;
  /// Takes over the hold on a note that was just made; see `make_error_note()`.
  explicit error_note_ptr(const error_note* made) noexcept : note_(made) {}
  error_note_ptr(const error_note_ptr& other) noexcept;
  error_note_ptr& operator=(const error_note_ptr& other) noexcept;
  ~error_note_ptr();

  [[nodiscard]] const error_note* get() const noexcept { return note_; }

 private:
  friend class error;

  const error_note* note_ = nullptr;
};

/// One line of a layer's table of codes: the value, its text, the failures it belongs to as a
/// combination of `failure_bit()`, and what the standard library calls it, if it has a name
/// for that: `if (e.code() == std::errc::timed_out)`.
struct error_entry {
  int value;
  const char* text;
  unsigned failures;
  std::errc generic{};
};

/// The bit of `kind` in `error_entry::failures`.
constexpr unsigned failure_bit(failure kind) noexcept {
  return 1U << static_cast<int>(kind);
}

/// An error category made of a table, so that a layer states its codes as data and the
/// texts and `failure` conditions cannot drift apart.
class table_category final : public std::error_category {
 public:
  /// Lifetime: `entries` must outlive the category; it is meant to be a constant.
  constexpr table_category(const char* name, std::span<const error_entry> entries) noexcept
      : name_(name), entries_(entries) {}

  [[nodiscard]] const char* name() const noexcept override { return name_; }
  [[nodiscard]] std::string message(int value) const override;
  [[nodiscard]] bool equivalent(int value,
                                const std::error_condition& condition) const noexcept override;
  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override;

 private:
  [[nodiscard]] const error_entry* find(int value) const noexcept;

  const char* name_;
  std::span<const error_entry> entries_;
};

/// The root of everything Leat throws.
///
/// `what()` is one line: what was attempted, with whom, what happened, which limit. It never
/// holds a secret. `code()` is the one code of the leaf; `cause()` is the code of the system
/// or library below, if there was one.
class error : public std::system_error {
 public:
  error(std::error_code code, const std::string& message, std::error_code cause = {})
      : std::system_error(code), message_(message), cause_(cause) {}

  [[nodiscard]] const char* what() const noexcept override { return message_.what(); }
  [[nodiscard]] const std::error_code& cause() const noexcept { return cause_; }

  /// What it says besides its message, for whoever shows or sends it: what its class knows, then
  /// what its note does. <leat/base/error_detail.hpp> has its type.
  [[nodiscard]] std::vector<error_detail> details() const;

  /// Gives it a note, unless it has one or was marked as shared: what somebody on its way knows
  /// besides whoever threw it. Returns whether it has taken it.
  /// Thread-safety: any thread, also beside others that look at it; the first note stays.
  bool attach(const error_note_ptr& note) noexcept;
  /// Its note, or null. <leat/base/error_note.hpp> has its type.
  /// Lifetime: that of the error, or longer if somebody else holds the note.
  [[nodiscard]] const error_note* note() const noexcept;

  /// Says that several will be thrown this very object, so that none of them adds to it what
  /// concerns itself alone. Does nothing to one that has a note. A copy belongs to whoever made it,
  /// and is not marked.
  void mark_shared() noexcept;
  [[nodiscard]] bool is_shared() const noexcept;

 private:
  /// For classes that know more than their message says.
  [[nodiscard]] virtual std::vector<error_detail> own_details() const;

  std::runtime_error message_;  // holds text that copies without throwing
  std::error_code cause_;
  error_note_ptr note_;
};

/// The network or the operating system refused.
class io_error : public error {
 public:
  using error::error;
};

/// A limit in time was reached; the work was stopped, not only abandoned.
class timeout_error : public error {
 public:
  using error::error;
};

/// One side of a conversation broke its protocol.
class protocol_error : public error {
 public:
  using error::error;
};

/// A configured limit in size or number was reached. The message names it.
class limit_exceeded : public error {
 public:
  explicit limit_exceeded(const std::string& message)
      : limit_exceeded(errc::limit_exceeded, message) {}
  limit_exceeded(std::error_code code, const std::string& message) : error(code, message) {}
};

/// The program uses Leat in a way that cannot work; the message says what to use instead.
class usage_error : public error {
 public:
  using error::error;
};

/// The deadline of `with_timeout` or `with_deadline` passed and the work was stopped.
class deadline_exceeded : public timeout_error {
 public:
  explicit deadline_exceeded(const std::string& message = "deadline exceeded")
      : timeout_error(errc::deadline_exceeded, message) {}
};

/// An argument is outside its documented range.
class invalid_argument : public usage_error {
 public:
  explicit invalid_argument(const std::string& message)
      : usage_error(errc::invalid_argument, message) {}
};

/// `run()` was called on a thread whose loop is already running.
class nested_run : public usage_error {
 public:
  nested_run();
};

/// A blocking call was made on a thread that runs a loop.
class blocking_call_on_loop : public usage_error {
 public:
  explicit blocking_call_on_loop(const std::string& async_twin);
};

/// Something was registered on an exit stack that is closing or closed.
class exit_stack_closed : public usage_error {
 public:
  exit_stack_closed();
};

/// An `outcome` without a value was asked for one although it was cancelled.
class value_absent : public usage_error {
 public:
  explicit value_absent(const std::string& message) : usage_error(errc::value_absent, message) {}
};

/// Nothing is ready, no timer is armed and no I/O is pending: the program can never go on.
class deadlock : public usage_error {
 public:
  explicit deadlock(const std::string& message) : usage_error(errc::deadlock, message) {}
};

/// More than one error was in flight when an exit stack had been unwound.
class exit_stack_failed : public error {
 public:
  /// `errors` in the order they were raised: the body's first, if it failed.
  explicit exit_stack_failed(std::vector<std::exception_ptr> errors);

  [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::vector<std::exception_ptr> errors_;
};

/// Children of `when_all_or_group` failed.
class error_group : public error {
 public:
  /// `errors` in the order of the children, whichever failed first; `children` is how many
  /// there were in all. `what()` begins with "<message> (2 of 3 failed)", or without a message with
  /// "2 of 3 children failed", and goes on with every error.
  error_group(std::vector<std::exception_ptr> errors, std::size_t children,
              const std::string& message = {});

  [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::vector<std::exception_ptr> errors_;
  std::string summary_;
};

/// Something was sent to a channel that is closed.
class channel_closed : public error {
 public:
  channel_closed();
};

/// Work that was shared, such as a `once`'s, ended because the task group that owns it was
/// stopped, while somebody outside the group waited for it.
class owner_stopped : public error {
 public:
  explicit owner_stopped(const std::string& message) : error(errc::owner_stopped, message) {}
};

/// A child of `task_group::start` returned without having said that it was ready.
class never_ready : public usage_error {
 public:
  explicit never_ready(const std::string& message) : usage_error(errc::never_ready, message) {}
};

/// Work goes on although it was told to stop a grace period ago. Only ever reported; the
/// message names what does not stop and what it waits for.
class not_stopping : public error {
 public:
  explicit not_stopping(const std::string& message) : error(errc::not_stopping, message) {}
};

/// A task was destroyed without ever having been awaited. Only ever reported, by debug builds;
/// the message names the coroutine.
class never_awaited : public usage_error {
 public:
  explicit never_awaited(const std::string& message) : usage_error(errc::never_awaited, message) {}
};

/// A child of a background group failed. Only ever reported; the message names both.
class background_failed : public error {
 public:
  background_failed(const std::string& child, std::exception_ptr failure);

  /// What the child threw.
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  [[nodiscard]] std::vector<error_detail> own_details() const override;

  std::string child_;
  std::exception_ptr failure_;
};

/// The text of an exception of any type, for messages and logs: `what()` where there is
/// one. Never empty.
[[nodiscard]] std::string describe(const std::exception_ptr& failure);

/// Marks an error of Leat as shared (`error::mark_shared()`), for whoever keeps one in order to
/// throw it to several. Does nothing to any other exception.
void mark_shared(const std::exception_ptr& failure) noexcept;

}  // namespace leat
