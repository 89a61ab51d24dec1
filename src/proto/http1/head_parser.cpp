// SPDX-License-Identifier: MIT
#include "leat/proto/http1/detail/head_parser.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <iterator>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/list.hpp"
#include "leat/proto/fields/validation.hpp"

#include "proto/fields/characters.hpp"
#include "proto/http1/decimal.hpp"

namespace leat::proto::http1::detail {
namespace {

// Room for the fields of a usual request, so that they cost one allocation.
constexpr std::size_t usual_field_count = 16;

/// `HTTP/`, two digits, and a dot between them.
constexpr bool is_version(std::string_view text) noexcept {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
         is_digit(text[7]);
}

constexpr bool is_spoken(std::string_view version) noexcept {
  return version[5] == '1' && (version[7] == '0' || version[7] == '1');
}

/// What nearly every message says, without looking at it piece by piece.
bool is_usual_version(std::string_view version) noexcept {
  return version == "HTTP/1.1";
}

constexpr version spoken_version(std::string_view version) noexcept {
  return version[7] == '0' ? version::http_1_0 : version::http_1_1;
}

/// Whether `target` has one of the four forms of RFC 9112, section 3.2.
bool is_target_form(std::string_view method, std::string_view target) noexcept {
  if (target.front() == '/') return true;
  if (method == "CONNECT") return target.find(':') != target.npos;
  if (target == "*") return method == "OPTIONS";
  const std::size_t colon = target.find("://");
  return colon != target.npos && colon != 0;
}

/// Whether the field may mean something to the machine, judged by the size and the first letter
/// of its name: those of the names in `head_parser::take_known_field()`. It spares most fields
/// a call.
constexpr bool may_be_known(const char* name, std::ptrdiff_t size) noexcept {
  constexpr std::string_view first_letters = "    h eu  c   c  t";
  // The bit tells the cases of a letter apart, and makes a letter of no other token character.
  return size < std::ssize(first_letters) &&
         (*name | 0x20) == first_letters[static_cast<std::size_t>(size)];
}

/// Whether a line ends at `at`.
bool has_line_end(const char* at, const char* end) noexcept {
  return end - at >= 2 && std::memcmp(at, "\r\n", 2) == 0;
}

errc why_no_line_end(const char* found) noexcept {
  switch (*found) {
    case '\r': return errc::bare_carriage_return;
    case '\n': return errc::bare_line_feed;
    default: return errc::control_character;
  }
}

#if defined(__SSE2__)

/// Looks at 64 bytes at a time for the two kinds of bytes that end the parts of a line, so that a
/// line costs a few shifts. A block of sixteen bytes in front of `end` must be readable.
class line_scanner {
 public:
  /// Something is between `at` and `end`.
  line_scanner(const char* at, const char* end) noexcept : end_(end) { look(at); }

  /// The first byte from `at` on that no usual name has, or the end. From call to call `at` moves
  /// forward.
  [[nodiscard]] LEAT_ALWAYS_INLINE const char* find_unusual(const char* at) noexcept {
    return find(unusual_, at);
  }
  /// The first byte from `at` on that is not printable ASCII, or the end.
  [[nodiscard]] LEAT_ALWAYS_INLINE const char* find_unprintable(const char* at) noexcept {
    return find(unprintable_, at);
  }

 private:
  static constexpr std::ptrdiff_t width = 64;

  [[nodiscard]] LEAT_ALWAYS_INLINE const char* find(const std::uint64_t& mask,
                                                    const char* at) noexcept {
    for (;;) {
      const std::ptrdiff_t offset = at - begin_;
      if (offset < width) [[likely]] {
        const std::uint64_t rest = mask >> offset;
        if (rest != 0) [[likely]]
          return at + std::countr_zero(rest);
        at = begin_ + width;
      }
      if (at >= end_) return end_;
      look(at);
    }
  }

  void look(const char* at) noexcept {
    begin_ = at;
    if (end_ - at >= width) {
      const __m128i blocks[] = {load_block(at), load_block(at + 16), load_block(at + 32),
                                load_block(at + 48)};
      unusual_ = join([&](int i) { return unusual_name_mask(blocks[i]); });
      unprintable_ = join([&](int i) { return unprintable_mask(blocks[i]); });
    } else {
      look_at_rest(at);
    }
  }

  template <class MaskOf>
  [[nodiscard]] LEAT_ALWAYS_INLINE static std::uint64_t join(MaskOf mask_of) noexcept {
    return std::uint64_t{mask_of(0)} | std::uint64_t{mask_of(1)} << 16 |
           std::uint64_t{mask_of(2)} << 32 | std::uint64_t{mask_of(3)} << 48;
  }

  // Behind the end everything is found.
  void look_at_rest(const char* at) noexcept {
    std::uint64_t unusual = 0;
    std::uint64_t unprintable = 0;
    const char* const last_block = end_ - block_size;
    std::ptrdiff_t offset = 0;
    for (; at + offset <= last_block; offset += block_size) {
      const __m128i block = load_block(at + offset);
      unusual |= std::uint64_t{unusual_name_mask(block)} << offset;
      unprintable |= std::uint64_t{unprintable_mask(block)} << offset;
    }
    if (at + offset < end_) {
      const __m128i block = load_block(last_block);
      const std::ptrdiff_t seen = at + offset - last_block;
      unusual |= std::uint64_t{unusual_name_mask(block) >> seen} << offset;
      unprintable |= std::uint64_t{unprintable_mask(block) >> seen} << offset;
    }
    const std::uint64_t behind = ~std::uint64_t{0} << (end_ - at);
    unusual_ = unusual | behind;
    unprintable_ = unprintable | behind;
  }

  const char* begin_ = nullptr;  // of what the masks tell about
  const char* end_;
  std::uint64_t unusual_ = 0;
  std::uint64_t unprintable_ = 0;
};

#endif

}  // namespace

void head_parser::start(kind what) noexcept {
  kind_ = what;
  line_begin_ = scanned_ = section_begin_ = 0;
  error_ = {};
  trailers_size_ = 0;
  in_fields_ = what == kind::trailers;
  if (what == kind::trailers) return;

  slices_.clear();
  // Trailers are rare, and the memory for them is not kept.
  if (trailer_slices_.capacity() != 0) std::vector<field_slice>().swap(trailer_slices_);
  facts_ = {};
  begin_ = fields_begin_ = fields_size_ = first_size_ = second_size_ = 0;
  text_ = trailer_text_ = nullptr;
  status_code_ = 0;
  version_ = version::http_1_1;
}

LEAT_ALWAYS_INLINE bool head_parser::take_field(std::vector<field_slice>& into, const char* section,
                                                const char* name, const char* name_end,
                                                const char* value, const char* value_end) {
  const field_slice slice{
      static_cast<std::uint32_t>(name - section), static_cast<std::uint32_t>(name_end - name),
      static_cast<std::uint32_t>(value - section), static_cast<std::uint32_t>(value_end - value)};
  if (into.capacity() == 0) into.reserve(usual_field_count);
  into.push_back(slice);
  if (!may_be_known(name, name_end - name) || kind_ == kind::trailers) return true;
  return take_known_field({name, name_end}, {value, value_end});
}

bool head_parser::take_plain_lines(const char* base, const char* end, const limits& limits) {
#if defined(__SSE2__)
  const char* line = base + line_begin_;
  if (end - base < block_size || line == end) return true;
  line_scanner look(line, end);
  if (!in_fields_) {
    const char* const method_end = look.find_unusual(line);
    const char* const line_end = look.find_unprintable(method_end);
    if (!has_line_end(line_end, end) || line_end == line) return true;
    if (line_end - line > std::ptrdiff_t{limits.max_line_bytes}) return true;
    line_begin_ = scanned_ = static_cast<std::uint32_t>(line_end + 2 - base);
    if (!take_start_line({line, line_end}, method_end)) return false;
    line = line_end + 2;
  }

  const char* const section = base + section_begin_;
  const std::ptrdiff_t section_limit = limits.max_field_section_bytes;
  const std::ptrdiff_t line_limit = limits.max_line_bytes;
  const bool is_within_limits = end - section <= std::min(section_limit, line_limit);
  auto& into = taken_fields();
  bool is_accepted = true;
  for (auto room = std::ptrdiff_t{limits.max_fields} - std::ssize(into); room > 0; --room) {
    const char* const colon = look.find_unusual(line);
    if (end - colon < 4 || *colon != ':' || colon == line) break;
    const char* const value = colon + 1 + (colon[1] == ' ' ? 1 : 0);
    const char* const value_end = look.find_unprintable(value);
    if (!has_line_end(value_end, end)) break;
    if (value != value_end && (*value == ' ' || value_end[-1] == ' ')) break;
    if (!is_within_limits &&
        (value_end - line > line_limit || value_end + 2 - section > section_limit)) {
      break;
    }

    is_accepted = take_field(into, section, line, colon, value, value_end);
    line = value_end + 2;
    if (!is_accepted) break;
  }
  line_begin_ = scanned_ = static_cast<std::uint32_t>(line - base);
  return is_accepted;
#else
  static_cast<void>(base);
  static_cast<void>(end);
  static_cast<void>(limits);
  return true;
#endif
}

bool head_parser::take_field_line(const char* section, const char* line, const char* line_end,
                                  const limits& limits) {
  if (line_begin_ - section_begin_ > limits.max_field_section_bytes) {
    return fail(errc::field_section_too_large);
  }
  const char* const colon = find_token_end(line, line, line_end);
  if (colon == line_end || *colon != ':' || colon == line) {
    return fail(is_blank(*line)     ? errc::obsolete_folding
                : colon == line_end ? errc::missing_colon
                                    : errc::bad_field_name);
  }
  const char* value = colon + 1;
  const char* value_end = line_end;
  while (value != value_end && is_blank(*value)) ++value;
  while (value != value_end && is_blank(value_end[-1])) --value_end;
  auto& into = taken_fields();
  if (into.size() >= limits.max_fields) return fail(errc::too_many_fields);
  return take_field(into, section, line, colon, value, value_end);
}

head_parser::status head_parser::parse(std::string_view input, const limits& limits) {
  if (error_ != errc{}) return status::failed;
  const char* const base = input.data();
  const char* const end = base + input.size();

  for (;;) {
    // Not when a line has been looked at before, or one that comes byte by byte would be looked
    // at as often as it has bytes.
    if (scanned_ == line_begin_ && !take_plain_lines(base, end, limits)) return status::failed;
    // Whatever led here has seen to it that this place is within the limits.
    if (in_fields_ && has_line_end(base + line_begin_, end)) {
      line_begin_ = scanned_ = line_begin_ + 2;
      return finish(base) ? status::done : status::failed;
    }

    const char* const found = find_control(base, base + scanned_, end);
    const auto offset = static_cast<std::uint32_t>(found - base);
    if (offset > first_limit(limits)) {
      fail(why_too_long(limits));
      return status::failed;
    }
    if (end - found < 2 && (found == end || *found == '\r')) {
      scanned_ = offset;
      return status::need_more;
    }
    if (found[0] != '\r' || found[1] != '\n') {
      fail(why_no_line_end(found));
      return status::failed;
    }

    const char* const line = base + line_begin_;
    line_begin_ = scanned_ = offset + 2;
    if (!in_fields_) {
      if (!take_start_line({line, found}, find_token_end(line, line, found))) {
        return status::failed;
      }
    } else if (!take_field_line(base + section_begin_, line, found, limits)) {
      return status::failed;
    }
  }
}

std::uint32_t head_parser::first_limit(const limits& limits) const noexcept {
  const std::uint32_t line_limit = line_begin_ + limits.max_line_bytes;
  if (!in_fields_) return line_limit;
  return std::min(line_limit, section_begin_ + limits.max_field_section_bytes);
}

// The limit that is reached first is named, so that it does not depend on how the bytes came.
errc head_parser::why_too_long(const limits& limits) const noexcept {
  if (!in_fields_) return errc::start_line_too_long;
  const std::uint32_t line_limit = line_begin_ + limits.max_line_bytes;
  const bool is_line = line_limit <= section_begin_ + limits.max_field_section_bytes;
  return is_line ? errc::field_line_too_long : errc::field_section_too_large;
}

bool head_parser::take_start_line(std::string_view line, const char* method_end) noexcept {
  if (kind_ == kind::request && line.empty() && begin_ == 0) {
    // Some clients send an empty line behind a body (RFC 9112, section 2.2).
    begin_ = line_begin_;
    return true;
  }
  in_fields_ = true;
  section_begin_ = fields_begin_ = line_begin_;
  return kind_ == kind::request ? take_request_line(line, method_end) : take_status_line(line);
}

bool head_parser::take_request_line(std::string_view line, const char* method_end) noexcept {
  // Few methods have other characters than letters and hyphens, but they may.
  if (*method_end != ' ') [[unlikely]] {
    method_end = find_token_end(line.data(), method_end, line.data() + line.size());
  }
  const auto method_size = static_cast<std::size_t>(method_end - line.data());
  constexpr std::size_t version_size = 8;
  constexpr std::size_t around_target = 2 + version_size;
  if (method_size == 0 || line.size() <= method_size + around_target) {
    return fail(errc::bad_request_line);
  }

  const std::string_view version = line.substr(line.size() - version_size);
  const std::string_view target =
      line.substr(method_size + 1, line.size() - method_size - around_target);
  if (*method_end != ' ' || line[line.size() - version_size - 1] != ' ' ||
      !(is_usual_version(version) || is_version(version)) || !is_request_target(target)) {
    return fail(errc::bad_request_line);
  }
  if (!is_usual_version(version) && !is_spoken(version)) return fail(errc::unsupported_version);
  if (!is_target_form(line.substr(0, method_size), target)) return fail(errc::bad_request_line);

  first_size_ = static_cast<std::uint32_t>(method_size);
  second_size_ = static_cast<std::uint32_t>(target.size());
  version_ = spoken_version(version);
  return true;
}

bool head_parser::take_status_line(std::string_view line) noexcept {
  constexpr std::size_t least = std::string_view("HTTP/1.1 200").size();
  if (line.size() < least || !is_version(line.substr(0, 8)) || line[8] != ' ' ||
      !is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11])) {
    return fail(errc::bad_status_line);
  }
  // A higher minor version is processed as the highest that is known (RFC 9110, section 2.5).
  if (line[5] != '1') return fail(errc::unsupported_version);
  const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  // RFC 9110, section 15: above 599 it is invalid, and to be taken for a server's error, which some
  // servers rely on. Below 100 it cannot be told whether a final answer follows.
  if (status < 100) return fail(errc::bad_status_line);

  // The space is required even without a reason, but many servers leave both out.
  if (line.size() > least && line[least] != ' ') return fail(errc::bad_status_line);
  first_size_ = static_cast<std::uint32_t>(std::min(line.size(), least + 1));
  second_size_ = static_cast<std::uint32_t>(line.size()) - first_size_;
  status_code_ = static_cast<std::int16_t>(status);
  version_ = spoken_version(line);
  return true;
}

bool head_parser::take_known_field(std::string_view name, std::string_view value) noexcept {
  const auto is = [name](const auto& known) { return spells(name.data(), known); };
  switch (name.size()) {
    case 4: return !is("host") || take_host(value);
    case 6:
      // Other expectations may be ignored (RFC 9110, section 10.1.1).
      if (is("expect")) facts_.expects_continue |= list_contains(value, "100-continue");
      return true;
    case 7:
      if (is("upgrade")) facts_.has_upgrade = true;
      return true;
    case 10: return !is("connection") || take_connection(value);
    case 14: return !is("content-length") || take_content_length(value);
    case 17: return !is("transfer-encoding") || take_transfer_encoding(value);
    default: return true;
  }
}

bool head_parser::take_content_length(std::string_view value) noexcept {
  if (facts_.has_content_length) return fail(errc::repeated_content_length);
  facts_.has_content_length = true;
  const auto length = parse_decimal(value);
  if (!length) return fail(errc::bad_content_length);
  facts_.content_length = *length;
  return true;
}

bool head_parser::take_transfer_encoding(std::string_view value) noexcept {
  // A second field would continue the list behind `chunked`, which must be last.
  if (facts_.is_chunked) return fail(errc::bad_transfer_encoding);
  std::string_view rest = value;
  const auto first = next_list_element(rest);
  if (!first) return fail(errc::bad_transfer_encoding);
  if (!equals_ignoring_case(*first, "chunked")) {
    // Parameters of chunked are none (RFC 9112, section 7.1); any other coding is not spoken.
    const bool is_chunked_with_more =
        equals_ignoring_case(trim_blanks(first->substr(0, first->find(';'))), "chunked");
    return fail(is_chunked_with_more ? errc::bad_transfer_encoding : errc::unknown_transfer_coding);
  }
  // Exactly the word: a list with empty elements or a quoted string around a comma is read in
  // more than one way.
  if (!equals_ignoring_case(value, "chunked")) return fail(errc::bad_transfer_encoding);
  facts_.is_chunked = true;
  return true;
}

bool head_parser::take_connection(std::string_view value) noexcept {
  // What browsers and most clients send, without the detour over a list.
  if (value.size() == 10 && spells(value.data(), "keep-alive")) {
    facts_.connection_keep_alive = true;
    return true;
  }
  while (const auto option = next_list_element(value)) {
    facts_.connection_close |= equals_ignoring_case(*option, "close");
    facts_.connection_keep_alive |= equals_ignoring_case(*option, "keep-alive");
    facts_.connection_upgrade |= equals_ignoring_case(*option, "upgrade");
  }
  return true;
}

bool head_parser::take_host(std::string_view value) noexcept {
  if (facts_.has_host) return fail(errc::repeated_host);
  facts_.has_host = true;
  const char* const begin = value.data();
  const char* const end = begin + value.size();
#if defined(__SSE2__)
  const auto unusual = [](__m128i block) { return unusual_host_mask(block); };
  if (finds_nothing(unusual, begin, end)) return true;
#endif
  const bool is_plausible = find_other(host_characters, begin, end) == end;
  return is_plausible || fail(errc::bad_host);
}

bool head_parser::finish(const char* base) noexcept {
  if (kind_ == kind::trailers) {
    trailer_text_ = base;
    trailers_size_ = line_begin_ - 2;
    return true;
  }
  text_ = base;
  fields_size_ = line_begin_ - 2 - fields_begin_;
  return check_framing();
}

bool head_parser::check_framing() noexcept {
  if (facts_.is_chunked) {
    if (facts_.has_content_length) return fail(errc::conflicting_framing);
    if (version_ == version::http_1_0) return fail(errc::transfer_encoding_in_http_1_0);
  }
  const bool needs_host = kind_ == kind::request && version_ == version::http_1_1;
  if (needs_host && !facts_.has_host) return fail(errc::missing_host);
  return true;
}

fields_view head_parser::fields() const noexcept {
  if (text_ == nullptr) return {};
  return {std::string_view(text_ + fields_begin_, fields_size_), slices_};
}

fields_view head_parser::trailers() const noexcept {
  if (trailers_size_ == 0) return {};
  return {std::string_view(trailer_text_, trailers_size_), trailer_slices_};
}

void head_parser::release_memory() noexcept {
  // Past this point the slices are those of a head that is being read, or looked at.
  if (scanned_ != 0 || kind_ == kind::trailers) return;
  // Not `slices_ = {}`, which assigns an empty list and keeps the capacity.
  std::vector<field_slice>().swap(slices_);
}

bool head_parser::fail(errc why) noexcept {
  error_ = why;
  return false;
}

}  // namespace leat::proto::http1::detail
