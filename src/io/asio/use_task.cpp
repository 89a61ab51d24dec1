// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/error.hpp>

#include "leat/io/asio.hpp"

#include "io/asio/host.hpp"

namespace leat::io {

boost::asio::io_context& asio_context(loop& of) {
  auto* const found = dynamic_cast<epoll_backend::epoll_reactor*>(&of.outside());
  if (found == nullptr) {
    throw invalid_argument(
        "this loop has no Asio: a loop on virtual time has only what testing gives it");
  }
  // The only host there is.
  if (found->host() == nullptr) {
    found->set_host(std::make_unique<asio_backend::asio_host>(*found));
  }
  return static_cast<asio_backend::asio_host*>(found->host())->context();
}

boost::asio::io_context& asio_context() {
  return asio_context(loop::current());
}

namespace asio_detail {

bool is_abort(const std::exception_ptr& failure) noexcept {
  if (failure == nullptr) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    return is_abort(e.code());
  } catch (...) {
    return false;
  }
}

namespace {

/// Beast has a category of its own, which says nothing of the standard's conditions.
bool is_timeout(const boost::system::error_code& code) noexcept {
  constexpr int beast_timeout = 1;  // boost::beast::error::timeout, whose header nobody needs here
  return code == boost::system::errc::timed_out ||
         (code.value() == beast_timeout &&
          std::string_view(code.category().name()) == "boost.beast");
}

}  // namespace

void throw_operation_error(const boost::system::error_code& code) {
  const std::string message = "Asio operation failed: " + code.message();
  const auto& category = code.category();
  if (category == asio::error::get_netdb_category() ||
      category == asio::error::get_addrinfo_category()) {
    throw resolve_error(message, code);
  }
  if (is_timeout(code)) throw operation_timeout(message, code);
  if (code == asio::error::connection_refused || code == asio::error::host_unreachable ||
      code == asio::error::network_unreachable) {
    throw connect_error(message, code);
  }
  throw operation_error(message, code);
}

void operation_leaf::start() noexcept {
  is_starting_ = true;
  try {
    initiate();
  } catch (...) {
    if (is_waiting()) {
      failure_ = std::current_exception();
    } else {
      executor::current().report(std::current_exception(),
                                 "initiating an operation of Asio that had completed already");
    }
  }
  is_starting_ = false;
  if (!is_waiting()) return;
  if (failure_ != nullptr) {
    finished(false);
  } else if (is_stop_requested_) {
    ask_to_stop();  // the request came before there was anything to ask
  }
}

detach_result operation_leaf::detach() noexcept {
  is_stop_requested_ = true;
  // Nobody listens to the signal of an operation that cannot be cancelled.
  const bool listens = slot().has_handler();
  if (!is_starting_) ask_to_stop();
  return listens ? detach_result::asked : detach_result::refused;
}

void operation_leaf::ask_to_stop() noexcept {
  constexpr duration longest = std::chrono::seconds(1);
  auto& home = executor::current();
  // First, because a handler may be called inside of emit().
  home.arm(reminder_, home.now() + until_reminder_);
  until_reminder_ = std::min(until_reminder_ * 2, longest);
  try {
    signal_.emit(asio::cancellation_type::all);
  } catch (...) {
    home.report(std::current_exception(), "asking an operation of Asio to stop");
  }
}

void operation_leaf::finished(bool is_aborted) noexcept {
  LEAT_ASSERT(executor::current_or_null() != nullptr);
  reminder_.unlink();
  if (is_aborted) {
    complete_stopped();
  } else {
    complete();
  }
}

void operation_leaf::dropped() noexcept {
  if (failure_ == nullptr) {
    failure_ = std::make_exception_ptr(
        operation_error("Asio operation failed: it destroyed its handler without calling it"));
  }
  // While it starts, an exception may be on its way that says more.
  if (!is_starting_) finished(is_stop_requested_);
}

}  // namespace asio_detail
}  // namespace leat::io
