// SPDX-License-Identifier: MIT
#include "leat/proto/multipart/form_reader.hpp"

#include <algorithm>
#include <utility>

#include "leat/base/assert.hpp"
#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/parameters.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/multipart/error.hpp"

namespace leat::proto {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view header_end = "\r\n\r\n";
// RFC 2046, section 5.1.1.
constexpr std::size_t longest_boundary = 70;
constexpr std::string_view other_boundary_characters = "'()+_,-./:=? ";
// Blanks behind a boundary, which nobody has a reason to send many of.
constexpr std::size_t most_padding = 256;

bool is_boundary(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_boundary && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) {
           const char lower = ascii_lower(c);
           return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
                  other_boundary_characters.find(c) != std::string_view::npos;
         });
}

/// Undoes what browsers do to names, and the one escape of those who quote by RFC 822.
std::optional<std::string> read_name(std::string_view value) {
  if (!value.starts_with('"')) return unquote(value);
  if (value.size() < 2 || !value.ends_with('"')) return std::nullopt;
  value = value.substr(1, value.size() - 2);
  std::string name;
  while (!value.empty()) {
    std::size_t size = 1;
    char c = value.front();
    if (value.starts_with("\\\"")) {
      c = '"';
      size = 2;
    } else if (c == '"') {
      return std::nullopt;
    } else if (value.starts_with("%22")) {
      c = '"';
      size = 3;
    } else if (value.starts_with("%0D") || value.starts_with("%0d")) {
      c = '\r';
      size = 3;
    } else if (value.starts_with("%0A") || value.starts_with("%0a")) {
      c = '\n';
      size = 3;
    }
    name += c;
    value.remove_prefix(size);
  }
  return name;
}

/// Reads a Content-Disposition. Returns false unless it is `form-data` with one name.
bool read_disposition(std::string_view value, form_part& into) {
  if (!equals_ignoring_case(without_parameters(value), "form-data")) return false;
  value.remove_prefix(std::min(value.find(';'), value.size()));
  bool has_name = false;
  while (const auto each = next_parameter(value)) {
    const bool is_name = equals_ignoring_case(each->name, "name");
    if (!is_name && !equals_ignoring_case(each->name, "filename")) continue;
    auto text = read_name(each->value);
    if (!text || (is_name ? has_name : into.filename.has_value())) return false;
    if (is_name) {
      into.name = std::move(*text);
      has_name = true;
    } else {
      into.filename = std::move(*text);
    }
  }
  return has_name;
}

}  // namespace

std::optional<std::string> form_reader::boundary_of(std::string_view content_type) {
  if (!equals_ignoring_case(without_parameters(content_type), "multipart/form-data")) {
    return std::nullopt;
  }
  auto boundary = find_parameter(content_type, "boundary");
  if (!boundary || !is_boundary(*boundary)) return std::nullopt;
  return boundary;
}

form_reader::form_reader(std::string_view boundary, const form_limits& limits)
    : delimiter_("\r\n--"),
      limits_(limits),
      held_(line_end) {  // so that the first boundary is like the others
  LEAT_ASSERT(is_boundary(boundary));
  delimiter_ += boundary;
  input_ = held_;
}

void form_reader::feed(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (held_.empty()) {
    input_ = bytes;
  } else {
    held_ += bytes;
    input_ = held_;
  }
}

form_event form_reader::next() {
  data_ = {};
  if (state_ != state::failed && body_bytes_ > limits_.max_body_bytes) {
    return fail(multipart_errc::body_too_long);
  }
  for (;;) {
    form_event found = form_event::need_more;
    const state before = state_;
    switch (state_) {
      case state::preamble: found = read_preamble(); break;
      case state::delimiter: found = read_delimiter(); break;
      case state::header: found = read_header(); break;
      case state::content: found = read_content(); break;
      case state::end:
        input_ = {};
        held_.clear();
        return form_event::end;
      case state::failed: return form_event::failed;
    }
    if (found == form_event::need_more && state_ == before) return starve();
    if (found != form_event::need_more) return found;
  }
}

form_event form_reader::fail(std::error_code why) noexcept {
  state_ = state::failed;
  error_ = why;
  return form_event::failed;
}

/// Keeps what is left of the piece.
form_event form_reader::starve() {
  if (is_finished_) return fail(multipart_errc::truncated);
  if (held_.empty()) {
    held_ = input_;
  } else {
    held_.erase(0, held_.size() - input_.size());
  }
  input_ = held_;
  return form_event::need_more;
}

void form_reader::consume(std::size_t size) noexcept {
  input_.remove_prefix(size);
}

/// The place of the first delimiter in the input, or of what may become one at its end.
std::size_t form_reader::find_delimiter(bool& is_whole) const noexcept {
  const std::size_t found = input_.find(delimiter_);
  is_whole = found != input_.npos;
  if (is_whole) return found;
  const std::size_t most = std::min(input_.size(), delimiter_.size() - 1);
  for (std::size_t place = input_.size() - most; place < input_.size(); ++place) {
    if (delimiter_.starts_with(input_.substr(place))) return place;
  }
  return input_.size();
}

form_event form_reader::read_preamble() {
  bool is_whole = false;
  consume(find_delimiter(is_whole));
  if (is_whole) {
    consume(delimiter_.size());
    state_ = state::delimiter;
  }
  return form_event::need_more;
}

/// What stands behind a boundary.
form_event form_reader::read_delimiter() {
  if (input_.starts_with("--")) {
    consume(2);
    state_ = state::end;
    return form_event::end;
  }
  const std::size_t end = std::min(input_.find_first_not_of(" \t"), input_.size());
  const std::string_view rest = input_.substr(end);
  if (end > most_padding || (!line_end.starts_with(rest.substr(0, 2)) && input_ != "-")) {
    return fail(multipart_errc::malformed_delimiter);
  }
  if (rest.size() < 2) return form_event::need_more;
  if (parts_ == limits_.max_parts) return fail(multipart_errc::too_many_parts);
  ++parts_;
  // The line end stays: a header that is empty ends with it and the next.
  consume(end);
  searched_ = 0;
  part_bytes_ = 0;
  state_ = state::header;
  return form_event::need_more;
}

form_event form_reader::read_header() {
  const std::size_t end = input_.find(header_end, searched_);
  const std::size_t size = end == input_.npos ? input_.size() : end + header_end.size();
  if (size > limits_.max_header_bytes) return fail(multipart_errc::header_too_long);
  if (end == input_.npos) {
    searched_ = input_.size() - std::min(input_.size(), header_end.size() - 1);
    return form_event::need_more;
  }
  const std::string_view lines = input_.substr(0, end + line_end.size());
  if (const auto refused = take_part(lines.substr(line_end.size()))) return fail(refused);
  consume(size);
  state_ = state::content;
  return form_event::part;
}

std::error_code form_reader::take_part(std::string_view lines) {
  part_ = form_part();
  while (!lines.empty()) {
    const std::size_t end = lines.find(line_end);
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + line_end.size());
    const std::size_t colon = line.find(':');
    if (colon == line.npos) return multipart_errc::malformed_header;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (check_field(name, value)) return multipart_errc::malformed_header;
    part_.headers.add(name, value);
  }
  const auto dispositions = part_.headers.get_all("content-disposition");
  if (dispositions.size() != 1 || !read_disposition(dispositions.front(), part_)) {
    return multipart_errc::missing_disposition;
  }
  part_.content_type = part_.headers.get("content-type").value_or(std::string_view());
  return {};
}

form_event form_reader::read_content() {
  bool is_whole = false;
  const std::size_t size = find_delimiter(is_whole);
  if (size != 0) {
    part_bytes_ += size;
    if (part_bytes_ > limits_.max_part_bytes) return fail(multipart_errc::part_too_long);
    data_ = input_.substr(0, size);
    consume(size);
    return form_event::data;
  }
  if (!is_whole) return form_event::need_more;
  consume(delimiter_.size());
  state_ = state::delimiter;
  return form_event::part_end;
}

}  // namespace leat::proto
