// SPDX-License-Identifier: MIT
#include "leat/proto/http1/detail/body_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "leat/proto/fields/ascii.hpp"

#include "proto/http1/head_writer.hpp"

namespace leat::proto::http1::detail {
namespace {

/// Fields that frame, route, authenticate or change how a message is read do so from its head.
/// A recipient that merged them from the trailers would be misled (RFC 9110, section 6.5.1).
bool is_forbidden_trailer(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 23> forbidden{"authorization",
                                                       "cache-control",
                                                       "connection",
                                                       "content-encoding",
                                                       "content-length",
                                                       "content-range",
                                                       "content-type",
                                                       "cookie",
                                                       "expect",
                                                       "host",
                                                       "keep-alive",
                                                       "location",
                                                       "max-forwards",
                                                       "pragma",
                                                       "proxy-authenticate",
                                                       "proxy-authorization",
                                                       "range",
                                                       "set-cookie",
                                                       "te",
                                                       "trailer",
                                                       "transfer-encoding",
                                                       "upgrade",
                                                       "www-authenticate"};
  return std::ranges::any_of(
      forbidden, [&](std::string_view each) { return equals_ignoring_case(each, name); });
}

}  // namespace

errc body_writer::begin(byte_buffer& out, std::uint64_t size) {
  if (in_data_) return errc::wrong_phase;
  // An empty chunk would end the body.
  if (size == 0) return {};

  switch (how_) {
    case framing::none: return errc::body_not_allowed;
    case framing::sized:
      if (size > remaining_) return errc::body_too_long;
      remaining_ -= size;
      break;
    case framing::chunked: {
      std::array<char, 18> line;
      char* const end = std::to_chars(line.data(), line.data() + 16, size, 16).ptr;
      end[0] = '\r';
      end[1] = '\n';
      out.append({line.data(), static_cast<std::size_t>(end + 2 - line.data())});
      break;
    }
    case framing::until_close: break;
  }
  in_data_ = true;
  return {};
}

void body_writer::finish(byte_buffer& out) {
  if (in_data_ && how_ == framing::chunked) out.append("\r\n");
  in_data_ = false;
}

std::error_code body_writer::end(byte_buffer& out, fields_view trailers) {
  if (in_data_) return errc::wrong_phase;
  if (remaining_ != 0) return errc::body_too_short;
  if (how_ != framing::chunked) {
    if (!trailers.is_empty()) return errc::trailers_not_possible;
    return {};
  }

  outgoing_facts facts;
  for (const field each : trailers) {
    if (is_forbidden_trailer(each.name)) return errc::forbidden_trailer;
  }
  if (const auto error = inspect(trailers, {}, facts)) return error;
  line_writer lines(out, facts.line_bytes + 5);
  lines.put("0\r\n");
  lines.put_fields(trailers);
  lines.put("\r\n");
  return {};
}

}  // namespace leat::proto::http1::detail
