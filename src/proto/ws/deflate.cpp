// SPDX-License-Identifier: MIT
#include "leat/proto/ws/deflate.hpp"

#include <algorithm>
#include <array>
#include <new>

#include <zlib.h>

#include "leat/proto/ws/error.hpp"

namespace leat::proto::ws::detail {
namespace {

// What an empty block of no compression ends with; cut off by the sender and put back by the
// recipient (RFC 7692, section 7.2.1).
constexpr std::string_view tail("\x00\x00\xff\xff", 4);

// The extension gives no more than this to one call of zlib, so that limits are looked at.
constexpr std::size_t most_at_once = 16384;

// Final blocks in one message. A sender that ends its data with each message writes one. What
// stands behind one costs a copy of the window, twice, and an empty one is two bytes.
constexpr std::size_t most_final_blocks = 16;

Bytef* bytes_of(const char* text) noexcept {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

}  // namespace

struct deflater::state {
  z_stream zlib{};
  ~state() { ::deflateEnd(&zlib); }
};

deflater::deflater(int window_bits, bool keeps_context)
    : state_(make_impl<state>()), keeps_context_(keeps_context) {
  constexpr int memory_level = 8;  // zlib's default
  if (::deflateInit2(&state_->zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
}

deflater::deflater(deflater&&) noexcept = default;
deflater::~deflater() = default;

void deflater::compress(std::string_view message, std::string& into) {
  if (message.empty()) {  // section 7.2.3.6; zlib flushes nothing when there is nothing new
    into.push_back('\0');
    return;
  }
  z_stream& zlib = state_->zlib;
  const std::size_t begin = into.size();
  std::array<char, most_at_once> room;  // NOLINT(*-member-init): zlib fills it
  do {
    const std::string_view part = message.substr(0, std::size_t{1} << 30);
    message.remove_prefix(part.size());
    zlib.next_in = bytes_of(part.data());
    zlib.avail_in = static_cast<uInt>(part.size());
    do {
      zlib.next_out = bytes_of(room.data());
      zlib.avail_out = static_cast<uInt>(room.size());
      ::deflate(&zlib, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      into.append(room.data(), room.size() - zlib.avail_out);
    } while (zlib.avail_out == 0);
  } while (!message.empty());
  if (into.size() - begin >= tail.size() && into.ends_with(tail)) {
    into.resize(into.size() - tail.size());
  }
  if (!keeps_context_) ::deflateReset(&zlib);
}

struct inflater::state {
  z_stream zlib{};
  std::size_t final_blocks = 0;   // of this message
  bool is_between_blocks = true;  // and nothing of the next has come
  ~state() { ::inflateEnd(&zlib); }

  /// A final block ends the data, not the message: what follows may refer to what came before.
  bool go_on_behind_final_block() {
    if (++final_blocks > most_final_blocks) return false;
    is_between_blocks = true;
    std::array<Bytef, 32768> window;  // NOLINT(*-member-init): zlib fills it
    uInt size = 0;
    return ::inflateGetDictionary(&zlib, window.data(), &size) == Z_OK &&
           ::inflateReset(&zlib) == Z_OK &&
           (size == 0 || ::inflateSetDictionary(&zlib, window.data(), size) == Z_OK);
  }
};

inflater::inflater(bool keeps_context) : state_(make_impl<state>()), keeps_context_(keeps_context) {
  // The largest window reads what was written with any.
  if (::inflateInit2(&state_->zlib, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
}

inflater::inflater(inflater&&) noexcept = default;
inflater::~inflater() = default;

std::error_code inflater::expand(std::string_view piece, std::string& into, std::size_t most) {
  z_stream& zlib = state_->zlib;
  std::array<char, most_at_once> room;  // NOLINT(*-member-init): zlib fills it
  while (!piece.empty()) {
    const std::string_view part = piece.substr(0, most_at_once);
    zlib.next_in = bytes_of(part.data());
    zlib.avail_in = static_cast<uInt>(part.size());
    bool is_full = true;
    while (zlib.avail_in != 0 || is_full) {
      zlib.next_out = bytes_of(room.data());
      zlib.avail_out = static_cast<uInt>(room.size());
      if (zlib.avail_in != 0) state_->is_between_blocks = false;
      const int result = ::inflate(&zlib, Z_SYNC_FLUSH);
      const std::size_t size = room.size() - zlib.avail_out;
      if (size > most - into.size()) return errc::message_too_large;
      into.append(room.data(), size);
      if (result == Z_MEM_ERROR) throw std::bad_alloc();
      if (result == Z_STREAM_END) {
        if (!state_->go_on_behind_final_block()) return errc::bad_compression;
        is_full = false;
        continue;
      }
      if (result != Z_OK && result != Z_BUF_ERROR) return errc::bad_compression;
      is_full = zlib.avail_out == 0;
      if (result == Z_BUF_ERROR && zlib.avail_in != 0 && !is_full) return errc::bad_compression;
    }
    piece.remove_prefix(part.size());
  }
  return {};
}

std::error_code inflater::finish(std::string& into, std::size_t most) {
  // Some senders leave out the byte that stands for nothing, alone (RFC 7692, section 7.2.3.6) or
  // behind a final block (section 7.2.3.4). The tail would then be half a block.
  if (!state_->is_between_blocks) {
    if (const auto refused = expand(tail, into, most)) return refused;
    // Data that was cut off takes the tail for what it lacks, and the next message for the rest.
    constexpr int behind_block = 128;  // see inflate() in zlib.h
    if ((state_->zlib.data_type & behind_block) == 0) return errc::bad_compression;
  }
  if (!keeps_context_) ::inflateReset(&state_->zlib);
  state_->is_between_blocks = true;
  state_->final_blocks = 0;
  return {};
}

}  // namespace leat::proto::ws::detail
