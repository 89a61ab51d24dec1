// SPDX-License-Identifier: MIT
#include "proto/http1/head_writer.hpp"

#include <charconv>
#include <limits>

#include "leat/proto/fields/ascii.hpp"
#include "leat/proto/fields/list.hpp"
#include "leat/proto/fields/validation.hpp"
#include "leat/proto/http1/error.hpp"

#include "proto/fields/characters.hpp"
#include "proto/http1/decimal.hpp"

namespace leat::proto::http1::detail {
namespace {

void take_connection(std::string_view value, outgoing_facts& facts) noexcept {
  while (const auto option = next_list_element(value)) {
    facts.connection_close |= equals_ignoring_case(*option, "close");
    facts.connection_keep_alive |= equals_ignoring_case(*option, "keep-alive");
    facts.connection_upgrade |= equals_ignoring_case(*option, "upgrade");
  }
}

bool take_content_length(std::string_view value, outgoing_facts& facts) noexcept {
  const auto length = parse_decimal(value);
  if (!length || facts.content_length) return false;
  facts.content_length = length;
  return true;
}

bool take_transfer_encoding(std::string_view value, outgoing_facts& facts) noexcept {
  if (facts.is_chunked || !equals_ignoring_case(value, "chunked")) return false;
  facts.is_chunked = true;
  return true;
}

/// Gathers what one field says. Returns false for a framing field that is malformed or repeated.
bool take_field(const field& each, outgoing_facts& facts) noexcept {
  facts.line_bytes += each.name.size() + each.value.size() + 4;

  const auto is = [&](const auto& known) { return spells(each.name.data(), known); };
  switch (each.name.size()) {
    case 4: facts.host_count += is("host") ? 1 : 0; break;
    case 6:
      if (is("expect")) facts.expects_continue |= list_contains(each.value, "100-continue");
      break;
    case 7: facts.has_upgrade |= is("upgrade"); break;
    case 10:
      if (is("connection")) take_connection(each.value, facts);
      break;
    case 14: return !is("content-length") || take_content_length(each.value, facts);
    case 17: return !is("transfer-encoding") || take_transfer_encoding(each.value, facts);
    default: break;
  }
  return true;
}

}  // namespace

std::error_code inspect_all(fields_view fields, std::span<const field> more,
                            outgoing_facts& facts) noexcept {
  const auto take = [&facts](const field& each) {
    return is_token(each.name) && is_field_value(each.value) && take_field(each, facts);
  };
  const auto why = [](const field& refused) -> std::error_code {
    const auto error = check_field(refused.name, refused.value);
    return error ? error : make_error_code(errc::invalid_framing);
  };
  for (const field each : fields) {
    if (!take(each)) return why(each);
  }
  for (const field& each : more) {
    if (!take(each)) return why(each);
  }
  if (facts.is_chunked && facts.content_length) return errc::invalid_framing;
  return {};
}

void line_writer::put_status(int status) noexcept {
  *at_++ = static_cast<char>('0' + status / 100);
  *at_++ = static_cast<char>('0' + status / 10 % 10);
  *at_++ = static_cast<char>('0' + status % 10);
}

void line_writer::put_number(std::uint64_t number) noexcept {
  if (number < 10) {
    *at_++ = static_cast<char>('0' + number);
    return;
  }
  if (number < 100) {
    *at_++ = static_cast<char>('0' + number / 10);
    *at_++ = static_cast<char>('0' + number % 10);
    return;
  }
  at_ = std::to_chars(at_, at_ + std::numeric_limits<std::uint64_t>::digits10 + 1, number).ptr;
}

void line_writer::put_field(std::string_view name, std::string_view value) noexcept {
  put(name);
  put(": ");
  put(value);
  put("\r\n");
}

void line_writer::put_fields(fields_view fields) noexcept {
  for (const field each : fields) put_field(each.name, each.value);
}

void line_writer::put_fields(std::span<const field> fields) noexcept {
  for (const field& each : fields) put_field(each.name, each.value);
}

}  // namespace leat::proto::http1::detail
