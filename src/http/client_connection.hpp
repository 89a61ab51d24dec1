// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "leat/http/response.hpp"
#include "leat/http/timeouts.hpp"
#include "leat/io/stream.hpp"
#include "leat/pool/resource_pool.hpp"
#include "leat/proto/http1/client_connection.hpp"

namespace leat::http {

/// A request as it goes on the wire.
struct wire_request {
  std::string method;
  std::string target;
  http::headers headers;  ///< With Host.
  std::string body;
  proto::http1::body_size body_size = proto::http1::body_size::none();
};

/// One connection of a client: a stream and the machine that speaks on it. It only carries
/// bytes between the two; every decision about HTTP is the machine's.
class client_connection final : public pool::resource {
 public:
  client_connection(std::unique_ptr<io::async_stream> stream,
                    const proto::http1::limits& limits) noexcept
      : stream_(std::move(stream)), machine_(limits) {}

  [[nodiscard]] bool is_usable() noexcept override {
    return received_.is_empty() && stream_->is_idle_and_open();
  }

  /// Sends `request` and reads the answer into `into`.
  /// Cancellation: lossy. Errors: those of the stream; `local_protocol_error`,
  /// `remote_protocol_error`.
  task<void> exchange(const wire_request& request, const timeouts& limits, response::parts& into);

  /// Whether the connection is clean after an exchange; then it is ready for the next.
  [[nodiscard]] bool prepare_reuse() noexcept;

  /// Whether nothing was sent since the last exchange: the connection is as clean as before.
  [[nodiscard]] bool is_unused() const noexcept { return machine_.is_idle(); }

  /// Whether anything of an answer has come in the current exchange.
  [[nodiscard]] bool has_received() const noexcept { return has_received_; }

 private:
  struct early_answer;

  void put_head(byte_buffer& out, const wire_request& request);
  void put_end(byte_buffer& out, const wire_request& request);
  task<void> send(const wire_request& request, duration write_limit);
  task<void> send_watching(const wire_request& request, duration write_limit, early_answer& answer,
                           response::parts& into);
  task<void> watch(early_answer& answer, response::parts& into);
  task<void> receive(duration read_limit, response::parts& into);
  task<void> read_more(duration read_limit);
  void take_head(response::parts& into);
  [[noreturn]] void throw_remote_error(std::error_code cause) const;

  std::unique_ptr<io::async_stream> stream_;
  proto::http1::client_connection machine_;
  byte_buffer received_;
  bool has_received_ = false;
};

}  // namespace leat::http
