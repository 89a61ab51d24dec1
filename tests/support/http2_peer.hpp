// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The server's side of an HTTP/2 connection in memory, over nghttp2: what came in is written
/// down, and it says whatever a test wants. Bytes go in and out as the test carries them.
class http2_peer {
 public:
  using field = std::pair<std::string, std::string>;

  struct settings {
    std::uint32_t max_streams = 100;
    std::uint32_t window = 65535;
    bool takes_credit = true;  ///< Whether it gives credit for what it has received.
    std::uint32_t connection_window = 65535;
  };

  struct request {
    std::vector<field> fields;
    std::vector<field> trailers;
    std::string body;
    bool is_complete = false;
    bool is_closed = false;
    std::uint32_t reset_code = 0;

    [[nodiscard]] std::string get(std::string_view name) const {
      for (const auto& each : fields) {
        if (each.first == name) return each.second;
      }
      return {};
    }
  };

  explicit http2_peer(const settings& wanted);
  http2_peer() : http2_peer(settings()) {}
  http2_peer(const http2_peer&) = delete;
  http2_peer& operator=(const http2_peer&) = delete;
  ~http2_peer();

  /// Returns whether the client keeps to the rules.
  bool receive(std::string_view bytes);
  [[nodiscard]] std::string take_output();

  /// Called when a request is complete.
  std::function<void(std::int32_t)> on_request;
  /// Called when the head of a request that has a body is there.
  std::function<void(std::int32_t)> on_head;
  std::map<std::int32_t, request> requests;
  std::uint32_t goaways = 0;      ///< That the client has sent.
  std::uint32_t goaway_code = 0;  ///< Of the last of them.
  std::uint32_t most_open = 0;

  void respond(std::int32_t id, std::vector<field> fields, std::string body = {},
               std::vector<field> trailers = {});
  void respond(std::int32_t id, std::string body = {}) {
    respond(id, {{":status", "200"}}, std::move(body));
  }
  /// Begins an answer whose body comes by `add()` and ends with `end()`.
  void begin(std::int32_t id, std::vector<field> fields = {{":status", "200"}});
  void add(std::int32_t id, std::string_view bytes);
  void end(std::int32_t id);
  void informational(std::int32_t id, int status);
  void reset(std::int32_t id, std::uint32_t code);
  void go_away(std::int32_t last, std::uint32_t code = 0);
  void set_max_streams(std::uint32_t streams);
  /// Sends one setting, by its number (RFC 9113, section 6.5.2), whether that is allowed or not.
  void set(std::uint16_t which, std::uint32_t value);
  void ping();
  [[nodiscard]] std::uint32_t answered_pings() const noexcept;
  /// Promises a push whatever the client said.
  [[nodiscard]] static std::string push_promise(std::int32_t id);

 private:
  class impl;
  std::unique_ptr<impl> impl_;
};
