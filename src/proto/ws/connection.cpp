// SPDX-License-Identifier: MIT
#include "leat/proto/ws/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "leat/base/assert.hpp"

namespace leat::proto::ws {
namespace {

constexpr unsigned reserved_bits = 0x70;
constexpr unsigned compressed_bit = 0x40;  // RSV1 (RFC 7692, section 6)
constexpr unsigned mask_bit = 0x80;

using mask_key = std::array<std::uint8_t, 4>;

void apply_mask(char* bytes, std::size_t size, const mask_key& key, std::size_t at) noexcept {
  // Eight bytes at a time, with the key turned to where the piece begins.
  std::array<std::uint8_t, 8> turned{};
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = key[(at + i) % 4];
  std::uint64_t wide = 0;
  std::memcpy(&wide, turned.data(), sizeof wide);
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    word ^= wide;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  for (; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] ^ turned[i % 8]);
}

}  // namespace

connection::connection(role own, connection_options options)
    : options_(std::move(options)), role_(own) {
  LEAT_ASSERT(role_ == role::server || options_.mask_source);
  if (!options_.deflate) return;
  const auto& agreed = *options_.deflate;
  const bool is_client = role_ == role::client;
  const int bits = is_client ? agreed.client_max_window_bits : agreed.server_max_window_bits;
  // Not to compress is always allowed, and zlib has no such small window.
  if (bits > 8) {
    deflater_.emplace(
        bits, is_client ? !agreed.client_no_context_takeover : !agreed.server_no_context_takeover);
  }
  inflater_.emplace(is_client ? !agreed.server_no_context_takeover
                              : !agreed.client_no_context_takeover);
}

void connection::end_of_input() noexcept {
  has_input_ended_ = true;
}

event connection::fail(std::error_code why) {
  failure_ = why;
  return {.kind = event_kind::failed, .error = why};
}

event connection::next(std::string_view& input) {
  if (failure_) return fail(failure_);
  if (std::exchange(is_told_, false)) message_.clear();
  if (has_received_close_) {
    input = {};
    return {};
  }
  for (;;) {
    if (!is_in_payload_) {
      const bool is_whole = take_header(input);
      // What is wrong is told as soon as it can be known.
      if (header_held_ >= 1) {
        if (const auto wrong = check_first_bytes()) return fail(wrong);
      }
      if (!is_whole) break;
      if (const auto wrong = begin_frame()) return fail(wrong);
    }
    if (const auto wrong = take_payload(input)) return fail(wrong);
    if (payload_left_ != 0) break;
    const event found = end_frame();
    if (found.kind != event_kind::need_more) return found;
  }
  return has_input_ended_ ? fail(errc::truncated) : event();
}

std::size_t connection::header_size() const noexcept {
  if (header_held_ < 2) return 2;
  const unsigned length = header_[1] & 0x7FU;
  const std::size_t extended = length == 126 ? 2U : length == 127 ? 8U : 0U;
  return 2 + extended + ((header_[1] & mask_bit) != 0 ? 4U : 0U);
}

bool connection::take_header(std::string_view& input) {
  while (header_held_ < header_size() && !input.empty()) {
    header_[header_held_++] = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
  }
  return header_held_ == header_size();
}

std::error_code connection::check_first_bytes() const noexcept {
  const unsigned reserved = header_[0] & reserved_bits;
  const opcode code = frame_opcode();
  const bool may_be_compressed =
      inflater_.has_value() && (code == opcode::text || code == opcode::binary);
  if (reserved != 0 && !(reserved == compressed_bit && may_be_compressed)) {
    return errc::reserved_bit;
  }
  switch (code) {
    case opcode::continuation:
      if (!is_in_message_) return errc::unexpected_continuation;
      break;
    case opcode::text:
    case opcode::binary:
      if (is_in_message_) return errc::continuation_expected;
      break;
    case opcode::close:
    case opcode::ping:
    case opcode::pong: break;
    default: return errc::reserved_opcode;
  }
  if (is_control() && !is_final()) return errc::control_fragmented;
  if (header_held_ < 2) return {};
  if (is_control() && (header_[1] & 0x7FU) > most_control_bytes) return errc::control_too_long;
  const bool is_masked = (header_[1] & mask_bit) != 0;
  if (role_ == role::server && !is_masked) return errc::mask_required;
  if (role_ == role::client && is_masked) return errc::mask_forbidden;
  return {};
}

std::error_code connection::begin_frame() {
  const unsigned length = header_[1] & 0x7FU;
  std::uint64_t size = length;
  std::size_t at = 2;
  if (length >= 126) {
    const std::size_t extended = length == 126 ? 2U : 8U;
    size = 0;
    for (; at < 2 + extended; ++at) size = size << 8 | header_[at];
    if (size >> 63 != 0) return errc::length_too_large;
    if (size < (length == 126 ? 126U : 65536U)) return errc::length_not_minimal;
  }
  if (size > options_.max_frame_bytes) return errc::frame_too_large;
  payload_left_ = size;
  mask_at_ = 0;
  is_in_payload_ = true;
  if (is_control()) {
    control_.clear();
    return {};
  }
  if (frame_opcode() != opcode::continuation) {
    is_in_message_ = true;
    is_compressed_ = (header_[0] & compressed_bit) != 0;
    message_kind_ = frame_opcode() == opcode::text ? message_kind::text : message_kind::binary;
    utf8_.reset();
  }
  // Told before the memory is spent.
  if (!is_compressed_ && size > options_.max_message_bytes - message_.size()) {
    return errc::message_too_large;
  }
  return {};
}

std::error_code connection::take_payload(std::string_view& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, input.size()));
  std::string_view piece = input.substr(0, size);
  input.remove_prefix(size);
  payload_left_ -= size;
  if (size == 0) return {};
  if (role_ == role::server) {
    mask_key key{};
    std::copy_n(header_.begin() + static_cast<std::ptrdiff_t>(header_size() - 4), 4, key.begin());
    unmasked_.assign(piece);
    apply_mask(unmasked_.data(), size, key, mask_at_);
    mask_at_ = (mask_at_ + size) % 4;
    piece = unmasked_;
  }
  if (is_control()) {
    control_ += piece;
    return {};
  }
  return take_data(piece);
}

std::error_code connection::take_data(std::string_view piece) {
  const std::size_t known = message_.size();
  if (!is_compressed_) {
    message_ += piece;
  } else if (const auto refused = inflater_->expand(piece, message_, options_.max_message_bytes)) {
    return refused;
  }
  if (message_kind_ == message_kind::text &&
      !utf8_.feed(std::string_view(message_).substr(known))) {
    return errc::invalid_utf8;
  }
  return {};
}

event connection::end_frame() {
  is_in_payload_ = false;
  header_held_ = 0;
  if (is_control()) return end_control();
  return is_final() ? end_message() : event();
}

event connection::end_message() {
  if (is_compressed_) {
    const std::size_t known = message_.size();
    if (const auto refused = inflater_->finish(message_, options_.max_message_bytes)) {
      return fail(refused);
    }
    if (message_kind_ == message_kind::text &&
        !utf8_.feed(std::string_view(message_).substr(known))) {
      return fail(errc::invalid_utf8);
    }
  }
  if (message_kind_ == message_kind::text && !utf8_.is_complete()) return fail(errc::invalid_utf8);
  is_in_message_ = false;
  is_told_ = true;
  return {.kind = event_kind::message, .kind_of_message = message_kind_, .data = message_};
}

event connection::end_control() {
  switch (frame_opcode()) {
    case opcode::ping: return {.kind = event_kind::ping, .data = control_};
    case opcode::pong: return {.kind = event_kind::pong, .data = control_};
    default: return end_close();
  }
}

event connection::end_close() {
  event found{.kind = event_kind::close, .code = close_code::no_status};
  if (control_.size() == 1) return fail(errc::bad_close_payload);
  if (!control_.empty()) {
    found.code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(control_[0]) << 8 |
                                            static_cast<std::uint8_t>(control_[1]));
    found.data = std::string_view(control_).substr(2);
    if (!is_sendable_close_code(found.code)) return fail(errc::bad_close_code);
    if (!is_utf8(found.data)) return fail(errc::invalid_utf8);
  }
  has_received_close_ = true;
  return found;
}

std::error_code connection::send_message(byte_buffer& out, message_kind kind,
                                         std::string_view data) {
  if (has_sent_close_) return errc::close_sent;
  if (kind == message_kind::text && !is_utf8(data)) return errc::text_not_utf8;
  const opcode code = kind == message_kind::text ? opcode::text : opcode::binary;
  if (!deflater_ || data.size() < options_.min_compressed_bytes) {
    write_frame(out, code, data, false);
    return {};
  }
  compressed_.clear();
  deflater_->compress(data, compressed_);
  write_frame(out, code, compressed_, true);
  return {};
}

std::error_code connection::send_ping(byte_buffer& out, std::string_view payload) {
  if (has_sent_close_) return errc::close_sent;
  if (payload.size() > most_control_bytes) return errc::payload_too_long;
  write_frame(out, opcode::ping, payload, false);
  return {};
}

std::error_code connection::send_pong(byte_buffer& out, std::string_view payload) {
  if (has_sent_close_) return errc::close_sent;
  if (payload.size() > most_control_bytes) return errc::payload_too_long;
  write_frame(out, opcode::pong, payload, false);
  return {};
}

std::error_code connection::send_close(byte_buffer& out, std::uint16_t code,
                                       std::string_view reason) {
  if (has_sent_close_) return errc::close_sent;
  if (const auto refused = check_close(code, reason)) return refused;
  std::string payload;
  if (code != close_code::no_status) {
    payload.push_back(static_cast<char>(code >> 8));
    payload.push_back(static_cast<char>(code & 0xFFU));
  }
  payload += reason;
  write_frame(out, opcode::close, payload, false);
  has_sent_close_ = true;
  return {};
}

void connection::write_frame(byte_buffer& out, opcode what, std::string_view payload,
                             bool is_compressed) {
  std::array<std::uint8_t, 14> head{};
  std::size_t used = 2;
  head[0] = static_cast<std::uint8_t>(0x80U | (is_compressed ? compressed_bit : 0U) |
                                      static_cast<unsigned>(what));
  const std::uint64_t size = payload.size();
  const std::size_t extended = size < 126 ? 0 : size < 65536 ? 2 : 8;
  head[1] = static_cast<std::uint8_t>(extended == 0 ? size : extended == 2 ? 126 : 127);
  for (std::size_t i = 0; i < extended; ++i) {
    head[used++] = static_cast<std::uint8_t>(size >> (8 * (extended - 1 - i)));
  }
  mask_key key{};
  if (role_ == role::client) {
    const std::uint32_t drawn = options_.mask_source();
    head[1] |= mask_bit;
    for (std::size_t i = 0; i < key.size(); ++i) {
      key[i] = static_cast<std::uint8_t>(drawn >> (8 * (3 - i)));
      head[used++] = key[i];
    }
  }
  const auto room = out.prepare(used + payload.size());
  std::memcpy(room.data(), head.data(), used);
  if (!payload.empty()) {
    std::memcpy(room.data() + used, payload.data(), payload.size());
    if (role_ == role::client) {
      apply_mask(reinterpret_cast<char*>(room.data()) + used, payload.size(), key, 0);
    }
  }
  out.commit(used + payload.size());
}

}  // namespace leat::proto::ws
