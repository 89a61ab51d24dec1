// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

#include "leat/coro/leaf.hpp"
#include "leat/io/error.hpp"
#include "leat/io/loop.hpp"

/// Any library of Boost.Asio inside Leat. Opt-in: the one public header that includes Asio, and
/// costs what Asio costs. Programs that include it link `Boost::headers` themselves.
///
///     asio::ip::tcp::socket socket(io::asio_context());
///     co_await socket.async_connect(peer, io::use_task);
///     const auto size = co_await socket.async_read_some(buffer, io::use_task);
namespace leat::io {

/// The context of the loop, for I/O objects of Asio. The loop runs it: never call its `run()`,
/// `stop()` or `restart()`. A handler of your own that throws ends `leat::run`, which stops its
/// tasks and throws that error.
///
/// Errors: `invalid_argument`, if the loop has no Asio, such as one on virtual time; without an
/// argument also if no loop runs on this thread.
/// Lifetime: that of the loop. Objects made on it must be gone before the loop ends.
/// Thread-safety: I/O objects on the loop's thread only; `asio::post` from any.
[[nodiscard]] boost::asio::io_context& asio_context(loop& of);
[[nodiscard]] boost::asio::io_context& asio_context();

/// An operation of Asio failed. `cause()` is what Asio gave; compare it with codes such as
/// `make_error_code(boost::asio::error::eof)`.
using operation_error = detail::error_leaf<io_error, errc::operation_failed>;
/// The same for the codes that mean a timeout, such as `boost::beast::error::timeout`.
using operation_timeout = detail::error_leaf<timeout_error, errc::operation_timeout>;

namespace asio_detail {

namespace asio = boost::asio;

/// Memory for what Asio keeps while an operation is under way. A composed operation uses it
/// again for each of its steps.
class handler_memory {
 public:
  handler_memory() noexcept = default;
  handler_memory(const handler_memory&) = delete;
  handler_memory& operator=(const handler_memory&) = delete;

  void* allocate(std::size_t size) {
    if (is_used_ || size > storage_.size()) return ::operator new(size);
    is_used_ = true;
    return storage_.data();
  }
  void deallocate(void* memory) noexcept {
    if (memory == storage_.data()) {
      is_used_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  // A read of a socket takes 200 bytes on x86-64, `asio::async_read` 264; larger ones go to the
  // heap.
  alignas(std::max_align_t) std::array<std::byte, 288> storage_;
  bool is_used_ = false;
};

template <class T>
class handler_allocator {
 public:
  using value_type = T;

  explicit handler_allocator(handler_memory& memory) noexcept : memory_(&memory) {}
  template <class U>
  handler_allocator(const handler_allocator<U>& other) noexcept  // NOLINT: rebinding
      : memory_(other.memory_) {}

  T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    return static_cast<T*>(memory_->allocate(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t) noexcept { memory_->deallocate(memory); }

  template <class U>
  friend bool operator==(const handler_allocator& a, const handler_allocator<U>& b) noexcept {
    return a.memory_ == b.memory_;
  }

 private:
  template <class>
  friend class handler_allocator;
  handler_memory* memory_;
};

// Whether a result of an operation says that it was cancelled.
inline bool is_abort(const boost::system::error_code& code) noexcept {
  return code == boost::system::errc::operation_canceled;
}
[[nodiscard]] bool is_abort(const std::exception_ptr& failure) noexcept;
template <class First, class... Rest>
bool is_abort(const std::tuple<First, Rest...>& results) noexcept;
inline bool is_abort(const auto&) noexcept {
  return false;
}
template <class First, class... Rest>
bool is_abort(const std::tuple<First, Rest...>& results) noexcept {
  return is_abort(std::get<0>(results));
}

[[noreturn]] void throw_operation_error(const boost::system::error_code& code);

/// The leaf, whatever its results are. A cancel is a request: the frame stays until Asio has
/// called the handler, because the kernel or Asio may still write to what it refers to.
class operation_leaf : public leaf {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }

 protected:
  operation_leaf() noexcept = default;
  operation_leaf(operation_leaf&& other) noexcept : leaf(std::move(other)) {}
  ~operation_leaf() = default;

  virtual void initiate() = 0;

  /// The handler was called. `is_aborted` says that nothing came of the operation.
  void finished(bool is_aborted) noexcept;
  /// The handler was destroyed instead of being called.
  void dropped() noexcept;

  [[nodiscard]] bool is_stop_requested() const noexcept { return is_stop_requested_; }
  [[nodiscard]] handler_memory& memory() noexcept { return memory_; }
  [[nodiscard]] asio::cancellation_slot slot() noexcept { return signal_.slot(); }

  std::exception_ptr failure_;

 private:
  // Some composed operations forget a request that comes between two of their steps, and a
  // stop is no event but a state: they are told again until they report.
  struct reminder final : ready_node {
    explicit reminder(operation_leaf& operation) noexcept : self(operation) {}
    void run() noexcept override { self.ask_to_stop(); }
    operation_leaf& self;
  };

  void start() noexcept final;
  detach_result detach() noexcept final;
  void ask_to_stop() noexcept;

  handler_memory memory_;
  asio::cancellation_signal signal_;
  reminder reminder_{*this};
  duration until_reminder_ = std::chrono::milliseconds(1);
  bool is_starting_ = false;
  bool is_stop_requested_ = false;
};

/// What Asio calls at the end of an operation. Move-only, so that exactly one of calling it and
/// dropping it happens.
template <class Completion>
class completion_handler {
 public:
  using allocator_type = handler_allocator<void>;
  using cancellation_slot_type = asio::cancellation_slot;
  using executor_type = asio::io_context::executor_type;

  completion_handler(Completion& operation, executor_type on) noexcept
      : operation_(&operation), on_(on) {}
  completion_handler(completion_handler&& other) noexcept
      : operation_(other.operation_),
        on_(other.on_),
        is_pending_(std::exchange(other.is_pending_, false)) {}
  completion_handler& operator=(completion_handler&&) = delete;
  ~completion_handler() {
    if (is_pending_) operation_->dropped();
  }

  [[nodiscard]] allocator_type get_allocator() const noexcept {
    return allocator_type(operation_->memory());
  }
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return operation_->slot();
  }
  [[nodiscard]] executor_type get_executor() const noexcept { return on_; }

  template <class... Results>
  void operator()(Results&&... results) noexcept {
    is_pending_ = false;
    operation_->results_are(std::forward<Results>(results)...);
  }

 private:
  Completion* operation_;
  executor_type on_;
  bool is_pending_ = true;
};

/// The results of an operation: an error in front, as an `error_code` or an `exception_ptr`, is
/// thrown; of the rest none is void, one is itself, and several are a tuple.
template <class... Results>
class completion : public operation_leaf {
  template <class Result>
  static constexpr bool is_error =
      std::same_as<Result, boost::system::error_code> || std::same_as<Result, std::exception_ptr>;
  template <class First, class...>
  struct starts_with_error : std::bool_constant<is_error<First>> {};

  using results = std::tuple<Results...>;

 public:
  auto await_resume() {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
    if constexpr (starts_with_error<Results..., void>::value) {
      give_error(std::get<0>(*results_));
      return give<1>(std::make_index_sequence<sizeof...(Results) - 1>());
    } else {
      return give<0>(std::index_sequence_for<Results...>());
    }
  }

 protected:
  explicit completion(boost::system::error_code* redirect) noexcept : redirect_(redirect) {}
  completion(completion&& other) noexcept
      : operation_leaf(std::move(other)), redirect_(other.redirect_) {}
  ~completion() = default;

  [[nodiscard]] completion_handler<completion> handler() {
    return {*this, asio_context().get_executor()};
  }

 private:
  friend class completion_handler<completion>;

  template <class... Given>
  void results_are(Given&&... given) noexcept {
    try {
      results_.emplace(std::forward<Given>(given)...);
    } catch (...) {
      failure_ = std::current_exception();
    }
    bool is_aborted = false;
    if constexpr (sizeof...(Results) != 0) {
      // What had completed before the request reached it is delivered; nothing is lost.
      is_aborted = is_stop_requested() && results_ && is_abort(std::get<0>(*results_));
    }
    finished(is_aborted);
  }

  void give_error(const boost::system::error_code& code) const {
    if (redirect_ != nullptr) {
      *redirect_ = code;
    } else if (code) {
      throw_operation_error(code);
    }
  }
  void give_error(const std::exception_ptr& failure) const {
    if (failure != nullptr) std::rethrow_exception(failure);
  }

  template <std::size_t First, std::size_t... Index>
  auto give(std::index_sequence<Index...>) {
    if constexpr (sizeof...(Index) == 0) {
      return;
    } else if constexpr (sizeof...(Index) == 1) {
      return std::get<First>(std::move(*results_));
    } else {
      return std::tuple(std::get<First + Index>(std::move(*results_))...);
    }
  }

  std::optional<results> results_;
  boost::system::error_code* redirect_;
};

/// An operation that begins when it is awaited: what initiates it, and the arguments.
template <class Completion, class Initiation, class... Arguments>
class [[nodiscard]] operation final : public Completion {
 public:
  template <class... Given>
  explicit operation(boost::system::error_code* redirect, Initiation&& initiation, Given&&... given)
      : Completion(redirect),
        initiation_(std::move(initiation)),
        arguments_(std::forward<Given>(given)...) {}
  operation(operation&& other) noexcept(
      std::is_nothrow_move_constructible_v<Initiation> &&
      std::is_nothrow_move_constructible_v<std::tuple<Arguments...>>)
      : Completion(std::move(other)),
        initiation_(std::move(other.initiation_)),
        arguments_(std::move(other.arguments_)) {}

 private:
  void initiate() override {
    std::apply(
        [this](Arguments&... arguments) {
          std::move(initiation_)(this->handler(), std::move(arguments)...);
        },
        arguments_);
  }

  Initiation initiation_;
  std::tuple<Arguments...> arguments_;
};

template <class... Results, class Initiation, class... Arguments>
auto make_operation(boost::system::error_code* redirect, Initiation&& initiation,
                    Arguments&&... arguments) {
  return operation<completion<std::decay_t<Results>...>, std::decay_t<Initiation>,
                   std::decay_t<Arguments>...>(
      redirect, std::decay_t<Initiation>(std::forward<Initiation>(initiation)),
      std::forward<Arguments>(arguments)...);
}

}  // namespace asio_detail

/// The completion token that makes an asynchronous operation of Asio, or of any library with its
/// model, something that a task can await.
///
/// An error in front of the results is thrown, as `operation_error`, `operation_timeout`,
/// `connect_error` or `resolve_error`, all with the code as `cause()`; an `exception_ptr` is
/// rethrown. `co_await` gives nothing, the one result, or a tuple. With
/// `asio::redirect_error(use_task, code)` and `asio::as_tuple(use_task)` nothing is thrown.
///
/// The operation begins when it is awaited. It can be given to every combinator.
///
/// Cancellation: as the operation does. A stop asks it to end (all of Asio's cancellation
/// types); it ends as stopped if it reports `operation_aborted`, and delivers its results if it
/// had completed before. Single reads, writes, accepts and waits are *safe*; composed ones, such
/// as `asio::async_read`, *lossy*; whatever ignores cancellation, such as a name lookup,
/// *deferred*.
/// Errors: those of the operation; what the initiating function throws; `operation_error`, if the
/// operation drops its handler; `invalid_argument` on a loop without Asio.
/// Lifetime: I/O objects and buffers outlive the operation, which holds for what is awaited in
/// place; do not destroy an I/O object while another task waits for it.
/// Thread-safety: I/O objects of this loop's `asio_context()`; an executor bound to the token
/// must be of this loop, too.
struct use_task_t {
  /// An executor whose I/O objects need no token: `use_task_t::as_default_on_t<tcp::socket>`.
  template <class Inner>
  struct executor_with_default : Inner {
    using default_completion_token_type = use_task_t;
    template <class Other>
      requires(!std::same_as<Other, executor_with_default> && std::convertible_to<Other, Inner>)
    executor_with_default(const Other& other) noexcept  // NOLINT: as Asio's own
        : Inner(other) {}
  };
  template <class Object>
  using as_default_on_t = typename Object::template rebind_executor<
      executor_with_default<typename Object::executor_type>>::other;
};

inline constexpr use_task_t use_task;

}  // namespace leat::io

template <class R, class... Results>
class boost::asio::async_result<leat::io::use_task_t, R(Results...)> {
 public:
  template <class Initiation, class... Arguments>
  static auto initiate(Initiation&& initiation, leat::io::use_task_t, Arguments&&... arguments) {
    return leat::io::asio_detail::make_operation<Results...>(
        nullptr, std::forward<Initiation>(initiation), std::forward<Arguments>(arguments)...);
  }
};

// Asio's own would keep the code to itself, and then nobody could tell a stop from a result.
template <class R, class... Results>
class boost::asio::async_result<boost::asio::redirect_error_t<leat::io::use_task_t>,
                                R(boost::system::error_code, Results...)> {
 public:
  template <class Initiation, class... Arguments>
  static auto initiate(Initiation&& initiation,
                       boost::asio::redirect_error_t<leat::io::use_task_t> token,
                       Arguments&&... arguments) {
    return leat::io::asio_detail::make_operation<boost::system::error_code, Results...>(
        &token.ec_, std::forward<Initiation>(initiation), std::forward<Arguments>(arguments)...);
  }
};
