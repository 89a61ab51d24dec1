// SPDX-License-Identifier: MIT
#include "leat/proto/ws/detail/utf8_checker.hpp"

#include <algorithm>

namespace leat::proto::ws::detail {
namespace {

/// Whether `text`, which is no whole sequence, is the beginning of one: whether some
/// continuation makes it whole.
bool can_begin_sequence(std::string_view text) noexcept {
  std::array<char, 4> trial{};
  std::copy(text.begin(), text.end(), trial.begin());
  for (std::size_t size = text.size() + 1; size <= trial.size(); ++size) {
    trial[size - 1] = '\x80';
    if (utf8_sequence_size({trial.data(), size}) == size) return true;
    // The second byte is the only one with a range of its own (RFC 3629, section 4).
    if (size == 2) {
      for (const char other : {'\x90', '\xa0'}) {
        trial[1] = other;
        for (std::size_t rest = 2; rest < 4; ++rest) trial[rest] = '\x80';
        for (const std::size_t whole : {std::size_t{3}, std::size_t{4}}) {
          if (utf8_sequence_size({trial.data(), whole}) == whole) return true;
        }
      }
      trial[1] = '\x80';
    }
  }
  return false;
}

}  // namespace

bool utf8_checker::feed(std::string_view piece) noexcept {
  while (held_ != 0 && !piece.empty()) {
    sequence_[held_++] = piece.front();
    piece.remove_prefix(1);
    const std::string_view so_far(sequence_.data(), held_);
    if (utf8_sequence_size(so_far) == held_) {
      held_ = 0;
    } else if (held_ == sequence_.size() || !can_begin_sequence(so_far)) {
      return false;
    }
  }
  for (;;) {
    piece.remove_prefix(ascii_prefix_size(piece));
    const std::size_t size = utf8_sequence_size(piece);
    if (size == 0) break;
    piece.remove_prefix(size);
  }
  if (piece.empty()) return true;
  if (piece.size() >= sequence_.size() || !can_begin_sequence(piece)) return false;
  std::copy(piece.begin(), piece.end(), sequence_.begin());
  held_ = piece.size();
  return true;
}

}  // namespace leat::proto::ws::detail
