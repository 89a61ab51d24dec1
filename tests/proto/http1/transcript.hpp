// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "leat/base/byte_buffer.hpp"
#include "leat/proto/http1/client_connection.hpp"
#include "leat/proto/http1/server_connection.hpp"
#include "leat/testing/splits.hpp"

/// Drives a machine as a real driver would and writes down what it tells, one event a line.
/// Adjacent parts of a body are written as one, so that the text does not depend on how the
/// bytes came: the invariant that the tests of this folder and the fuzz targets check.
namespace leat::test {

template <class Machine>
class transcript_of {
 public:
  explicit transcript_of(const proto::http1::limits& limits = {}) : machine_(limits) {}

  Machine& machine() noexcept { return machine_; }
  byte_buffer& input() noexcept { return input_; }

  /// What the machine told, with the part of a body that is still open.
  [[nodiscard]] std::string text() const { return body_.empty() ? text_ : text_ + body_line(); }

  void feed(std::string_view piece) {
    input_.append(piece);
    run();
  }

  void end_of_input() {
    machine_.end_of_input();
    run();
  }

  /// Asks the machine until it waits or stops.
  void run() {
    for (;;) {
      std::string_view rest = input_.text();
      const proto::http1::event found = machine_.next(rest);
      // The head refers to the input, so it is written down before any of it is consumed.
      if (found.kind == proto::http1::event_kind::data) {
        body_ += found.data;
      } else if (found.kind != proto::http1::event_kind::need_more) {
        write(found);
      }
      input_.consume(input_.size() - rest.size());
      switch (found.kind) {
        case proto::http1::event_kind::head:
        case proto::http1::event_kind::informational:
        case proto::http1::event_kind::data: break;
        case proto::http1::event_kind::end:
          if (!next_cycle()) return;
          break;
        default: return;
      }
    }
  }

 private:
  void write(const proto::http1::event& found) {
    using proto::http1::event_kind;
    if (stopped_) return;
    if (!body_.empty()) text_ += body_line();
    body_.clear();
    switch (found.kind) {
      case event_kind::head:
      case event_kind::informational: text_ += head_line(); break;
      case event_kind::end:
        text_ += "end";
        for (const proto::field each : machine_.trailers()) text_ += field_text(each);
        text_ += '\n';
        break;
      case event_kind::paused: return;
      case event_kind::switched: text_ += "switched\n"; break;
      case event_kind::closed: text_ += "closed\n"; break;
      case event_kind::failed:
        text_ += "failed: " + make_error_code(found.error).message() + '\n';
        break;
      case event_kind::need_more:
      case event_kind::data: break;
    }
    stopped_ = found.kind == event_kind::failed || found.kind == event_kind::closed ||
               found.kind == event_kind::switched;
  }

  std::string head_line();
  bool next_cycle();

  static std::string field_text(const proto::field& each) {
    return " [" + std::string(each.name) + '=' + std::string(each.value) + ']';
  }

  [[nodiscard]] std::string body_line() const { return "data " + body_ + '\n'; }

  static std::string version_text(proto::http1::version v) {
    return v == proto::http1::version::http_1_0 ? " 1.0" : " 1.1";
  }

  Machine machine_;
  byte_buffer input_;
  std::string text_;
  std::string body_;
  bool stopped_ = false;
};

using server_transcript = transcript_of<proto::http1::server_connection>;
using client_transcript = transcript_of<proto::http1::client_connection>;

template <>
inline std::string server_transcript::head_line() {
  const auto head = machine_.head();
  std::string line = std::string(head.method) + ' ' + std::string(head.target);
  line += version_text(head.http_version);
  for (const proto::field each : head.fields) line += field_text(each);
  return line + '\n';
}

template <>
inline std::string client_transcript::head_line() {
  const auto head = machine_.head();
  std::string line = std::to_string(head.status) + ' ' + std::string(head.reason);
  line += version_text(head.http_version);
  for (const proto::field each : head.fields) line += field_text(each);
  return line + '\n';
}

/// A server answers with 200 and goes on to what the client sent ahead.
template <>
inline bool server_transcript::next_cycle() {
  byte_buffer answer;
  if (machine_.switch_proposed()) return false;
  if (machine_.send_head(answer, {.status = 200}) || machine_.send_end(answer)) return false;
  return !machine_.start_next_cycle();
}

template <>
inline bool client_transcript::next_cycle() {
  return false;
}

/// What a server tells about `input` when it comes in one piece.
inline std::string read_requests(std::string_view input, const proto::http1::limits& limits = {}) {
  server_transcript server(limits);
  server.feed(input);
  return server.text();
}

/// Whether `check(transcript)` holds for `input` in one piece, at every split, and byte by byte.
template <class Transcript, class Prepare, class Check>
void however_it_comes(std::string_view input, const proto::http1::limits& limits, Prepare prepare,
                      Check check) {
  testing::for_each_split(input, [&](std::string_view head, std::string_view tail) {
    Transcript transcript(limits);
    prepare(transcript);
    transcript.feed(head);
    transcript.feed(tail);
    check(transcript);
  });
  Transcript transcript(limits);
  prepare(transcript);
  testing::in_pieces(input, 1, [&](std::string_view piece) { transcript.feed(piece); });
  check(transcript);
}

}  // namespace leat::test
