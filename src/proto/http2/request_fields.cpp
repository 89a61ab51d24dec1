// SPDX-License-Identifier: MIT
#include "request_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/validation.hpp"

namespace leat::proto::http2 {
namespace {

// RFC 9113, section 8.2.2; Host is `:authority`.
bool is_of_connection(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 6> names{
      "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host"};
  for (const auto each : names) {
    if (equals_ignoring_case(name, each)) return true;
  }
  return false;
}

/// `names_more`: there is a Connection field that may name others.
bool is_left_out(const field& each, fields_view all, bool names_more) noexcept {
  if (is_of_connection(each.name)) return true;
  if (names_more && all.has_token("connection", each.name)) return true;
  return equals_ignoring_case(each.name, "te") && !equals_ignoring_case(each.value, "trailers");
}

std::size_t text_size(fields_view all) noexcept {
  std::size_t size = 0;
  for (const auto each : all) size += each.name.size();
  return size;
}

std::uint8_t* bytes(std::string_view text) noexcept {
  // nghttp2 only reads them.
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

}  // namespace

void field_list::add(std::string_view name, std::string_view value) {
  // A credential is not put into the table of the compression, from which others could guess it.
  const std::uint8_t flags =
      is_secret_field(name) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
  list_.push_back({bytes(name), bytes(value), name.size(), value.size(), flags});
}

void field_list::add_lowered(std::string_view name, std::string_view value) {
  const std::size_t begin = names_.size();
  names_.append(name);
  const auto lowered = names_.begin() + static_cast<std::ptrdiff_t>(begin);
  std::transform(lowered, names_.end(), lowered, ascii_lower);
  add(std::string_view(names_).substr(begin), trim_blanks(value));
}

std::error_code field_list::take_request(const outgoing_request& request) {
  if (const auto bad = check_method(request.method)) return bad;
  if (request.method == "CONNECT") return errc::connect_not_supported;
  if (const auto bad = check_target(request.target)) return bad;
  std::optional<std::string_view> host;
  bool names_more = false;
  for (const auto each : request.fields) {
    if (const auto bad = check_field(each.name, each.value)) return bad;
    names_more = names_more || (equals_ignoring_case(each.name, "connection") &&
                                !equals_ignoring_case(each.value, "keep-alive"));
    if (!equals_ignoring_case(each.name, "host")) continue;
    if (host) return errc::host_required;
    host = trim_blanks(each.value);
  }
  if (!host || host->empty()) return errc::host_required;

  names_.reserve(text_size(request.fields));  // the list refers to it
  list_.reserve(request.fields.size() + 5);
  add(":method", request.method);
  add(":scheme", request.scheme);
  add(":authority", *host);
  add(":path", request.target);
  bool has_length = false;
  for (const auto each : request.fields) {
    if (is_left_out(each, request.fields, names_more)) continue;
    if (equals_ignoring_case(each.name, "content-length")) {
      // What is known of the body decides; a length of something unknown is taken at its word.
      std::uint64_t length = 0;
      const auto text = trim_blanks(each.value);
      const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), length);
      if (bad != std::errc() || end != text.data() + text.size() || has_length) {
        return errc::invalid_framing;
      }
      if (request.has_body ? request.body_bytes && *request.body_bytes != length : length != 0) {
        return errc::invalid_framing;
      }
      has_length = true;
      declared_ = length;
    }
    add_lowered(each.name, each.value);
  }
  const bool has_none = !request.has_body && (request.method == "POST" || request.method == "PUT" ||
                                              request.method == "PATCH");
  if (!has_length && ((request.has_body && request.body_bytes) || has_none)) {
    declared_ = has_none ? 0 : *request.body_bytes;
    length_ = std::to_string(*declared_);
    add("content-length", length_);
  }
  return {};
}

std::error_code field_list::take_trailers(fields_view trailers) {
  names_.reserve(text_size(trailers));
  list_.reserve(trailers.size());
  for (const auto each : trailers) {
    if (const auto bad = check_field(each.name, each.value)) return bad;
    if (is_of_connection(each.name) || equals_ignoring_case(each.name, "te") ||
        equals_ignoring_case(each.name, "content-length")) {
      return errc::forbidden_field;
    }
    add_lowered(each.name, each.value);
  }
  return {};
}

}  // namespace leat::proto::http2
