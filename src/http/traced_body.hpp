// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "leat/http/transport.hpp"

#include "http/exchange_trace.hpp"

namespace leat::http {

/// A body that is read from a connection, which it lets go of at its end. It tells its trace, if
/// it has one, of both, and of what fails.
template <class Io>
class traced_body : public basic_response_body<Io> {
 public:
  typename Io::template result<std::string_view> read_some() final { return Io::expose(read()); }

  std::optional<std::string_view> try_read_some() final {
    if (is_over()) return std::string_view();
    try {
      const auto piece = try_next();
      if (piece) note(*piece);
      return piece;
    } catch (...) {
      if (trace_ != nullptr) trace_->note_failed(std::current_exception());
      throw;
    }
  }

 protected:
  explicit traced_body(std::unique_ptr<exchange_trace> trace) noexcept : trace_(std::move(trace)) {}

  /// Takes down for the trace what becomes of the connection, where the body is not read to its
  /// end.
  void set_kept(bool is_kept) noexcept {
    if (trace_ != nullptr) trace_->set_kept(is_kept);
  }

 private:
  /// Whether the connection has been let go of.
  [[nodiscard]] virtual bool is_over() const noexcept = 0;
  /// The next piece from the connection; empty at the end.
  virtual typename Io::template task<std::string_view> next() = 0;
  /// The same, if it is there.
  virtual std::optional<std::string_view> try_next() = 0;
  /// Returns whether others may use the connection.
  virtual bool let_go() = 0;

  typename Io::template task<std::string_view> read() {
    if (is_over()) co_return std::string_view();
    try {
      const auto piece = co_await next();
      note(piece);
      co_return piece;
    } catch (...) {
      if (trace_ != nullptr) trace_->note_failed(std::current_exception());
      throw;
    }
  }

  void note(std::string_view piece) {
    if (piece.empty()) {
      const bool is_kept = let_go();
      if (trace_ != nullptr) exchange_trace::finish(std::move(trace_), is_kept);
    } else if (trace_ != nullptr) {
      trace_->read_more(piece.size());
    }
  }

  std::unique_ptr<exchange_trace> trace_;  // of the base, so that it goes last
};

}  // namespace leat::http
