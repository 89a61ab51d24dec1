// SPDX-License-Identifier: MIT
#include "leat/proto/multipart/form_writer.hpp"

#include <algorithm>
#include <utility>

#include "leat/base/assert.hpp"

namespace leat::proto {
namespace {

// RFC 2046, section 5.1.1.
constexpr std::size_t longest_boundary = 70;

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "%22"; break;
      case '\r': out += "%0D"; break;
      case '\n': out += "%0A"; break;
      default: out += c;
    }
  }
  out += '"';
}

}  // namespace

bool form_writer::is_boundary(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_boundary && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_';
  });
}

form_writer::form_writer(std::string boundary) : boundary_(std::move(boundary)) {
  LEAT_ASSERT(is_boundary(boundary_));
}

std::string form_writer::content_type() const {
  return "multipart/form-data; boundary=" + boundary_;
}

std::string form_writer::begin_part(std::string_view name) {
  // The line end in front of a boundary belongs to it.
  std::string out = has_parts_ ? "\r\n--" : "--";
  has_parts_ = true;
  out += boundary_;
  out += "\r\nContent-Disposition: form-data; name=";
  append_quoted(out, name);
  return out;
}

std::string form_writer::begin_field(std::string_view name) {
  return begin_part(name) + "\r\n\r\n";
}

std::string form_writer::begin_file(std::string_view name, std::string_view filename,
                                    std::string_view type) {
  std::string out = begin_part(name) + "; filename=";
  append_quoted(out, filename);
  out += "\r\nContent-Type: ";
  const bool has_type = !type.empty() && std::ranges::none_of(type, is_control);
  out += has_type ? type : "application/octet-stream";
  out += "\r\n\r\n";
  return out;
}

std::string form_writer::end() {
  return (has_parts_ ? "\r\n--" : "--") + boundary_ + "--\r\n";
}

}  // namespace leat::proto
