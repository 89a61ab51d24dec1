// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "leat/http/trace_event.hpp"
#include "leat/log/logger.hpp"
#include "leat/proto/url/url.hpp"

#include "route/connect_observer.hpp"

namespace leat::http {

/// What is told of one attempt to send a request, from the pool until its connection is let go of.
/// Nothing of this exists where nobody is told.
///
/// It goes last of all that belongs to the attempt, and tells then what has become of it: a task
/// that is stopped has no other way to say so.
class exchange_trace final : public route::connect_observer {
 public:
  exchange_trace(trace_ptr to, std::string_view method, const proto::url& url);
  exchange_trace(const exchange_trace&) = delete;
  exchange_trace& operator=(const exchange_trace&) = delete;
  ~exchange_trace();

  // Steps. What the callback throws is kept, and leaves as something that no other handler knows:
  // it may have the type of an error that would be taken for the peer's. `end_failed()` and
  // `finish()` throw it as it is.
  void begin() { tell(trace_step::pool_wait_started); }
  void reuse(const std::string& peer, const std::string& address);
  void sent_head() { tell(trace_step::request_headers_sent); }
  void sent_body(std::uint64_t size);
  void received_head(std::string_view http_version, int status);

  void connecting(const std::string& to) override;
  void connected(const std::string& peer, const std::string& address) override;
  void failed_once(const std::exception_ptr& why) noexcept override;
  void opening_tunnel() override { tell(trace_step::tunnel_started); }
  void opened_tunnel(const std::string& peer) override;
  void beginning_tls() override { tell(trace_step::tls_started); }
  void began_tls(const io::tls_info& agreed) override;

  /// Of the body of the answer.
  void read_more(std::uint64_t size) noexcept { body_bytes_ += size; }
  /// Takes down whether others may use the connection when this request lets go of it.
  void set_kept(bool is_kept) noexcept { is_kept_ = is_kept; }
  void note_failed(const std::exception_ptr& why) noexcept;

  /// The attempt has ended with the exception that is being handled, which is thrown on.
  [[noreturn]] void end_failed();
  /// The body was read to its end, and the connection is let go of.
  static void finish(std::unique_ptr<exchange_trace> which, bool is_kept);

 private:
  void tell(trace_step step);
  void tell(trace_event&& event);
  void tell_quietly(trace_event&& event) noexcept;
  void fill(trace_event& event) noexcept;

  trace_ptr to_;
  std::string method_;
  std::string url_;
  std::string peer_;
  std::string address_;
  std::exception_ptr thrown_;  // by the callback
  std::uint64_t body_bytes_ = 0;
  trace_step last_{};
  bool has_connection_ = false;
  bool is_kept_ = false;
  bool is_decided_ = false;  // it was answered, or has failed
  bool has_failed_ = false;
};

/// What the steps of one call are told to: `to`, which may be null, with their numbers, and before
/// it the log.
[[nodiscard]] trace_ptr trace_of_call(trace_ptr to, const log::logger& logger, std::uint64_t call);

}  // namespace leat::http
